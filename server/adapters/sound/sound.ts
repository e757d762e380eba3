/** The Sound port in TypeScript alone: for machines without ffmpeg, and for when too many toys talk to spawn for each. */
import { CODEC, codecBytes, codecRate, type Codec } from "@bearlink/sdk/protocol";
import { MAX_REPLY_S, MAX_SOUND_S } from "../../bounds.ts";
import type { Sound } from "../../ports.ts";
import { ceilingOf, decoder, encoder } from "./codecs.ts";
import { compressor } from "./compressor.ts";
import { highpass } from "./highpass.ts";
import { limiter } from "./limiter.ts";
import { openPipe, type Outlet, type PipeBounds, type Work } from "./pipe.ts";
import { resample } from "./resample.ts";
import { chain, type Stage } from "./stage.ts";

/** s by which a resampler may round up */
const SLACK_S = 0.1;

export function hearBounds(codec: Codec): PipeBounds {
  return {
    mostIn: MAX_SOUND_S * bytesPerSecond(codec),
    mostOut: (MAX_SOUND_S + SLACK_S) * bytesPerSecond(CODEC.S16),
  };
}

export function voiceBounds(rate: number, codec: Codec): PipeBounds {
  return {
    mostIn: MAX_REPLY_S * bytesPerSecond(CODEC.S16, rate),
    mostOut: (MAX_REPLY_S + SLACK_S) * bytesPerSecond(codec),
  };
}

function bytesPerSecond(codec: Codec, rate = codecRate(codec)): number {
  return rate * codecBytes(codec);
}

/** What makes speech fit for a toy's speaker, once it has the codec's rate. */
export function forSpeaker(codec: Codec): Stage[] {
  const rate = codecRate(codec);
  return [compressor(rate), limiter(rate, ceilingOf(codec))];
}

/** Stages at work between a codec and another. */
export function convert(from: Codec, stages: readonly Stage[], to: Codec, outlet: Outlet): Work {
  const { push, flush } = chain(decoder(from), stages, encoder(to), outlet.push);
  return {
    push,
    end() {
      flush();
      outlet.close();
    },
    stop() {},
  };
}

const PLAYER = "typescript";

export const typescriptSound: Sound = {
  hear(codec) {
    const rate = codecRate(codec);
    return openPipe(hearBounds(codec), PLAYER, (outlet) =>
      convert(codec, [highpass(rate), resample(rate, codecRate(CODEC.S16))], CODEC.S16, outlet),
    );
  },
  voice(rate, codec) {
    return openPipe(voiceBounds(rate, codec), PLAYER, (outlet) =>
      convert(CODEC.S16, [resample(rate, codecRate(codec)), ...forSpeaker(codec)], codec, outlet),
    );
  },
};
