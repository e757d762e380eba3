/** ffmpegs that serve one pipe after another: to start one takes 90 ms of CPU. */
import { SOUND_LIFE_MS, SOUND_MS } from "../../bounds.ts";
import type { Clock } from "../../ports.ts";
import type { RawJob } from "./arguments.ts";
import { startProcess, type Listener, type Process, type ProcessPorts } from "./process.ts";

export interface Residents {
  /** As `startProcess`; one that ended well stays for the next with the same job. */
  start(job: RawJob, listener: Listener): Process;
  /** Ends those that wait. */
  close(): void;
}

/**
 * s of silence between two pipes, more than any filter in ffmpeg remembers or holds back: nothing of one child's voice
 * is left when another's comes
 */
const GAP_S = 0.1;
/** pipes that one process serves, so that no fault of it can grow */
const MOST_PIPES = 100;
const OUT_BYTES = 2;

/** `keepMs`: how long a process may wait for its next pipe. */
export function openResidents(ports: ProcessPorts, keepMs: number): Residents {
  const waiting = new Set<Resident>();
  let closed = false;

  function wait(resident: Resident): void {
    if (closed || resident.pipes >= MOST_PIPES) return resident.kill();
    const cancel = ports.clock.after(keepMs, () => resident.kill());
    waiting.add(resident);
    resident.onLeave = () => {
      cancel();
      waiting.delete(resident);
    };
  }

  return {
    start(job, listener) {
      const name = nameOf(job);
      // the one that served last: the others may then wait long enough to be ended
      const waits = [...waiting].findLast((resident) => nameOf(resident.job) === name);
      const resident = waits ?? new Resident(ports, job);
      resident.onLeave();
      return resident.serve(listener, () => wait(resident));
    },
    close() {
      closed = true;
      for (const resident of waiting) resident.kill();
    },
  };
}

function nameOf({ input, output }: RawJob): string {
  return [...input, ...output].join(" ");
}

/** The pipe that a process serves. */
interface Served extends Listener {
  takenBytes: number;
  givenBytes: number;
  /** what it is to get in all; known from its end on */
  dueBytes: number;
  /** of the silence after it */
  gapBytes: number;
  free(): void;
  cancelDeadline(): void;
}

/** One process. It gives a fixed number of samples for those it takes, so that each pipe's own can be told by counting. */
class Resident {
  readonly job: RawJob;
  pipes = 0;
  /** Called when it waits no more: it serves again, or is gone. */
  onLeave: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #process: Process;
  #served: Served | undefined;
  /** bytes of silence that come before anything of the pipe that is served */
  #skipBytes: number;
  #gone = false;

  constructor(ports: ProcessPorts, job: RawJob) {
    this.job = job;
    this.#clock = ports.clock;
    const ended: Listener["over"] = (fault = "process") => this.#leave()?.over(fault);
    this.#process = startProcess(ports, job, { bytes: this.#take, over: ended }, Infinity);
    // before the first pipe as between any two: each is filtered from the same state
    this.#skipBytes = this.#writeGap(0);
  }

  serve({ bytes, over }: Listener, free: () => void): Process {
    const expire = (): void => this.#fail("deadline");
    const served: Served = {
      ...{ bytes, over, free, takenBytes: 0, givenBytes: 0, dueBytes: Infinity, gapBytes: 0 },
      cancelDeadline: this.#clock.after(SOUND_LIFE_MS, expire),
    };
    this.#served = served;
    this.pipes++;
    const isServed = (): boolean => this.#served === served;
    return {
      write: (bytes) => {
        if (!isServed()) return;
        served.takenBytes += bytes.length;
        this.#process.write(bytes);
      },
      end: () => {
        if (!isServed()) return;
        served.cancelDeadline();
        served.cancelDeadline = this.#clock.after(SOUND_MS, expire);
        served.dueBytes = this.#outOf(this.#samples(served.takenBytes));
        served.gapBytes = this.#writeGap(served.takenBytes);
        this.#finishIfDone(served);
      },
      kill: () => {
        if (isServed()) this.kill();
      },
    };
  }

  kill(): void {
    this.#leave();
    this.#process.kill();
  }

  readonly #take = (chunk: Uint8Array): void => {
    const own = chunk.subarray(Math.min(this.#skipBytes, chunk.length));
    this.#skipBytes -= chunk.length - own.length;
    if (own.length === 0) return;
    const served = this.#served;
    // more than it was given sound for: nobody can say whose it is
    if (!served) return this.#fail("process");
    const given = own.subarray(0, Math.min(own.length, served.dueBytes - served.givenBytes));
    served.givenBytes += given.length;
    if (given.length > 0) served.bytes(given);
    this.#finishIfDone(served);
    if (given.length < own.length) this.#take(own.subarray(given.length));
  };

  #finishIfDone(served: Served): void {
    if (served.givenBytes < served.dueBytes || this.#served !== served) return;
    this.#served = undefined;
    this.#skipBytes = served.gapBytes;
    served.cancelDeadline();
    served.free();
    served.over();
  }

  /** Silence up to a whole number of the resampler's steps, so that each pipe begins in its first phase; bytes of it that come out. */
  #writeGap(takenBytes: number): number {
    const { width, rate, outRate, silence } = this.job.raw;
    const step = rate / gcd(rate, outRate);
    const samples = this.#samples(takenBytes);
    const all = Math.ceil((samples + GAP_S * rate) / step) * step;
    this.#process.write(new Uint8Array(all * width - takenBytes).fill(silence));
    return this.#outOf(all) - this.#outOf(samples);
  }

  #samples(bytes: number): number {
    return Math.floor(bytes / this.job.raw.width);
  }

  #outOf(samples: number): number {
    const { rate, outRate } = this.job.raw;
    return OUT_BYTES * Math.round((samples * outRate) / rate);
  }

  #fail(fault: "process" | "deadline"): void {
    const served = this.#served;
    this.kill();
    served?.over(fault);
  }

  /** It serves and waits no more; the answer is whom it served. */
  #leave(): Served | undefined {
    if (this.#gone) return undefined;
    this.#gone = true;
    this.onLeave();
    const served = this.#served;
    this.#served = undefined;
    served?.cancelDeadline();
    return served;
  }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
