/** The Sound port through ffmpeg: a process a pipe, there from the moment the pipe is opened. */
import { CODEC, type Codec } from "@bearlink/sdk/protocol";
import { MAX_SOUND_S } from "../../bounds.ts";
import type { Clock, Sound, SoundPipe } from "../../ports.ts";
import type { Programs } from "../programs/programs.ts";
import { openPipe, type Outlet, type Work } from "../sound/pipe.ts";
import { convert, forSpeaker, hearBounds, voiceBounds } from "../sound/sound.ts";
import type { Stage } from "../sound/stage.ts";
import { decodeJob, hearJob, voiceJob, type Container, type RawJob } from "./arguments.ts";
import { findFfmpeg } from "./find.ts";
import { startProcess, warmFluent, type Listener, type Process, type ProcessPorts } from "./process.ts";
import { openResidents, type Residents } from "./resident.ts";

const PLAYER = "ffmpeg";

export interface FfmpegSound extends Sound {
  /** What a text-to-speech service answered, s16le mono at `rate` Hz out. SoundError("format"): it is not that container. */
  decode(container: Container, rate: number): SoundPipe;
  /** Ends the processes that wait for their next pipe. */
  close(): void;
}

/** bytes a second of the least packed sound a container brings: FLAC, 48 kHz, two channels of 16 bits */
const CONTAINER_BYTES = 192_000;
/** ms: a child that talks with its bear is back within them */
const KEEP_MS = 60_000;

/**
 * Finds ffmpeg, at `path` or in PATH, and warms it; undefined where there is none that works.
 *
 *     const ffmpeg = await openFfmpeg({ path: config.FFMPEG_PATH, clock, programs });
 *     const sound = chooseSound({ ffmpeg, typescript: typescriptSound, most: config.FFMPEG_MAX });
 */
export async function openFfmpeg({
  path: configured,
  clock,
  programs,
  keepMs = KEEP_MS,
}: {
  path?: string;
  clock: Clock;
  programs: Programs;
  /** how long a process may wait for its next pipe; 0: each pipe has one of its own */
  keepMs?: number;
}): Promise<FfmpegSound | undefined> {
  const path = await findFfmpeg(configured);
  if (!path) return undefined;
  await warmFluent(path);
  const ports = { clock, programs, path };
  return ffmpegSound(ports, keepMs > 0 ? openResidents(ports, keepMs) : undefined);
}

function ffmpegSound(ports: ProcessPorts, residents: Residents | undefined): FfmpegSound {
  const startRaw =
    (job: RawJob): Start =>
    (listener) =>
      residents ? residents.start(job, listener) : startProcess(ports, job, listener);
  return {
    hear(codec) {
      const start = startRaw(hearJob(codec));
      return openPipe(hearBounds(codec), PLAYER, (outlet) => work({ start, to: CODEC.S16, outlet }));
    },
    // ffmpeg changes the rate alone: with the same last stages both players hold the same ceiling (its own alimiter
    // gives out 5 ms late, loses the last 5, and knows nothing of the steps of 8 bits)
    voice(rate, codec) {
      const start = startRaw(voiceJob(rate, codec));
      const stages = forSpeaker(codec);
      return openPipe(voiceBounds(rate, codec), PLAYER, (outlet) =>
        work({ start, stages, to: codec, outlet }),
      );
    },
    decode(container, rate) {
      const start: Start = (listener) => startProcess(ports, decodeJob(container, rate), listener);
      const bounds = { mostIn: MAX_SOUND_S * CONTAINER_BYTES, mostOut: MAX_SOUND_S * rate * 2 };
      return openPipe(bounds, PLAYER, (outlet) =>
        work({ start, to: CODEC.S16, outlet: neverEmpty(outlet), onExit: "format" }),
      );
    },
    close: () => residents?.close(),
  };
}

type Start = (listener: Listener) => Process;

interface Task {
  start: Start;
  /** after ffmpeg */
  stages?: Stage[];
  to: Codec;
  outlet: Outlet;
  /** whose fault it is when ffmpeg gives up */
  onExit?: "process" | "format";
}

function work({ start, stages = [], to, outlet, onExit = "process" }: Task): Work {
  const rest = convert(CODEC.S16, stages, to, outlet);
  const process = start({
    bytes: rest.push,
    over(fault) {
      if (fault) outlet.fail(fault === "exit" ? onExit : fault);
      else rest.end();
    },
  });
  return { push: process.write, end: process.end, stop: process.kill };
}

/** What holds no sound at all is not of the format it was said to be. */
function neverEmpty(outlet: Outlet): Outlet {
  let empty = true;
  return {
    push(bytes) {
      empty = false;
      outlet.push(bytes);
    },
    close: () => (empty ? outlet.fail("format") : outlet.close()),
    fail: outlet.fail,
  };
}
