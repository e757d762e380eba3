/** What looks like an attack is told: of whom, why, and to its family once a day. MISSION B27 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sqlAudit, sqlAuditReader } from "../../../server/adapters/sql/audit.ts";
import type { Database } from "../../../server/adapters/sql/database.ts";
import { sqlToys } from "../../../server/adapters/sql/toys.ts";
import { lookoutJob, suspected } from "../../../server/audit/suspicious.ts";
import { MAX_SUSPICION_PAGES, MAX_SUSPICIONS } from "../../../server/bounds.ts";
import { claim } from "../../../server/claim/claim.ts";
import type { NewAlert } from "../../../server/ports.ts";
import { openMetrics } from "../../../server/watch/metrics.ts";
import { fakeClock } from "../../support/clock.ts";
import { startPglite } from "../../support/pglite.ts";
import { silentLog } from "../../support/voice.ts";
import { addBear, bear, FROM, house, prepare, spoilt } from "../claim/support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const HOUR_MS = 3_600_000;
let database: Database;
const clock = fakeClock();
const raised: NewAlert[] = [];
const metrics = openMetrics();
const ports = () => ({
  ...{ auditReader: sqlAuditReader(database), clock, meter: metrics.meter, log: silentLog },
  alerts: { raise: async (alert: NewAlert) => void raised.push(alert) },
});
const write = async (
  times: number,
  action: string,
  outcome: "success" | "refused",
  actor: string,
  more = {},
) => {
  for (let i = 0; i < times; i++)
    await sqlAudit(database).append({
      at: clock.now(),
      action,
      outcome,
      actor,
      address: "192.0.2.1",
      ...more,
    });
};
const found = async (accountId?: string) =>
  (await suspected(ports(), accountId)).map(({ rule, who, count }) => [rule, who, count]);

beforeAll(async () => {
  database = await startPglite();
  const { db } = database;
  await db
    .insertInto("accounts")
    .values(["ada", "grace"].map((id) => ({ id, created_at: 1 })))
    .execute();
  await db.insertInto("children").values({ id: "pip", account_id: "ada", created_at: 1 }).execute();
  const toy = {
    deviceId: "bear-of-ada",
    sealedPrk: new Uint8Array([1]),
    pairingCodeHash: new Uint8Array(32),
  };
  await sqlToys(database).add(toy);
  await db.updateTable("toys").set({ owner_id: "ada", child_id: "pip" }).execute();
});
afterAll(() => database?.close());

describe("within an hour", () => {
  test.each([
    ["failed_sign_ins", "ada", 5, "signed_in", "refused", "ada", {}],
    ["credential_reads", "ada", 51, "credentials_read", "success", "ada", {}],
    [
      "failed_claims",
      "bear-of-ada",
      5,
      "claim_rejected",
      "refused",
      "bear-of-ada",
      { resource: "bear-of-ada" },
    ],
  ] as const)(
    "%s of %s are told at %i, and not before",
    async (rule, who, least, action, outcome, actor, more) => {
      await clock.advance(2 * HOUR_MS);
      await write(least - 1, action, outcome, actor, more);
      expect(await found()).toEqual([]);
      await write(1, action, outcome, actor, more);
      expect(await found()).toEqual([[rule, who, least]]);
      expect(await found("ada")).toEqual([[rule, who, least]]);
      expect(await found("grace")).toEqual([]);
      await clock.advance(HOUR_MS + 1);
      expect(await found()).toEqual([]);
    },
  );

  test.each([
    ["many_addresses", "ada", 4, "signed_in", "ada", {}],
    ["toy_in_two_places", "bear-of-ada", 2, "toy_claimed", "bear-of-ada", { resource: "bear-of-ada" }],
  ] as const)(
    "%s: %s from %i addresses, and not from one less, however often",
    async (rule, who, least, action, actor, more) => {
      await clock.advance(2 * HOUR_MS);
      for (let i = 1; i < least; i++)
        await write(3, action, "success", actor, { ...more, address: `192.0.2.${i}` });
      expect(await found()).toEqual([]);
      await write(1, action, "success", actor, { ...more, address: "198.51.100.1" });
      expect(await found()).toEqual([[rule, who, least]]);
    },
  );
});

test("a family is told once a day of each, with the toy and never its address; what is nobody's only in the log", async () => {
  await clock.advance(3 * HOUR_MS);
  raised.length = 0;
  const job = lookoutJob(ports());
  await write(6, "claim_rejected", "refused", "bear-of-ada", { resource: "bear-of-ada" });
  await write(6, "claim_rejected", "refused", "bear-of-nobody", { resource: "bear-of-nobody" });
  await job.run();
  await job.run();
  expect(raised).toHaveLength(2);
  expect(raised[0]).toEqual({
    accountId: "ada",
    kind: "suspicious_activity",
    details: { rule: "failed_claims", count: 6 },
    deviceId: "bear-of-ada",
    dedupeKey: expect.stringMatching(/^suspicious_activity:failed_claims:bear-of-ada:\d+$/) as string,
  });
  // one key: one alert
  expect(raised[1]!.dedupeKey).toBe(raised[0]!.dedupeKey);
  expect(await metrics.text()).toContain('audit_suspicions_total{rule="failed_claims"} 4');
  expect(job.next(1_000)).toBe(61_000);
});

test("toys that somebody made up crowd no family out: not of its alert, and not of what the operator is told", async () => {
  await clock.advance(3 * HOUR_MS);
  raised.length = 0;
  const refusedOf = (times: number, toy: string) =>
    write(times, "claim_rejected", "refused", toy, { resource: toy });
  await refusedOf(5, "bear-of-ada");
  for (let toy = 0; toy < MAX_SUSPICIONS + 1; toy++) await refusedOf(6, `a-made-up-${toy}`);
  await lookoutJob(ports()).run();
  expect(raised.map(({ accountId, deviceId }) => [accountId, deviceId])).toEqual([["ada", "bear-of-ada"]]);
  const told = await found();
  expect(told[0]).toEqual(["failed_claims", "bear-of-ada", 5]);
  expect(told).toHaveLength(1 + MAX_SUSPICIONS);
});

test("a family that was deleted within the hour keeps no other from being told", async () => {
  await clock.advance(3 * HOUR_MS);
  raised.length = 0;
  await write(5, "signed_in", "refused", "aaa", { accountId: "aaa-is-gone" });
  await write(5, "signed_in", "refused", "ada");
  await lookoutJob(ports()).run();
  expect(raised.map(({ accountId }) => accountId)).toEqual(["ada"]);
});

test("however many families there are, each is told, and no look asks for more than it may", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2.5 * MAX_SUSPICION_PAGES * MAX_SUSPICIONS }),
      fc.integer({ min: 0, max: 3 * MAX_SUSPICIONS }),
      async (families, strangers) => {
        const name = (i: number) => String(i).padStart(5, "0");
        const all = Array.from({ length: families }, (_, i) => ({
          who: "toy",
          accountId: name(i),
          count: 5,
        }));
        const nobodies = Array.from({ length: strangers }, (_, i) => ({
          who: name(i),
          accountId: null,
          count: 9,
        }));
        let asked = 0;
        const told = new Set<string>();
        const job = lookoutJob({
          ...ports(),
          alerts: { raise: async ({ accountId }) => void told.add(accountId) },
          auditReader: {
            async often({ actions, whose, after, most }) {
              if (!actions.includes("claim_rejected")) return [];
              asked++;
              if (whose === "nobody") return nobodies.slice(0, most);
              return all.filter(({ accountId }) => accountId > after!.accountId).slice(0, most);
            },
          },
        });
        const looks = Math.floor(families / (MAX_SUSPICION_PAGES * MAX_SUSPICIONS)) + 1;
        for (let look = 1; look <= looks; look++) {
          const before = asked;
          await job.run();
          expect(asked - before).toBeLessThanOrEqual(MAX_SUSPICION_PAGES + 1);
        }
        expect(told.size).toBe(families);
      },
    ),
    { numRuns: 30 },
  );
});

test("five claims with a wrong proof are each in the trail, with the toy, the address and why; a right one too, as what it is", async () => {
  const at = house();
  const toy = bear();
  await addBear(at, toy);
  for (let i = 0; i < 5; i++)
    await expect(claim(at.desk, spoilt(await prepare(at, toy, 1, i)), FROM)).rejects.toThrow();
  await claim(at.desk, await prepare(at, toy, 1, 9), FROM);
  expect(at.entries.map(({ action, outcome, reason }) => [action, outcome, reason])).toEqual([
    ...Array<unknown>(5).fill(["claim_rejected", "refused", "claim_refused"]),
    ["toy_claimed", "success", undefined],
  ]);
  for (const entry of at.entries)
    expect(entry).toMatchObject({ actor: toy.deviceId, resource: toy.deviceId, address: FROM.address });
});
