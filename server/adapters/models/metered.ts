/** Counts what became of each request to a model, `model_requests_total{kind,provider,result}`, and tells it in the log of its turn. MISSION B21, B23 */
import { ModelError } from "../../errors.ts";
import type {
  AskedFor,
  Chat,
  Clock,
  Meter,
  ModelFault,
  Moderation,
  SpeechToText,
  TextToSpeech,
} from "../../ports.ts";

export interface MeterLabels {
  kind: "speech-to-text" | "chat" | "text-to-speech" | "moderation";
  /** host name of the service */
  provider: string;
}

export type Result = "ok" | "cancelled" | ModelFault;

interface MeteredPorts {
  meter: Pick<Meter, "count">;
  clock: Pick<Clock, "now">;
}

/** The same port, counted. A stream that its reader leaves early is `ok`; one that its signal ends is `cancelled`. */
export function metered<Port extends SpeechToText | Chat | TextToSpeech | Moderation>(
  port: Port,
  { meter, clock }: MeteredPorts,
  labels: MeterLabels,
  turn?: AskedFor,
): Port {
  function count(result: Result, since: number): void {
    meter.count("model_requests_total", { ...labels, result });
    const { kind: stage, provider } = labels;
    turn?.log.info({ stage, provider, result, duration_ms: clock.now() - since }, "a model was asked");
  }

  async function promised<T>(ask: () => Promise<T>): Promise<T> {
    const since = clock.now();
    try {
      const answer = await ask();
      count("ok", since);
      return answer;
    } catch (error) {
      count(resultOf(error), since);
      throw error;
    }
  }

  async function* streamed<T>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
    const since = clock.now();
    let result: Result = "ok";
    try {
      yield* pieces;
    } catch (error) {
      result = resultOf(error);
      throw error;
    } finally {
      count(result, since);
    }
  }

  const counted: Port = { ...port };
  if ("transcribe" in port)
    return { ...counted, transcribe: (pcm, signal) => promised(() => port.transcribe(pcm, signal)) };
  if ("check" in port)
    return { ...counted, check: (text, signal) => promised(() => port.check(text, signal)) };
  if ("reply" in port) return { ...counted, reply: (...asked) => streamed(port.reply(...asked)) };
  return { ...counted, speak: (text, signal) => streamed(port.speak(text, signal)) };
}

function resultOf(error: unknown): Result {
  return error instanceof ModelError ? error.fault : "cancelled";
}
