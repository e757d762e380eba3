/** What a parent was told of, and what only the operator may read. MISSION C50, SAFETY "Conversation" */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { finishCase, readAlerts, readCases } from "../alerts/read.ts";
import type { SafetyPorts } from "../alerts/read.ts";
import { MAX_ALERTS } from "../bounds.ts";
import { orUnavailable } from "../errors.ts";
import { alertView } from "../live/wire.ts";
import { ALERT_KINDS } from "../ports.ts";
import type { AlertBook } from "../ports.ts";
import { parentOf } from "./account.ts";
import { hex } from "./app.ts";
import type { App } from "./app.ts";
import { actorOf } from "./keys.ts";

export interface AlertRoutePorts {
  book: AlertBook;
  safety: SafetyPorts;
}

const ID_BYTES = 12;
const DEFAULT_LIMIT = 50;

const alertAnswer = z.object({
  id: hex(ID_BYTES),
  kind: z.enum(ALERT_KINDS),
  severity: z.enum(["info", "warning", "critical"]),
  device_id: z.string().nullable(),
  child_id: z.string().nullable(),
  at: z.string(),
  read: z.boolean(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
const page = z.strictObject({
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "not a cursor")
    .transform(Number)
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_ALERTS).default(DEFAULT_LIMIT),
});
const readBody = z.union([
  z.strictObject({ ids: z.array(hex(ID_BYTES)).max(MAX_ALERTS) }),
  z.strictObject({ all: z.literal(true) }),
]);
const caseAnswer = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.string(),
  account_id: z.string().nullable(),
  child_id: z.string(),
  device_id: z.string(),
  words: z.string().nullable(),
  done_at: z.string().nullable(),
});

const config = { auth: "parent", limit: "address" } as const;
const operator = { auth: "developer", may: "safety.review", limit: "admin" } as const;

const operatorOf = (request: FastifyRequest) => ({ actor: actorOf(request), address: request.clientAddress });

export function alertRoutes(app: App, { book, safety }: AlertRoutePorts): void {
  app.route({
    method: "GET",
    url: "/api/v1/alerts",
    config,
    schema: {
      querystring: page,
      response: {
        200: z.object({
          alerts: z.array(alertAnswer),
          unread: z.int(),
          next_cursor: z.string().nullable(),
        }),
      },
    },
    async handler(request, reply) {
      const { cursor, limit } = request.query;
      const { alerts, unread, nextPlace } = await readAlerts(
        { book },
        parentOf(request).accountId,
        limit,
        cursor,
      );
      void reply.header("cache-control", "no-store");
      return { alerts: alerts.map(alertView), unread, next_cursor: nextPlace?.toString() ?? null };
    },
  });

  // a guardian's reading is the family's too, and a visit's is not
  app.route({
    method: "POST",
    url: "/api/v1/alerts/read",
    config: { ...config, may: "family.mark" },
    schema: { body: readBody, response: { 200: z.object({ unread: z.int() }) } },
    async handler(request) {
      const { accountId } = parentOf(request);
      const ids = "all" in request.body ? ("all" as const) : request.body.ids;
      return { unread: await orUnavailable(book.markRead(accountId, ids)) };
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/safety/queue",
    config: operator,
    schema: { response: { 200: z.object({ cases: z.array(caseAnswer) }) } },
    async handler(request, reply) {
      void reply.header("cache-control", "no-store");
      const cases = await readCases(safety, operatorOf(request));
      return {
        cases: cases.map(({ at, doneAt, ...item }) => ({
          ...item,
          at: new Date(at).toISOString(),
          done_at: doneAt === undefined ? null : new Date(doneAt).toISOString(),
        })),
      };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/safety/queue/:id/done",
    config: operator,
    schema: {
      params: z.strictObject({ id: z.string().max(64) }),
      response: { 200: z.object({ done: z.literal(true) }) },
    },
    async handler(request) {
      await finishCase(safety, request.params.id, operatorOf(request));
      return { done: true as const };
    },
  });
}
