/** The audit trail, asked: all of it by who may, a family's own by its parent, support's visits among it; and whether it holds. MISSION B26, B27 */
import { z } from "zod";
import { familyView, readTrail, viewTrail } from "../audit/read.ts";
import type { AuditPage } from "../audit/read.ts";
import { suspected, SUSPICIONS } from "../audit/suspicious.ts";
import type { Scope, Verified } from "../audit/verify.ts";
import { MAX_AUDIT_LISTED, MAX_DEVICE_CHARS } from "../bounds.ts";
import { orUnavailable } from "../errors.ts";
import type { AuditReader, AuditRow, AuditTrail, Clock } from "../ports.ts";
import { fromOf, parentOf } from "./account.ts";
import type { App } from "./app.ts";
import { actorOf } from "./keys.ts";

export interface AuditRoutePorts {
  auditReader: AuditReader;
  audit: AuditTrail;
  clock: Clock;
  verify(scope: Scope): Promise<Verified>;
}

const DEFAULT_LIMIT = 50;

const id = z.string().min(1).max(MAX_DEVICE_CHARS);
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const page = {
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "not a cursor")
    .transform(Number)
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_AUDIT_LISTED).default(DEFAULT_LIMIT),
  action: id.optional(),
  outcome: z.enum(["success", "refused"]).optional(),
  device_id: id.optional(),
  from: time.optional(),
  to: time.optional(),
};
const familyQuery = z.strictObject(page);
const query = z.strictObject({
  ...page,
  account_id: id.optional(),
  actor: id.optional(),
  resource: id.optional(),
});
const scope = z.strictObject({
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  archive: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional(),
});

const entryAnswer = z.object({
  id: z.string(),
  at: z.string(),
  action: z.string(),
  outcome: z.enum(["success", "refused"]),
  actor: z.string(),
  resource: z.string().nullable(),
  address: z.string().nullable(),
  device: z.string().nullable(),
  reason: z.string().nullable(),
  account_id: z.string().nullable(),
});
const pageAnswer = z.object({ entries: z.array(entryAnswer), next_cursor: z.string().nullable() });
const suspicionAnswer = z.object({
  suspicious: z.boolean(),
  reasons: z.array(
    z.object({
      rule: z.enum(SUSPICIONS),
      who: z.string(),
      account_id: z.string().nullable(),
      count: z.int(),
    }),
  ),
});
const verifiedAnswer = z.object({
  holds: z.boolean(),
  days: z.int(),
  links: z.int(),
  archived: z.int(),
  heads: z.int(),
  waiting: z.int(),
  findings: z.array(
    z.object({
      fault: z.string(),
      day: z.string().optional(),
      place: z.int().optional(),
      id: z.int().optional(),
      archive: z.string().optional(),
    }),
  ),
  away: z.array(z.string()),
});

function tell({ id, at, accountId, ...row }: AuditRow): z.infer<typeof entryAnswer> {
  return { ...row, id: String(id), at: new Date(at).toISOString(), account_id: accountId };
}

function tellPage({ rows, nextBefore }: AuditPage): z.infer<typeof pageAnswer> {
  return { entries: rows.map(tell), next_cursor: nextBefore?.toString() ?? null };
}

export function auditRoutes(app: App, ports: AuditRoutePorts): void {
  const operator = { auth: "developer", may: "audit.read", limit: "admin" } as const;
  const parent = { auth: "parent", may: "family.trail", limit: "address" } as const;

  app.route({
    method: "GET",
    url: "/api/v1/audit",
    config: operator,
    schema: { querystring: query, response: { 200: pageAnswer } },
    async handler(request, reply) {
      const { cursor, limit, account_id, device_id, resource, ...filter } = request.query;
      const asked = { ...filter, accountId: account_id, resource: resource ?? device_id };
      void reply.header("cache-control", "no-store");
      const by = { actor: actorOf(request), ...fromOf(request) };
      return tellPage(await viewTrail(ports, by, asked, limit, cursor));
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/audit/me",
    config: parent,
    schema: { querystring: familyQuery, response: { 200: pageAnswer } },
    async handler(request, reply) {
      const { cursor, limit, device_id, ...filter } = request.query;
      const asked = { ...filter, resource: device_id, accountId: parentOf(request).accountId };
      void reply.header("cache-control", "no-store");
      const page = await readTrail(ports, asked, limit, cursor);
      return tellPage({ ...page, rows: page.rows.map(familyView) });
    },
  });

  const suspicions = async (accountId?: string): Promise<z.infer<typeof suspicionAnswer>> => {
    const found = await orUnavailable(suspected(ports, accountId));
    const reasons = found.map(({ accountId: account_id, ...one }) => ({ ...one, account_id }));
    return { suspicious: reasons.length > 0, reasons };
  };

  app.route({
    method: "GET",
    url: "/api/v1/audit/suspicious",
    config: operator,
    schema: {
      querystring: z.strictObject({ account_id: id.optional() }),
      response: { 200: suspicionAnswer },
    },
    async handler(request, reply) {
      void reply.header("cache-control", "no-store");
      return suspicions(request.query.account_id);
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/audit/me/suspicious",
    config: parent,
    schema: { response: { 200: suspicionAnswer } },
    async handler(request, reply) {
      void reply.header("cache-control", "no-store");
      return suspicions(parentOf(request).accountId);
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/audit/verification",
    config: operator,
    schema: { querystring: scope, response: { 200: verifiedAnswer } },
    handler: async (request) => orUnavailable(ports.verify(request.query)),
  });
}
