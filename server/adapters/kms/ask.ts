/** One request to a key service: a deadline, a bound on its answer, and errors that repeat nothing of either. */
import { request } from "undici";
import { KMS_MS, MAX_KMS_ANSWER_BYTES } from "../../bounds.ts";
import { boundedBody } from "../bounded-body.ts";

export interface Asked {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
}

/** The answer's JSON; rejects where the status is not 2xx, naming service and status alone. */
export async function ask(service: string, { url, method = "POST", headers, body }: Asked): Promise<unknown> {
  const signal = AbortSignal.timeout(KMS_MS);
  const answer = await request(url, { method, headers: headers ?? {}, body: body ?? null, signal }).catch(
    (cause: unknown) => {
      throw new Error(`${service} does not answer (${(cause as { code?: string }).code ?? "timeout"})`);
    },
  );
  const text = await boundedBody(answer, MAX_KMS_ANSWER_BYTES, service);
  if (answer.statusCode < 200 || answer.statusCode > 299)
    throw new Error(`${service} refuses with status ${answer.statusCode}`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${service} does not answer with JSON`);
  }
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
