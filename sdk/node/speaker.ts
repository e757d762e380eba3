/** A speaker that plays in real time into memory: what the child would have heard. */
import { CODEC, codecBytes, codecRate } from "@bearlink/sdk/protocol";
import type { Clip, Codec } from "@bearlink/sdk/protocol";
import type { Speaker, TakeSamples, ToyClock } from "@bearlink/sdk/toy";
import { decodeSound } from "./sound.ts";

/** ms between two looks into the play buffer */
const TICK_MS = 20;
/** s kept of what was played */
const MAX_HEARD_S = 300;

export interface RecordingSpeaker extends Speaker {
  /** What was played since the last call, sample for sample: another rate would have other peaks. */
  heard(): { samples: Int16Array; rate: number };
}

/** `clipPlayed` is told of each clip the toy plays. */
export function recordingSpeaker(
  clock: ToyClock,
  codecs: Codec[],
  bufferMs: number,
  clipPlayed: (clip: Clip) => void,
): RecordingSpeaker {
  let pieces: Uint8Array[] = [];
  let codec: Codec = CODEC.U8;
  let bytes = 0;
  let stop = (): void => {};

  const play = (take: TakeSamples): void => {
    const perMs = codecRate(codec) / 1000;
    const width = codecBytes(codec);
    const startedAt = clock.now();
    let asked = 0;
    let open = true;
    let cancel = (): void => {};
    const tick = (): void => {
      const due = Math.floor((clock.now() - startedAt) * perMs);
      while (open && asked < due) {
        const piece = take(due - asked);
        asked = piece ? asked + piece.length / width : due; // nothing to play is silence
        if (piece) keep(piece);
      }
      if (open) cancel = clock.after(TICK_MS, tick);
    };
    cancel = clock.after(TICK_MS, tick);
    stop = () => {
      open = false;
      cancel();
    };
  };

  const keep = (piece: Uint8Array): void => {
    bytes += piece.length;
    if (bytes <= MAX_HEARD_S * codecRate(codec) * codecBytes(codec)) pieces.push(piece);
  };

  return {
    codecs,
    bufferMs,
    open(openCodec, take) {
      stop();
      if (openCodec !== codec) pieces = [];
      codec = openCodec;
      play(take);
    },
    close: () => stop(),
    clip: clipPlayed,
    volume: () => {},
    heard() {
      const samples = decodeSound(codec, Buffer.concat(pieces));
      pieces = [];
      bytes = 0;
      return { samples, rate: codecRate(codec) };
    },
  };
}
