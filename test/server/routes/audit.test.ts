/** The trail, asked over HTTP: a parent sees their own family's and nobody else's, support's visits among it; who may sees all. MISSION B27 */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { sqlAudit, sqlAuditReader } from "../../../server/adapters/sql/audit.ts";
import type { Database } from "../../../server/adapters/sql/database.ts";
import type { HttpApp } from "../../../server/adapters/http.ts";
import { auditRoutes } from "../../../server/routes/audit.ts";
import type { AuditEntry } from "../../../server/ports.ts";
import { startPglite } from "../../support/pglite.ts";
import { away } from "../claim/support.ts";
import type { House } from "../claim/support.ts";
import { KEYED, openServer, parentOf } from "./support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

interface Page {
  entries: { id: string; action: string; actor: string; address: string | null; account_id: string | null }[];
  next_cursor: string | null;
}
let database: Database;
let app: HttpApp;
let home: House;
const verified = {
  holds: true,
  days: 1,
  links: 6,
  archived: 2,
  heads: 1,
  waiting: 0,
  findings: [],
  away: [],
};
const asked: unknown[] = [];
let append: (entry: AuditEntry) => void | Promise<void> = () => undefined;

beforeAll(async () => {
  database = await startPglite();
  const accounts = ["ada", "grace"].map((id) => ({ id, created_at: 1 }));
  await database.db.insertInto("accounts").values(accounts).execute();
  const server = openServer({
    rooms: [
      (to) =>
        auditRoutes(to, {
          auditReader: sqlAuditReader(database),
          audit: { append: async (entry) => append(entry) },
          clock: auditClock,
          verify: async (span) => (asked.push(span), verified),
        }),
    ],
  });
  ({ app, at: home } = server);
  const at = auditClock.now();
  const audit = sqlAudit(database);
  const success = { at, outcome: "success" } as const;
  await audit.append({ ...success, action: "signed_in", actor: "ada", address: "192.0.2.1" });
  await audit.append({ ...success, action: "passkey_added", actor: "ada", address: "192.0.2.1" });
  await audit.append({
    ...{ ...success, action: "support_visit", actor: "support:Grace Hopper", resource: "ada" },
    ...{ address: "198.51.100.7", reason: "ticket 7: no sound" },
  });
  await audit.append({ ...success, action: "signed_in", actor: "grace", address: "192.0.2.9" });
  await audit.append({ ...success, outcome: "refused", action: "signed_in", actor: "ada" });
  await audit.append({ ...success, action: "firmware_published", actor: "key:00112233" });
});
afterAll(() => database?.close());
// ten a minute: another test's
beforeEach(() => home.clock.advance(60_000));

const auditClock = { now: () => 1_800_000_000_000, after: () => () => undefined };
const ask = async (url: string, headers: Record<string, string> = KEYED) => {
  const answer = await app.inject({ url, headers });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json<Page>() };
};
const actions = ({ entries }: Page) => entries.map(({ action }) => action);

describe("a parent", () => {
  test("sees what was done with their family, support's visits with their reason among it, and where they sat not", async () => {
    const { status, body, headers } = await ask("/api/v1/audit/me", parentOf("ada"));
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    expect(actions(body)).toEqual(["signed_in", "support_visit", "passkey_added", "signed_in"]);
    expect(body.entries[1]).toMatchObject({
      ...{ actor: "support:Grace Hopper", reason: "ticket 7: no sound", address: null },
    });
    expect(body.entries[2]).toMatchObject({ actor: "ada", address: "192.0.2.1" });
    expect(body.entries.every(({ account_id }) => account_id === "ada")).toBe(true);
    expect(actions((await ask("/api/v1/audit/me", parentOf("grace"))).body)).toEqual(["signed_in"]);
    expect(actions((await ask("/api/v1/audit/me", parentOf("nobody"))).body)).toEqual([]);
  });

  test("cannot ask for another's, nor for all", async () => {
    expect((await ask("/api/v1/audit/me?account_id=ada", parentOf("grace"))).status).toBe(422);
    expect((await ask("/api/v1/audit", parentOf("grace"))).status).toBe(401);
    for (const role of ["guardian", "support"] as const)
      expect((await ask("/api/v1/audit/me", parentOf("ada", { role }))).status).toBe(403);
  });
});

