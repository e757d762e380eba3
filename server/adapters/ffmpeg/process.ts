/** One ffmpeg through fluent-ffmpeg: bytes in, bytes out, and exactly one end, whatever becomes of the process. */
import { PassThrough, Writable } from "node:stream";
import fluent from "fluent-ffmpeg";
import { SOUND_LIFE_MS, SOUND_MS } from "../../bounds.ts";
import { SoundError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import type { Programs } from "../programs/programs.ts";
import type { Job } from "./arguments.ts";

export interface ProcessPorts {
  clock: Clock;
  programs: Programs;
  /** of ffmpeg */
  path: string;
}

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
  ports: ProcessPorts,
  job: Job,
  listener: Listener,
  lifeMs: number = SOUND_LIFE_MS,
): Process {
  const { clock } = ports;
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
  startsIn(ports, command);

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

/** fluent-ffmpeg 2.1 forks the cell itself, which holds up every toy: here its process comes from `programs`. */
function startsIn({ programs, path }: ProcessPorts, command: fluent.FfmpegCommand): void {
  type Ended = (error: Error | null, stdout: object, stderr: object) => void;
  const internal = command as unknown as {
    _spawnFfmpeg(args: string[], options: object, started: (child: object) => void, ended: Ended): void;
  };
  const noLines = { get: () => "" };
  internal._spawnFfmpeg = (args, _options, started, ended) => {
    programs.start(path, args).then(
      (program) => {
        started(program); // with all that fluent-ffmpeg asks of a child process
        void program.exit.then(({ code, signal }) => ended(faultOf(code, signal), noLines, noLines));
      },
      (error: Error) => ended(error, noLines, noLines),
    );
  };
}

/** In fluent-ffmpeg's own words. */
function faultOf(code: number | null, signal: string | null): Error | null {
  if (code === 0) return null;
  return new Error(
    code === null ? `ffmpeg was killed with signal ${signal}` : `ffmpeg exited with code ${code}`,
  );
}

/** Tells fluent-ffmpeg where ffmpeg is and lets it ask for formats and encoders now: its first command would wait 0.5 s. */
export async function warmFluent(path: string): Promise<void> {
  fluent.setFfmpegPath(path);
  for (const ask of [fluent.getAvailableFormats, fluent.getAvailableEncoders])
    await new Promise<void>((resolve, reject) =>
      ask((error: Error | null) => (error ? reject(new SoundError("process")) : resolve())),
    );
}
