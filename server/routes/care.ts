/** Looking after a family's data: handing it out, letting it go, and the week in numbers. */
import { Readable } from "node:stream";
import { z } from "zod";
import { MAX_REPORTS } from "../bounds.ts";
import { orUnavailable } from "../errors.ts";
import { requireFresh } from "../family/account/session.ts";
import { cancelDeletion } from "../family/care/deletion.ts";
import type { DeletionPorts } from "../family/care/deletion.ts";
import { askExport, findExport, takeExport } from "../family/care/export.ts";
import type { ExportPorts } from "../family/care/export.ts";
import type { Deletion, Export, Reports, WeekReport } from "../ports.ts";
import { parentOf } from "./account.ts";
import type { App } from "./app.ts";

export interface CareRoutePorts {
  exporting: ExportPorts;
  deleting: DeletionPorts;
  reports: Reports;
}

const NO_STORE = "no-store"; // MISSION B20
const id = z.string().max(64);
const params = z.strictObject({ id });
const date = (ms: number): string => new Date(ms).toISOString();
const dateOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : date(ms));

const exportAnswer = z.object({
  id,
  state: z.enum(["waiting", "ready", "failed", "gone"]),
  requested_at: z.string(),
  ready_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  /** bytes */
  size: z.int().nullable(),
});

function tellExport(made: Export): z.infer<typeof exportAnswer> {
  return {
    id: made.id,
    state: made.state,
    requested_at: date(made.requestedAt),
    ready_at: dateOrNull(made.readyAt),
    expires_at: dateOrNull(made.expiresAt),
    size: made.size ?? null,
  };
}

const receipt = z.object({
  id,
  what: z.enum(["child", "account"]),
  done_at: z.string(),
  stores: z.array(z.object({ store: z.string(), rows: z.int() })),
  /** SHA-256 of the rest */
  digest: z.string(),
});

export const deletionAnswer = z.object({
  id,
  what: z.enum(["child", "account"]),
  child_id: z.string().nullable(),
  state: z.enum(["scheduled", "running", "done", "cancelled"]),
  due_at: z.string(),
  done_at: z.string().nullable(),
  receipt: receipt.nullable(),
});

export function tellDeletion(deletion: Deletion): z.infer<typeof deletionAnswer> {
  return {
    id: deletion.id,
    what: deletion.what,
    child_id: deletion.childId ?? null,
    state: deletion.state,
    due_at: date(deletion.dueAt),
    done_at: dateOrNull(deletion.doneAt),
    receipt: deletion.receipt ?? null,
  };
}

/** `?grace=0`: at once */
export const graceQuery = z.strictObject({ grace: z.enum(["0"]).optional() });

const reportAnswer = z.object({
  id: z.string(),
  child_id: z.string(),
  week: z.string(),
  turns: z.int(),
  minutes: z.int(),
  conversations: z.int(),
  redirected: z.int(),
  escalated: z.int(),
  by_day: z.array(z.object({ day: z.string(), turns: z.int(), minutes: z.int() })),
});

function tellReport({ childId, byDay, ...rest }: WeekReport): z.infer<typeof reportAnswer> {
  return { ...rest, child_id: childId, by_day: byDay };
}

const reading = { auth: "parent", limit: "address" } as const;
const taking = { auth: "parent", may: "family.take", limit: "address" } as const;

export function careRoutes(app: App, { exporting, deleting, reports }: CareRoutePorts): void {
  app.route({
    method: "POST",
    url: "/api/v1/exports",
    config: taking,
    schema: { response: { 202: exportAnswer } },
    async handler(request, reply) {
      const { accountId } = parentOf(request);
      requireFresh(parentOf(request), exporting.clock);
      void reply.code(202).header("cache-control", NO_STORE);
      return tellExport(await askExport(exporting, { accountId, address: request.clientAddress }));
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/exports",
    config: taking,
    schema: { response: { 200: z.object({ exports: z.array(exportAnswer) }) } },
    async handler(request, reply) {
      void reply.header("cache-control", NO_STORE);
      const made = await orUnavailable(exporting.exports.list(parentOf(request).accountId));
      return { exports: made.map(tellExport) };
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/exports/:id",
    config: taking,
    schema: { params, response: { 200: exportAnswer } },
    async handler(request, reply) {
      void reply.header("cache-control", NO_STORE);
      return tellExport(await findExport(exporting, parentOf(request).accountId, request.params.id));
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/exports/:id/file",
    // who asks for its headers alone has taken nothing
    exposeHeadRoute: false,
    config: { ...taking, file: "application/json" },
    schema: { params },
    async handler(request, reply) {
      const by = { accountId: parentOf(request).accountId, address: request.clientAddress };
      const { made, bytes } = await takeExport(exporting, by, request.params.id);
      const name = `bearlink-${date(made.requestedAt).slice(0, 10)}.json`;
      return reply
        .headers({
          "cache-control": NO_STORE,
          "content-disposition": `attachment; filename="${name}"`,
          "content-length": made.size!,
        })
        .type("application/json; charset=utf-8")
        .send(Readable.from(bytes, { objectMode: false }));
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/deletions",
    config: reading,
    schema: { response: { 200: z.object({ deletions: z.array(deletionAnswer) }) } },
    async handler(request, reply) {
      void reply.header("cache-control", NO_STORE);
      const asked = await orUnavailable(deleting.deletions.list(parentOf(request).accountId));
      return { deletions: asked.map(tellDeletion) };
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/deletions/:id",
    config: reading,
    schema: { params, response: { 204: z.null() } },
    async handler(request, reply) {
      const { accountId } = parentOf(request);
      await cancelDeletion(deleting, { accountId, address: request.clientAddress }, request.params.id);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/reports",
    config: reading,
    schema: {
      querystring: z.strictObject({ child_id: id.optional() }),
      response: { 200: z.object({ reports: z.array(reportAnswer) }) },
    },
    async handler(request, reply) {
      void reply.header("cache-control", NO_STORE);
      const { accountId } = parentOf(request);
      const found = await orUnavailable(reports.list(accountId, request.query.child_id, MAX_REPORTS));
      return { reports: found.map(tellReport) };
    },
  });
}
