/** The Sound port through ffmpeg: one resident process a pipe, started when the pipe is opened. */
import { CODEC, type Codec } from "@bearlink/sdk/protocol";
import { MAX_SOUND_S } from "../../bounds.ts";
import type { Clock, Sound, SoundPipe } from "../../ports.ts";
import { openPipe, type Outlet, type Work } from "../sound/pipe.ts";
import { convert, forSpeaker, hearBounds, voiceBounds } from "../sound/sound.ts";
import type { Stage } from "../sound/stage.ts";
import { decodeJob, hearJob, voiceJob, type Container, type Job } from "./arguments.ts";
import { findFfmpeg } from "./find.ts";
import { startProcess, warmFluent } from "./process.ts";

export interface FfmpegSound extends Sound {
  /** What a text-to-speech service answered, s16le mono at `rate` Hz out. SoundError("format"): it is not that container. */
  decode(container: Container, rate: number): SoundPipe;
}

/** bytes a second of the least packed sound a container brings: FLAC, 48 kHz, two channels of 16 bits */
const CONTAINER_BYTES = 192_000;

/**
 * Finds ffmpeg, at `path` or in PATH, and warms it; undefined where there is none that works.
 *
 *     const ffmpeg = await openFfmpeg({ path: config.FFMPEG_PATH, clock });
 *     const sound = chooseSound({ ffmpeg, typescript: typescriptSound, most: config.FFMPEG_MAX });
 */
export async function openFfmpeg(settings: {
  path?: string;
  clock: Clock;
}): Promise<FfmpegSound | undefined> {
  const path = await findFfmpeg(settings.path);
  if (!path) return undefined;
  await warmFluent(path);
  return ffmpegSound(settings.clock);
}

function ffmpegSound(clock: Clock): FfmpegSound {
  return {
    hear(codec) {
      const job = hearJob(codec);
      return openPipe(hearBounds(codec), (outlet) => work({ clock, job, to: CODEC.S16, outlet }));
    },
    // ffmpeg changes the rate alone: with the same last stages both players hold the same ceiling (its own alimiter
    // gives out 5 ms late, loses the last 5, and knows nothing of the steps of 8 bits)
    voice(rate, codec) {
      const job = voiceJob(rate, codec);
      const stages = forSpeaker(codec);
      return openPipe(voiceBounds(rate, codec), (outlet) => work({ clock, job, stages, to: codec, outlet }));
    },
    decode(container, rate) {
      const job = decodeJob(container, rate);
      const bounds = { mostIn: MAX_SOUND_S * CONTAINER_BYTES, mostOut: MAX_SOUND_S * rate * 2 };
      return openPipe(bounds, (outlet) =>
        work({ clock, job, to: CODEC.S16, outlet: neverEmpty(outlet), onExit: "format" }),
      );
    },
  };
}

interface Task {
  clock: Clock;
  job: Job;
  /** after ffmpeg */
  stages?: Stage[];
  to: Codec;
  outlet: Outlet;
  /** whose fault it is when ffmpeg gives up */
  onExit?: "process" | "format";
}

function work({ clock, job, stages = [], to, outlet, onExit = "process" }: Task): Work {
  const rest = convert(CODEC.S16, stages, to, outlet);
  const process = startProcess(job, clock, {
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
