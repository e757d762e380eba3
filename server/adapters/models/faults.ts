/** What went wrong at a model service, in our words: its own are never repeated. */
import { z } from "zod";
import { ModelError } from "../../errors.ts";
import type { ModelFault } from "../../ports.ts";

/** The fault that a status names. A redirect is not followed: a key goes only where it was meant to. */
export function faultOfStatus(status: number): ModelFault {
  if (status === 401 || status === 403) return "auth";
  if (status === 402) return "budget";
  if (status === 429) return "limited";
  if (status === 408) return "timeout";
  return status >= 500 ? "away" : "garbage";
}

/** s from a Retry-After of seconds or of a date, RFC 9110 §10.2.3; undefined where it says neither. */
export function retryAfterS(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = header.endsWith("GMT") ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - nowMs) / 1000));
}

const Told = z.object({ code: z.union([z.number(), z.string()]).nullish(), type: z.string().nullish() });
const Telling = z.union([
  z.object({ error: z.union([Told, z.string()]) }),
  Told.extend({ object: z.literal("error") }),
]);

/** The fault told inside a 200, as `{"error": …}` or as `{"object": "error", …}`; `otherwise` where it has no status we know. */
export function faultTold(json: unknown, otherwise: ModelFault): ModelError | undefined {
  // nearly every event of a stream tells none: the look comes before the schema
  if (typeof json !== "object" || json === null) return undefined;
  if (!("error" in json) && !("object" in json && json.object === "error")) return undefined;
  const telling = Telling.safeParse(json);
  if (!telling.success) return undefined;
  const told = "error" in telling.data ? telling.data.error : telling.data;
  if (typeof told === "string") return new ModelError(otherwise);
  if (told.code === "insufficient_quota" || told.type === "insufficient_quota")
    return new ModelError("budget");
  const status = Number(told.code);
  return new ModelError(status >= 400 && status < 600 ? faultOfStatus(status) : otherwise);
}

const TIMEOUTS = ["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"];

/** The fault behind an error of the connection; `answered` once the headers were here. */
export function faultOfConnection(error: unknown, answered: boolean): ModelFault {
  const code = String((error as { code?: unknown } | undefined)?.code ?? "");
  if (TIMEOUTS.includes(code)) return "timeout";
  if (code.startsWith("HPE_") || code === "UND_ERR_HEADERS_OVERFLOW") return "garbage";
  return answered ? "cut" : "away";
}
