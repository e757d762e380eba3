/** A program that speaks: started with fixed arguments, its sound handed on as it comes, killed when nobody listens. */
import { BETWEEN_TOKENS_MS } from "../../bounds.ts";
import { ModelError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import { programsNamed } from "../programs/named.ts";
import type { Exit, Programs } from "../programs/programs.ts";

export interface SpeakingPorts {
  clock: Clock;
  programs: Programs;
}

export interface SpeakingProgram {
  path: string;
  args: readonly string[];
  /** what it reads on stdin */
  input: string;
}

/** The first executable of this name on `searchPath` (as in PATH), or undefined. */
export function findProgram(name: string, searchPath?: string): string | undefined {
  return programsNamed(name, searchPath)[0];
}

/**
 * What the program writes on stdout, no faster than it is taken. Ends when the program ends well.
 *
 * @throws ModelError "timeout" where a piece takes longer than BETWEEN_TOKENS_MS, "away" where the program cannot run
 *   or fails before its first sound, "cut" where it fails later; the signal's reason where it is aborted
 */
export async function* runProgram(
  { clock, programs }: SpeakingPorts,
  { path, args, input }: SpeakingProgram,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const { stdin, stdout, exit, kill } = await programs.start(path, args).catch(() => {
    throw new ModelError("away");
  });
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  stdin.end(input);

  const sound = stdout[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let heard = false;
  let late = false;
  const inTime = async <T>(wait: Promise<T>): Promise<T> => {
    const cancel = clock.after(BETWEEN_TOKENS_MS, () => {
      late = true;
      kill();
    });
    try {
      return await wait;
    } finally {
      cancel();
    }
  };
  try {
    for (;;) {
      const piece = await inTime(sound.next());
      if (piece.done) break;
      heard = true;
      yield piece.value;
    }
    const { code } = await inTime<Exit>(exit);
    signal.throwIfAborted();
    if (late) throw new ModelError("timeout");
    if (code !== 0 || !heard) throw new ModelError(heard ? "cut" : "away");
  } finally {
    signal.removeEventListener("abort", kill);
    kill();
    stdin.destroy();
    stdout.destroy();
    await exit;
  }
}
