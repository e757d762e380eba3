/** Chat over an OpenAI-compatible API: the reply in pieces as it streams, and a plain fault where it does not end well. */
import { z } from "zod";
import { MAX_MODEL_STREAM_BYTES, MAX_REPLY_CHARS, MAX_REPLY_TOKENS } from "../../bounds.ts";
import { ModelError } from "../../errors.ts";
import type { Chat, ChatMessage } from "../../ports.ts";
import { faultTold } from "./faults.ts";
import { json, parse } from "./http.ts";
import type { Answer, ModelService } from "./http.ts";
import { privacy } from "./openrouter.ts";
import { sseEvents } from "./sse.ts";

/** lively, and still on its persona */
const TEMPERATURE = 0.7;

/** The body of `POST /chat/completions`. */
export function chatRequest(
  origin: string,
  model: string,
  messages: ChatMessage[],
  maxTokens = MAX_REPLY_TOKENS,
): object {
  const bounds = { temperature: TEMPERATURE, max_tokens: Math.min(MAX_REPLY_TOKENS, maxTokens) };
  return { model, messages, stream: true, ...bounds, ...privacy(origin) };
}

/** A chat model of `service`. An empty reply is `garbage`, one that the service stopped is `cut`: silence is never an answer. */
export function openChat(service: ModelService, model: string): Chat {
  return {
    warm: () => service.warm(),
    async *reply(messages, signal, { maxTokens } = {}) {
      const body = json(chatRequest(service.origin, model, messages, maxTokens));
      const begun = await service.post("/chat/completions", body, MAX_MODEL_STREAM_BYTES, signal, begin);
      const { answer, parts } = begun;
      try {
        let chars = 0;
        for (let next = begun.next; !next.done; next = await parts.next()) {
          const { text, reason } = next.value;
          if (text) yield text;
          chars += text.length;
          if (chars >= MAX_REPLY_CHARS) return;
          if (reason === undefined) continue;
          if (reason === "content_filter" || reason === "error") throw new ModelError("cut");
          if (chars === 0) throw new ModelError("garbage");
          return answer.finish();
        }
        throw new ModelError("cut");
      } catch (error) {
        if (error instanceof ModelError) answer.refused(error.fault);
        throw error;
      } finally {
        await parts.return();
        answer.drop();
      }
    },
  };
}

interface Begun {
  answer: Answer;
  /** the first that says anything */
  next: IteratorResult<Part, void>;
  /** those after it */
  parts: AsyncGenerator<Part, void, void>;
}

/** Reads on to the first words: until then nothing is handed on, and another key may be asked with. */
async function begin(answer: Answer): Promise<Begun> {
  const parts = partsOf(answer);
  let next = await parts.next();
  while (!next.done && next.value.text === "" && next.value.reason === undefined) next = await parts.next();
  return { answer, next, parts };
}

interface Part {
  text: string;
  /** why the reply ends here */
  reason: string | undefined;
}

async function* partsOf(answer: Answer): AsyncGenerator<Part, void, void> {
  if (answer.type.startsWith("text/html")) throw new ModelError("garbage");
  // a service that does not stream, or an error with a status of 200
  if (answer.type.startsWith("application/json")) return yield partOf(await answer.json(), "away");
  let fault = "away" as "away" | "cut";
  for await (const event of sseEvents(answer.pieces())) {
    if (event === "[DONE]") return;
    yield partOf(parse(event), fault);
    fault = "cut";
  }
}

const Said = z.object({ content: z.string().nullish() }).nullish();
const Chunk = z.object({
  // a chunk of usage figures has none
  choices: z.array(z.object({ delta: Said, message: Said, finish_reason: z.string().nullish() })),
});

function partOf(chunk: unknown, otherwise: "away" | "cut"): Part {
  const fault = faultTold(chunk, otherwise);
  if (fault) throw fault;
  const decoded = Chunk.safeParse(chunk);
  if (!decoded.success) throw new ModelError("garbage");
  const choice = decoded.data.choices[0];
  return {
    text: (choice?.delta ?? choice?.message)?.content ?? "",
    reason: choice?.finish_reason || undefined,
  };
}