describe("who may see all", () => {
  test("asks page by page, by family, act, actor, outcome and time", async () => {
    const first = (await ask("/api/v1/audit?limit=4")).body;
    expect(actions(first)).toEqual(["firmware_published", "signed_in", "signed_in", "support_visit"]);
    const second = (await ask(`/api/v1/audit?limit=4&cursor=${first.next_cursor}`)).body;
    expect(actions(second)).toEqual(["passkey_added", "signed_in"]);
    expect(second.next_cursor).toBeNull();
    const count = async (query: string) => (await ask(`/api/v1/audit?${query}`)).body.entries.length;
    expect(await count("account_id=ada")).toBe(4);
    expect(await count("action=signed_in")).toBe(3);
    expect(await count("actor=grace")).toBe(1);
    expect(await count("resource=ada")).toBe(1);
    expect(await count("outcome=refused")).toBe(1);
    await home.clock.advance(60_000);
    const now = new Date(auditClock.now()).toISOString();
    expect(await count(`from=${now}`)).toBe(6);
    expect(await count(`to=${now}`)).toBe(0);
    expect((await ask("/api/v1/audit?cursor=x")).status).toBe(422);
    expect((await ask("/api/v1/audit?limit=201")).status).toBe(422);
  });

  test("stands in it for each page that they read, and in a family's own where they asked about it; where that cannot be written they read nothing", async () => {
    const key = `key:${KEYED.authorization.split("_")[2]}`;
    const kept: AuditEntry[] = [];
    append = (entry) => void kept.push(entry);
    for (const query of ["", "?account_id=grace", "?actor=grace&outcome=success", "?device_id=bear-1"])
      expect((await ask(`/api/v1/audit${query}`, { ...KEYED, "user-agent": "curl/8" })).status).toBe(200);
    expect((await ask("/api/v1/audit/me", parentOf("grace"))).status).toBe(200);
    const entry = { at: auditClock.now(), action: "audit_read", outcome: "success", actor: key };
    const read = { ...entry, address: "127.0.0.1", device: "curl/8" };
    const [grace, bear] = [
      { ...read, resource: "grace" },
      { ...read, resource: "bear-1" },
    ];
    expect(kept).toEqual([read, grace, grace, bear]);

    append = (entry) => sqlAudit(database).append(entry);
    await ask("/api/v1/audit?account_id=grace");
    const own = (await ask("/api/v1/audit/me?action=audit_read", parentOf("grace"))).body.entries;
    expect(own).toMatchObject([{ action: "audit_read", actor: key, address: null, account_id: "grace" }]);
    append = () => Promise.reject(new Error("away"));
    expect((await ask("/api/v1/audit")).status).toBe(503);
    append = () => undefined;
  });

  test("hears whether it holds, in a span of days", async () => {
    const { status, body } = await ask("/api/v1/audit/verification?from=2026-11-01&to=2026-11-28");
    expect([status, body]).toEqual([200, verified]);
    expect(asked).toEqual([{ from: "2026-11-01", to: "2026-11-28" }]);
    expect((await ask("/api/v1/audit/verification?from=yesterday")).status).toBe(422);
    for (const archive of [true, false]) {
      expect((await ask(`/api/v1/audit/verification?archive=${archive}`)).status).toBe(200);
      expect(asked.at(-1)).toEqual({ archive });
    }
    expect((await ask("/api/v1/audit/verification?archive=perhaps")).status).toBe(422);
  });

  test("hears what looks odd, and of which family", async () => {
    const at = auditClock.now();
    for (let i = 0; i < 5; i++)
      await sqlAudit(database).append({ at, action: "signed_in", outcome: "refused", actor: "ada" });
    const told = (await app.inject({ url: "/api/v1/audit/suspicious", headers: KEYED })).json<object>();
    expect(told).toEqual({
      suspicious: true,
      reasons: [{ rule: "failed_sign_ins", who: "ada", account_id: "ada", count: 6 }],
    });
    const own = { url: "/api/v1/audit/me/suspicious", headers: parentOf("grace") };
    expect((await app.inject(own)).json<object>()).toEqual({ suspicious: false, reasons: [] });
  });
});

test("where the record is away the answer is 503", async () => {
  const reader = away(sqlAuditReader(database));
  const verify = () => Promise.reject(new Error("away"));
  const { app: broken } = openServer({
    rooms: [
      (to) => auditRoutes(to, { auditReader: reader, audit: home.ports.audit, clock: auditClock, verify }),
    ],
  });
  for (const url of ["/api/v1/audit", "/api/v1/audit/suspicious", "/api/v1/audit/verification"])
    expect([url, (await broken.inject({ url, headers: KEYED })).statusCode]).toEqual([url, 503]);
});
