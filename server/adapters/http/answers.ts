/** How the server answers: the one error envelope, and the headers that every answer carries. MISSION A10, B20 */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { Refusal } from "../../errors.ts";

export const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": "geolocation=(), microphone=(), camera=()",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-xss-protection": "0",
  "cache-control": "no-store",
  vary: "Origin",
} as const;

export const JSON_TYPE = "application/json; charset=utf-8";

/** Characters of a caller's own text in an answer: with all else a refusal stays under 1 KB. PROTOCOL.md §3.0 */
const MAX_ECHO_CHARS = 64;

/** JSON is ASCII. PROTOCOL.md §1.4 */
export function escapeNonAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export function envelope(refusal: Refusal, requestId: string): string {
  const { code, message, details } = refusal;
  return escapeNonAscii(JSON.stringify({ error: { code, message, details }, requestId }));
}

/** Any thrown thing as a Refusal; what is not one is a bug, and INTERNAL. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return malformed(error.validation[0]!);
  const { code, statusCode = 500 } = error as FastifyError;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new Refusal("BODY_TOO_LARGE");
  if (statusCode >= 400 && statusCode < 500)
    return new Refusal("INVALID_REQUEST", { path: "", problem: "the body cannot be read" }, error);
  return new Refusal("INTERNAL", undefined, error);
}

/** Names the first field that is wrong, never its value. */
function malformed(issue: { instancePath?: string; message?: string; params?: unknown }): Refusal {
  const path = (issue.instancePath ?? "").split("/").filter(Boolean);
  const unknown = (issue.params as { keys?: string[] } | undefined)?.keys?.[0];
  if (unknown !== undefined) path.push(unknown);
  return new Refusal("INVALID_REQUEST", {
    path: path.join(".").slice(0, MAX_ECHO_CHARS),
    problem: unknown === undefined ? issue.message : "unknown field",
  });
}

/** Sends a refusal. Where a body was not read to its end, Fastify closes the connection. MISSION B19 */
export function sendRefusal(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const retryAfterS = refusal.details?.retry_after_s;
  if (typeof retryAfterS === "number") reply.header("retry-after", retryAfterS);
  // what a handler's own limit refused, the door's headers do not know. MISSION B07
  const layer = refusal.details?.layer;
  if (refusal.code === "RATE_LIMITED" && typeof layer === "string")
    reply.headers({ "x-ratelimit-layer": layer, "x-ratelimit-remaining": 0 });
  return reply.code(refusal.status).type(JSON_TYPE).send(envelope(refusal, request.id));
}
