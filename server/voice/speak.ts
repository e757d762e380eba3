/** From sentences to sound in the toy's codec: one sentence in flight, the next one fetched once the first is heard. */
import { codecBytes, codecRate } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import { BETWEEN_TOKENS_MS, FIRST_TOKEN_MS, MAX_SOUND_S } from "../bounds.ts";
import { SoundError } from "../errors.ts";
import type { Clock, SoundPipe, TextToSpeech } from "../ports.ts";
import { timed, until } from "./deadline.ts";

export interface SpeakPorts {
  clock: Clock;
  textToSpeech: TextToSpeech;
}

/** s of sound made ahead of what was taken, beside the sentence being fetched: more at once would hold up other toys */
const LEAD_S = 0.6;
/** s of sound made between two looks at that */
const PIECE_S = 0.1;
/** ms that the first sentence has for itself: what is fetched beside it takes from its own way to the toy */
const ALONE_MS = 50;

/** Speaks through `pipe`, which was opened for the speech's rate and the toy's codec; frees it in the end. */
export async function* speak(
  { clock, textToSpeech }: SpeakPorts,
  pipe: SoundPipe,
  codec: Codec,
  sentences: AsyncIterable<string>,
  outer: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const own = new AbortController();
  const signal = AbortSignal.any([outer, own.signal]);
  const texts = until(signal, sentences);
  const pieceBytes = 2 * Math.round(PIECE_S * textToSpeech.rate);
  let written = 0;
  let taken = 0;
  let roomMade: (() => void) | undefined;
  let heard!: () => void;
  const firstHeard = new Promise<void>((resolve) => (heard = resolve));
  let cancelAlone: (() => void) | undefined;

  /** Starts on the next sentence at once, whether or not the one before is done. */
  async function fetch(): Promise<AsyncIterable<Uint8Array> | undefined> {
    const text = await texts.next();
    if (text.done) return undefined;
    return eager(
      timed(clock, FIRST_TOKEN_MS, BETWEEN_TOKENS_MS, signal, (signal) =>
        textToSpeech.speak(text.value, signal),
      ),
      MAX_SOUND_S * textToSpeech.rate * 2,
    );
  }

  async function pump(): Promise<void> {
    let next = fetch();
    for (;;) {
      const sound = await next;
      if (!sound) return pipe.end();
      cancelAlone ??= clock.after(ALONE_MS, heard);
      next = firstHeard.then(fetch);
      next.catch(() => undefined); // told when it is its turn
      for await (const pcm of sound)
        for (let at = 0; at < pcm.length; at += pieceBytes) {
          const piece = pcm.subarray(at, at + pieceBytes);
          pipe.write(piece);
          written += piece.length / 2 / textToSpeech.rate;
          while (written - taken > LEAD_S && !signal.aborted)
            await new Promise<void>((resolve) => (roomMade = resolve));
        }
    }
  }

  let fault: unknown;
  pump().catch((error: unknown) => {
    fault ??= error;
    pipe.destroy();
  });
  try {
    for await (const bytes of until(signal, pipe.out)) {
      taken += bytes.length / codecBytes(codec) / codecRate(codec);
      roomMade?.();
      yield bytes;
      heard();
    }
  } catch (error) {
    fault ??= error;
  } finally {
    own.abort(new Error("spoken"));
    pipe.destroy();
    cancelAlone?.();
    heard();
    roomMade?.();
  }
  if (fault !== undefined) throw fault;
}

/** Reads a stream ahead, from now on, up to `most` bytes. */
export function eager(source: AsyncIterable<Uint8Array>, most: number): AsyncIterable<Uint8Array> {
  const ready: Uint8Array[] = [];
  let bytes = 0;
  let over = false;
  let fault: unknown;
  let wake: (() => void) | undefined;

  async function read(): Promise<void> {
    for await (const piece of source) {
      bytes += piece.length;
      if (bytes > most) throw new SoundError("size");
      ready.push(piece);
      wake?.();
    }
  }
  read()
    .catch((error: unknown) => (fault = error))
    .finally(() => {
      over = true;
      wake?.();
    });

  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (ready.length > 0) yield ready.shift()!;
        if (fault !== undefined) throw fault;
        if (over) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
