/** The two routes by which a toy opens a session. PROTOCOL.md §3 */
import { MAX_JSON_BYTES, MAX_VERSION_CHARS, SUITE } from "@bearlink/sdk/protocol";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { challenge } from "../claim/challenge.ts";
import { claim } from "../claim/claim.ts";
import type { ClaimDesk } from "../claim/desk.ts";
import type { LimitTold } from "../ports.ts";
import { limitHeaders } from "../limiter/headers.ts";
import { deviceId, hex, u32 } from "./app.ts";
import type { App } from "./app.ts";

export const challengeBody = z.strictObject({ device_id: deviceId, device_nonce: hex(16) });

export const claimBody = z.strictObject({
  device_id: deviceId,
  device_nonce: hex(16),
  session_id: hex(8),
  nonce: hex(32),
  boot: u32,
  seq: u32,
  firmware_version: z
    .string()
    .min(1)
    .max(MAX_VERSION_CHARS)
    .regex(/^[\x20-\x7e]*$/, "not printable ASCII"),
  suite: z.literal(SUITE),
  hmac_hex: hex(32),
});

const challengeAnswer = z.object({
  session_id: hex(8),
  nonce: hex(32),
  server_time: z.int(),
  expires_in: z.int(),
});

const claimAnswer = z.object({
  state: z.enum(["unpaired", "paired"]),
  server_time: z.int(),
  expires_in: z.int(),
  mqtt: z.object({
    host: z.string(),
    port: z.int(),
    tls: z.boolean(),
    up: z.string(),
    down: z.string(),
  }),
  proof_hex: hex(32),
});

/** The door counts nothing of these: their own steps do. §3.3 */
function tellLimits(reply: FastifyReply): LimitTold {
  return (standing, layer) => void reply.headers(limitHeaders(standing, layer));
}

const config = { auth: "public", limit: "claim", wire: true } as const;

export function claimRoutes(app: App, desk: ClaimDesk): void {
  app.route({
    method: "POST",
    url: "/api/v1/esp32/challenge",
    config,
    bodyLimit: MAX_JSON_BYTES,
    schema: { body: challengeBody, response: { 200: challengeAnswer } },
    handler: (request, reply) => challenge(desk, request.body, request.clientAddress, tellLimits(reply)),
  });

  app.route({
    method: "POST",
    url: "/api/v1/pair/claim",
    config,
    bodyLimit: MAX_JSON_BYTES,
    schema: { body: claimBody, response: { 200: claimAnswer } },
    handler: (request, reply) =>
      claim(desk, request.body, {
        address: request.clientAddress,
        requestId: request.id,
        limited: tellLimits(reply),
      }),
  });
}
