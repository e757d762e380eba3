/** The server's own words to a toy, outside any turn: made beforehand, paced like a reply, on turn 0. PROTOCOL.md §5 */
import { DEFAULT_BUFFER_MS, DOWN, encodeJson } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import type { Clock, PhraseName, Phrases, Sound } from "../ports.ts";
import { createPacer } from "./pace.ts";
import type { SendFrame } from "./pace.ts";

export interface AnnouncePorts {
  clock: Clock;
  plainSound: Sound;
  phrases: Phrases;
}

/** A phrase as sound in `codec`; it needs no model and no process. */
export async function* phraseSound(
  { plainSound, phrases }: AnnouncePorts,
  name: PhraseName,
  codec: Codec,
): AsyncGenerator<Uint8Array> {
  const pipe = plainSound.voice(8000, codec);
  try {
    pipe.write(phrases.sound(name));
    pipe.end();
    yield* pipe.out;
  } finally {
    pipe.destroy();
  }
}

/** Says a phrase from REPLY_START to REPLY_END; rejects when `signal` cuts it short. */
export async function announce(
  ports: AnnouncePorts,
  name: PhraseName,
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
  await pacer.play(phraseSound(ports, name, codec), signal);
  send(DOWN.REPLY_END, {});
}
