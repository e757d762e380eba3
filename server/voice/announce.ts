/** The server's own words to a toy, outside any turn: made beforehand, paced like a reply, on turn 0. PROTOCOL.md §5 */
import { DEFAULT_BUFFER_MS, DOWN, encodeJson } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import type { Clock, PhraseName, Phrases, Sound } from "../ports.ts";
import { createPacer } from "./pace.ts";
import type { SendFrame } from "./pace.ts";

/** Hz of every phrase */
const PHRASE_RATE = 8_000;

export interface AnnouncePorts {
  clock: Clock;
  plainSound: Sound;
  phrases: Phrases;
}

/** A phrase as sound in `codec`; it needs no model and no process. */
export function phraseSound(
  { plainSound, phrases }: Pick<AnnouncePorts, "plainSound" | "phrases">,
  name: PhraseName,
  codec: Codec,
): AsyncGenerator<Uint8Array> {
  return inCodec(plainSound, phrases.sound(name), codec);
}

async function* inCodec(plainSound: Sound, sound: Uint8Array, codec: Codec): AsyncGenerator<Uint8Array> {
  const pipe = plainSound.voice(PHRASE_RATE, codec);
  try {
    pipe.write(sound);
    pipe.end();
    yield* pipe.out;
  } finally {
    pipe.destroy();
  }
}

/** Says `sound` (s16le, 8 kHz mono) from REPLY_START to REPLY_END; rejects when `signal` cuts it short. */
export async function announce(
  ports: Pick<AnnouncePorts, "clock" | "plainSound">,
  sound: Uint8Array,
  codec: Codec,
  send: SendFrame,
  signal: AbortSignal,
): Promise<void> {
  const pacer = createPacer({
    clock: ports.clock,
    codec,
    bufferMs: DEFAULT_BUFFER_MS,
    send,
    onFirst: () => send(DOWN.REPLY_START, { payload: encodeJson({ codec }) }),
  });
  await pacer.play(inCodec(ports.plainSound, sound, codec), signal);
  send(DOWN.REPLY_END, {});
}
