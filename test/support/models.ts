/** Model services for tests: the stand-in, and the ports opened on it or on bytes in memory. */
import { setMaxListeners } from "node:events";
import { ModelError } from "../../server/errors.ts";
import type { ModelService } from "../../server/adapters/models/http.ts";
import { openModels } from "../../server/adapters/models/catalog.ts";
import type { ModelPorts, Models, ModelSettings } from "../../server/adapters/models/catalog.ts";
import { systemClock } from "../../server/adapters/clock.ts";

export { startStandIn, toneFor, tokensOf } from "../../tools/stand-in.ts";
export type { StandIn, StandInFault, StandInOptions, StandInRequest } from "../../tools/stand-in.ts";

export const TEST_KEY = "sk-test-do-not-tell";

/** The settings that send all four kinds of work to `url`. */
export function settingsFor(url: string): ModelSettings {
  const service = { url, key: TEST_KEY };
  return { chat: service, stt: service, tts: service, moderation: service };
}

/** All four ports at `url`, each of them there; `results` is what was counted, as "kind result". */
export function openTestModels(url: string, ports: Partial<ModelPorts> = {}, settings = settingsFor(url)) {
  const results: string[] = [];
  const meter = {
    count: (series: string, labels: Record<string, string> = {}) =>
      void (series === "model_requests_total" && results.push(`${labels["kind"]} ${labels["result"]}`)),
  };
  const models = openModels(settings, { clock: systemClock, meter, ...ports });
  return { ...portsOf(models), close: models.close, results };
}

function portsOf({ speechToText, chat, textToSpeech, moderation }: Models) {
  if (!speechToText || !chat || !textToSpeech || !moderation) throw new Error("a port is missing");
  return {
    speechToText: speechToText.port,
    chat: chat.port,
    textToSpeech: textToSpeech.port,
    moderation: moderation.port,
  };
}

/** A service that answers every request with these pieces and then ends, or is cut. */
export function serviceOf(
  pieces: readonly Uint8Array[],
  { type = "", cut = false, origin = "http://127.0.0.1" } = {},
): ModelService {
  return {
    origin,
    warm: () => undefined,
    async post(_path, _content, _maxBytes, _signal, read) {
      async function* piecesAndEnd(): AsyncGenerator<Uint8Array> {
        yield* pieces;
        if (cut) throw new ModelError("cut");
      }
      return read({
        type,
        pieces: piecesAndEnd,
        json: async () => JSON.parse(Buffer.concat(pieces).toString()) as unknown,
        refused: () => undefined,
        finish: () => undefined,
        drop: () => undefined,
      });
    },
  };
}

/** All that a stream gives. */
export async function all<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const piece of pieces) got.push(piece);
  return got;
}

/** `bytes` in pieces of `size`. */
export function cutInto(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

/** A signal that is never aborted, for any number of listeners. */
export const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
