/** A child's utterance: the sound of its frames put in order, then made into words. */
import { CODEC, codecBytes, codecRate, MAX_UTTERANCE_S } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import { TRANSCRIBE_MS } from "../bounds.ts";
import type { Clock, Sound, SpeechToText } from "../ports.ts";
import { until, within } from "./deadline.ts";
import { pipeOrFault } from "./pipe.ts";

export interface ListenPorts {
  clock: Clock;
  sound: Sound;
  speechToText?: SpeechToText | undefined;
}

export interface Utterance {
  /** Takes one frame; false where it is of another codec, older than what was heard, or past 15 s. */
  add(codec: number, sample: number, bytes: Uint8Array): boolean;
  /** Sound heard so far, s; gaps count, as silence. */
  seconds(): number;
  /** No more frames come. */
  end(): void;
  /** The words, once `end` was called: "" where none were said, undefined where this bear cannot understand speech. */
  words(signal: AbortSignal): Promise<string | undefined>;
  destroy(): void;
  /** who hears: `ffmpeg` or `typescript`; undefined where nobody does */
  player(): string | undefined;
}

/** The byte that a codec writes for silence. */
const SILENCE: Record<Codec, number> = {
  [CODEC.U8]: 0x80,
  [CODEC.ULAW]: 0xff,
  [CODEC.S16]: 0,
  [CODEC.OPUS]: 0,
};

/** Opens the ears at TURN_START, so that nothing needs starting when the child falls silent. */
export function listen({ clock, sound, speechToText }: ListenPorts, codec: Codec): Utterance {
  const pipe = speechToText && pipeOrFault(() => sound.hear(codec));
  const heard: Uint8Array[] = [];
  const sampleBytes = codecBytes(codec);
  const most = MAX_UTTERANCE_S * codecRate(codec);
  let next = 0;
  let ended = false;
  const stop = new AbortController();

  async function collect(): Promise<void> {
    for await (const bytes of until(stop.signal, pipe!.out)) heard.push(bytes);
  }
  const collected = pipe ? collect() : Promise.resolve();
  collected.catch(() => undefined); // told to whoever asks for the words

  return {
    add(frameCodec, sample, bytes) {
      if (ended || frameCodec !== codec || sampleBytes === 0) return false;
      if (sample < next) return false;
      const from = Math.min(sample, most);
      const samples = Math.min(Math.floor(bytes.length / sampleBytes), most - from);
      if (from > next) pipe?.write(new Uint8Array((from - next) * sampleBytes).fill(SILENCE[codec]));
      if (samples > 0) pipe?.write(bytes.subarray(0, samples * sampleBytes));
      next = from + samples;
      return samples > 0;
    },
    seconds: () => next / codecRate(codec),
    end() {
      ended = true;
      pipe?.end();
    },
    async words(signal) {
      if (!speechToText) return undefined;
      return within(clock, TRANSCRIBE_MS, signal, async (signal) => {
        await collected;
        return next === 0 ? "" : (await speechToText.transcribe(Buffer.concat(heard), signal)).trim();
      });
    },
    player: () => pipe?.player,
    destroy() {
      stop.abort(new Error("the turn is over"));
      pipe?.destroy();
    },
  };
}
