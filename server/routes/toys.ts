/** What a toy, or who made it, asks besides the claim: config, firmware, telemetry, provisioning. PROTOCOL.md §2, §9 */
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CODEC, MAX_SESSION_S, MAX_UTTERANCE_S, SUITE } from "@bearlink/sdk/protocol";
import type { Telemetry } from "@bearlink/sdk/protocol";
import { z } from "zod";
import { MAX_TELEMETRY_TOYS } from "../bounds.ts";
import { provision } from "../claim/provision.ts";
import type { ProvisionPorts } from "../claim/provision.ts";
import { Refusal } from "../errors.ts";
import { deviceId, hex, u32 } from "./app.ts";
import type { App } from "./app.ts";
import { actorOf } from "./keys.ts";

/** What a toy last told of itself. */
export interface ToyTelemetry extends Telemetry {
  device_id: string;
  /** epoch ms at which it arrived */
  at: number;
}

/** The public manifest of §10: for tools; a toy believes its own COMMAND. */
export interface FirmwareManifest {
  version: string;
  url: string;
  size: number;
  sha256: string;
  min_version: string;
  signature: string;
}

export interface ToyRoutePorts extends ProvisionPorts {
  publicMqtt: { host: string; port: number; tls: boolean };
  /** undefined while nothing is published */
  firmware: () => Promise<FirmwareManifest | undefined>;
  /** of the toys on the line */
  telemetry: () => readonly ToyTelemetry[];
}

const configAnswer = z.object({
  protocol: z.literal("bearlink/1"),
  suites: z.array(z.string()),
  codecs: z.array(z.int()),
  max_session_s: z.int(),
  max_utterance_s: z.int(),
  mqtt: z.object({ host: z.string(), port: z.int(), tls: z.boolean() }),
});

const manifestAnswer = z.object({
  version: z.string(),
  url: z.string(),
  size: z.int(),
  sha256: z.string(),
  min_version: z.string(),
  signature: z.string(),
});

const telemetryAnswer = z.object({
  toys: z.array(
    z.object({
      device_id: deviceId,
      at: z.string(),
      rssi: z.number().optional(),
      heap: u32.optional(),
      uptime_s: u32.optional(),
      battery_mv: u32.optional(),
    }),
  ),
});

const provisionBody = z.strictObject({
  device_id: deviceId,
  device_secret: hex(32),
  pairing_code_sha256: hex(32),
});

const CACHED = "public, max-age=300";

/** Marks an answer that may be kept for a while; true where the asker has it. The tag is of the content alone. MISSION C19 */
function isKept(request: FastifyRequest, reply: FastifyReply, content: object): boolean {
  const digest = createHash("sha256").update(JSON.stringify(content)).digest("base64url");
  const tag = `"${digest.slice(0, 22)}"`;
  reply.headers({ etag: tag, "cache-control": CACHED });
  const known = (request.headers["if-none-match"] ?? "")
    .split(",")
    .map((one) => one.trim().replace(/^W\//, ""));
  return known.includes(tag) || known.includes("*");
}

export function toyRoutes(app: App, ports: ToyRoutePorts): void {
  const publicConfig = {
    protocol: "bearlink/1" as const,
    suites: [SUITE],
    codecs: [CODEC.U8, CODEC.ULAW, CODEC.S16],
    max_session_s: MAX_SESSION_S,
    max_utterance_s: MAX_UTTERANCE_S,
    mqtt: ports.publicMqtt,
  };

  app.route({
    method: "GET",
    url: "/api/v1/esp32/config",
    config: { auth: "public", limit: "address" },
    schema: { response: { 200: configAnswer, 304: z.null() } },
    handler: async (request, reply) =>
      isKept(request, reply, publicConfig) ? reply.code(304).send(null) : publicConfig,
  });

  app.route({
    method: "GET",
    url: "/api/v1/esp32/firmware",
    config: { auth: "public", limit: "address" },
    schema: { response: { 200: manifestAnswer, 304: z.null() } },
    async handler(request, reply) {
      const manifest = await ports.firmware();
      if (!manifest) throw new Refusal("NOT_FOUND");
      return isKept(request, reply, manifest) ? reply.code(304).send(null) : manifest;
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/esp32/private/telemetry",
    config: { auth: "developer", may: "toys.look", limit: "address" },
    schema: { response: { 200: telemetryAnswer } },
    handler: async () => ({
      toys: ports
        .telemetry()
        .slice(0, MAX_TELEMETRY_TOYS)
        .map((toy) => ({ ...toy, at: new Date(toy.at).toISOString() })),
    }),
  });

  // who has no key learns nothing of what is there
  app.route({
    method: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    url: "/api/v1/esp32/private/*",
    config: { auth: "developer", limit: "address" },
    handler: () => {
      throw new Refusal("NOT_FOUND");
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/toys",
    config: { auth: "developer", may: "toys.provision", limit: "address" },
    schema: { body: provisionBody, response: { 201: z.object({ device_id: deviceId }) } },
    async handler(request, reply) {
      const { device_id } = request.body;
      await provision(ports, request.body, { actor: actorOf(request), address: request.clientAddress });
      return reply.code(201).send({ device_id });
    },
  });
}
