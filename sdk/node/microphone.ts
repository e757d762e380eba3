/** A microphone that hears given sound: spoken in real time, in frames of the toy's codec. */
import { CODEC } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import { loudness } from "@bearlink/sdk/toy";
import type { Microphone, ToyClock } from "@bearlink/sdk/toy";
import { frames } from "./sound.ts";

/** ms: 32 is the most that 16-bit sound has room for. PROTOCOL.md §5 */
const FRAME_MS = { [CODEC.U8]: 100, [CODEC.ULAW]: 100, [CODEC.S16]: 32 };

/** samples of which one is looked at, to tell speech from silence */
const LOOK_EVERY = 4;

export interface SpokenMicrophone extends Microphone {
  /** What the next turn hears, 8 kHz; `spoken` is called after its last frame. */
  hear(samples: Int16Array, spoken: () => void): void;
}

/** `realTime` false hands over all frames at once. */
export function spokenMicrophone(
  clock: ToyClock,
  codec: Exclude<Codec, typeof CODEC.OPUS>,
  realTime: boolean,
): SpokenMicrophone {
  const frameMs = FRAME_MS[codec];
  let waiting: { pieces: Uint8Array[]; spoken: () => void } | undefined;
  let cancel = (): void => {};
  return {
    codec,
    level: (samples) => loudness(codec, samples, LOOK_EVERY),
    hear(samples, spoken) {
      waiting = { pieces: frames(codec, samples, frameMs), spoken };
    },
    start(frame) {
      const speech = waiting;
      if (!speech) return;
      waiting = undefined;
      const startedAt = clock.now();
      let index = 0;
      const speak = (): void => {
        // as many as have been said by now: a late timer makes no gap
        const said = realTime ? Math.floor((clock.now() - startedAt) / frameMs) : Infinity;
        while (index < speech.pieces.length && index < said) frame(speech.pieces[index++]!);
        if (index >= speech.pieces.length) return speech.spoken();
        cancel = clock.after(startedAt + (index + 1) * frameMs - clock.now(), speak);
      };
      cancel = clock.after(realTime ? frameMs : 0, speak);
    },
    stop: () => cancel(),
  };
}
