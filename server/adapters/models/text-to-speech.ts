/** Text-to-speech over an OpenAI-compatible API: PCM is asked for, and whatever comes is made into it. */
import { MAX_SOUND_S, MAX_SPEECH_BYTES } from "../../bounds.ts";
import { ModelError, SoundError } from "../../errors.ts";
import type { SoundPipe, TextToSpeech } from "../../ports.ts";
import { containerOf, HEAD_BYTES } from "./container.ts";
import type { Compressed } from "./container.ts";
import { faultTold } from "./faults.ts";
import { json } from "./http.ts";
import type { Answer, ModelService } from "./http.ts";
import { privacy } from "./openrouter.ts";
import { createConverter } from "./pcm.ts";
import { readWavHeader } from "./wav.ts";
import type { PcmFormat } from "./wav.ts";

/** Hz; what `response_format: "pcm"` means at OpenAI */
export const SPEECH_RATE = 24_000;

/** Bytes of a container in, s16le mono at `rate` out. */
export type Decode = (container: Compressed, rate: number) => SoundPipe;

export interface Voice {
  model: string;
  voice: string;
}

/** A voice of `service`. Without `decode` a compressed answer is `garbage`, as are text, nothing at all, and more than 30 s. */
export function openTextToSpeech(
  service: ModelService,
  { model, voice }: Voice,
  decode?: Decode,
): TextToSpeech {
  return {
    rate: SPEECH_RATE,
    warm: () => service.warm(),
    async *speak(text, signal) {
      const body = json({ model, voice, input: text, response_format: "pcm", ...privacy(service.origin) });
      const answer = await service.post("/audio/speech", body, MAX_SPEECH_BYTES, signal, spoken);
      try {
        let bytes = 0;
        for await (const pcm of samplesOf(answer.type, answer.pieces(), decode)) {
          bytes += pcm.length;
          if (bytes > MAX_SOUND_S * SPEECH_RATE * 2) throw new ModelError("garbage");
          if (pcm.length > 0) yield pcm;
        }
        if (bytes === 0) throw new ModelError("garbage");
      } finally {
        answer.drop();
      }
    },
  };
}

/** The answer, where it is no error with a status of 200. */
async function spoken(answer: Answer): Promise<Answer> {
  if (!answer.type.startsWith("application/json")) return answer;
  throw faultTold(await answer.json(), "garbage") ?? new ModelError("garbage");
}

async function* samplesOf(
  type: string,
  pieces: AsyncGenerator<Uint8Array>,
  decode: Decode | undefined,
): AsyncGenerator<Uint8Array> {
  const head = await take(pieces, Buffer.alloc(0), (bytes) => bytes.length >= HEAD_BYTES);
  const container = containerOf(head, type, SPEECH_RATE);
  if (container.name === "pcm") return yield* converted(container.format, head, pieces);
  if (container.name === "wav") return yield* unwrapped(head, pieces);
  if (!decode) throw new ModelError("garbage");
  yield* decoded(decode(container.name, SPEECH_RATE), head, pieces);
}

/** Reads on until `enough`, or to the end. */
async function take(
  pieces: AsyncGenerator<Uint8Array>,
  start: Buffer,
  enough: (bytes: Buffer) => boolean,
): Promise<Buffer> {
  let bytes = start;
  while (!enough(bytes)) {
    const next = await pieces.next();
    if (next.done) break;
    bytes = Buffer.concat([bytes, next.value]);
  }
  return bytes;
}

async function* converted(
  format: PcmFormat,
  head: Uint8Array,
  pieces: AsyncIterable<Uint8Array>,
  length = Infinity,
): AsyncGenerator<Uint8Array> {
  const converter = createConverter(format, SPEECH_RATE);
  let left = length;
  const push = (bytes: Uint8Array): Uint8Array => {
    const own = bytes.subarray(0, Math.min(bytes.length, left)); // chunks may follow the samples
    left -= own.length;
    return converter.push(own);
  };
  yield push(head);
  for await (const piece of pieces) yield push(piece);
  yield converter.end();
  if (left > 0 && length !== Infinity) throw new ModelError("cut");
}

async function* unwrapped(start: Buffer, pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const head = await take(pieces, start, (bytes) => readWavHeader(bytes) !== undefined);
  const header = readWavHeader(head);
  if (!header) throw new ModelError("cut");
  yield* converted(header.format, head.subarray(header.offset), pieces, header.length);
}

async function* decoded(
  pipe: SoundPipe,
  head: Uint8Array,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let fault: unknown;
  const fed = (async () => {
    pipe.write(head);
    for await (const piece of pieces) pipe.write(piece);
    pipe.end();
  })().catch((error: unknown) => {
    fault = error;
    pipe.destroy();
  });
  try {
    yield* converted({ rate: SPEECH_RATE, channels: 1, bits: 16, float: false }, new Uint8Array(0), pipe.out);
    await fed;
  } catch (error) {
    throw fault ?? (error instanceof SoundError ? new ModelError("garbage") : error);
  } finally {
    pipe.destroy();
  }
  if (fault) throw fault;
}
