/** One ffmpeg through fluent-ffmpeg: bytes in, bytes out, and exactly one end, whatever becomes of the process. */
import { PassThrough, Writable } from "node:stream";
import fluent from "fluent-ffmpeg";
import { SOUND_LIFE_MS, SOUND_MS } from "../../bounds.ts";
import { SoundError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import type { Job } from "./arguments.ts";

/** "process": it could not be started, or died; "exit": it gave up on its input; "deadline": it was killed. */
export type ProcessFault = "process" | "exit" | "deadline";

export interface Listener {
  bytes(chunk: Uint8Array): void;
  /** Once, and never during the start. */
  over(fault?: ProcessFault): void;
}

export interface Process {
  write(bytes: Uint8Array): void;
  /** From now on it has SOUND_MS. */
  end(): void;
  /** Nothing is told afterwards; the process is gone soon, also where it has not started yet. */
  kill(): void;
}

/** `lifeMs` is what it has until `end`; Infinity where whoever started it ends it. */
export function startProcess(
  job: Job,
  clock: Clock,
  listener: Listener,
  lifeMs: number = SOUND_LIFE_MS,
): Process {
  const input = new PassThrough();
  let drained = false;
  let exited = false;
  let over = false;
  // no "close" event: 20 ms after one, fluent-ffmpeg reports an error and kills a process that was about to end well
  const output = new Writable({
    autoDestroy: false,
    emitClose: false,
    write(chunk: Uint8Array, _encoding, taken) {
      if (!over) listener.bytes(chunk);
      taken();
    },
    final(taken) {
      drained = true;
      taken();
      finishIfDone();
    },
  });
  const command = fluent(input, { stdoutLines: 1 })
    .inputOptions(job.input)
    .outputOptions(job.output)
    .output(output);
  guardSpawn(command);

  let cancelDeadline = lifeMs === Infinity ? () => undefined : clock.after(lifeMs, expire);

  function finish(fault?: ProcessFault): void {
    if (over) return;
    kill();
    listener.over(fault);
  }
  function finishIfDone(): void {
    if (drained && exited) finish();
  }
  function expire(): void {
    finish("deadline");
  }
  function kill(): void {
    over = true;
    cancelDeadline();
    input.destroy();
    command.kill("SIGKILL"); // before "start" it does nothing
  }

  command
    .on("start", () => over && command.kill("SIGKILL"))
    .on("error", ({ message }: Error) => finish(message.includes("exited with code") ? "exit" : "process"))
    .on("end", () => {
      exited = true;
      finishIfDone();
    })
    .run();

  return {
    write: (bytes) => void input.write(bytes),
    end() {
      cancelDeadline();
      cancelDeadline = clock.after(SOUND_MS, expire);
      input.end();
    },
    kill,
  };
}

/** Where a process cannot be spawned, fluent-ffmpeg 2.1 trips over what it then lacks, and the server would fall with it. */
function guardSpawn(command: fluent.FfmpegCommand): void {
  type Ended = (error: Error | null, stdout?: object, stderr?: object) => void;
  const internal = command as unknown as {
    _spawnFfmpeg(args: string[], options: object, started: (...rest: unknown[]) => void, ended: Ended): void;
  };
  const spawn = internal._spawnFfmpeg;
  const noLines = { get: () => "" };
  internal._spawnFfmpeg = (args, options, started, ended) => {
    try {
      spawn.call(command, args, options, started, (error, stdout = noLines, stderr = noLines) =>
        ended(error, stdout, stderr),
      );
    } catch (error) {
      ended(error as Error, noLines, noLines);
    }
  };
}

/** Tells fluent-ffmpeg where ffmpeg is and lets it ask for formats and encoders now: its first command would wait 0.5 s. */
export async function warmFluent(path: string): Promise<void> {
  fluent.setFfmpegPath(path);
  for (const ask of [fluent.getAvailableFormats, fluent.getAvailableEncoders])
    await new Promise<void>((resolve, reject) =>
      ask((error: Error | null) => (error ? reject(new SoundError("process")) : resolve())),
    );
}
