/** Counts what became of each request to a model: `model_requests_total{kind,provider,result}`. MISSION B23 */
import { ModelError } from "../../errors.ts";
import type { Chat, Meter, ModelFault, Moderation, SpeechToText, TextToSpeech } from "../../ports.ts";

export interface MeterLabels {
  kind: "speech-to-text" | "chat" | "text-to-speech" | "moderation";
  /** host name of the service */
  provider: string;
}

export type Result = "ok" | "cancelled" | ModelFault;

type Counted = Pick<Meter, "count">;

/** The same port, counted. A stream that its reader leaves early is `ok`; one that its signal ends is `cancelled`. */
export function metered<Port extends SpeechToText | Chat | TextToSpeech | Moderation>(
  port: Port,
  meter: Counted,
  labels: MeterLabels,
): Port {
  const count = (result: Result): void => meter.count("model_requests_total", { ...labels, result });

  async function promised<T>(work: Promise<T>): Promise<T> {
    try {
      const answer = await work;
      count("ok");
      return answer;
    } catch (error) {
      count(resultOf(error));
      throw error;
    }
  }

  async function* streamed<T>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
    let result: Result = "ok";
    try {
      yield* pieces;
    } catch (error) {
      result = resultOf(error);
      throw error;
    } finally {
      count(result);
    }
  }

  const counted: Port = { ...port };
  if ("transcribe" in port)
    return { ...counted, transcribe: (pcm, signal) => promised(port.transcribe(pcm, signal)) };
  if ("check" in port) return { ...counted, check: (text, signal) => promised(port.check(text, signal)) };
  if ("reply" in port) return { ...counted, reply: (...asked) => streamed(port.reply(...asked)) };
  return { ...counted, speak: (text, signal) => streamed(port.speak(text, signal)) };
}

function resultOf(error: unknown): Result {
  return error instanceof ModelError ? error.fault : "cancelled";
}
