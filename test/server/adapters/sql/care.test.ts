/** Exports, deletions, counts and guardians, on both databases alike. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { sqlDeletions } from "../../../../server/adapters/sql/deletions.ts";
import { sqlExports } from "../../../../server/adapters/sql/exports.ts";
import { familyTables, sqlSections } from "../../../../server/adapters/sql/family-tables.ts";
import { sqlGuardians } from "../../../../server/adapters/sql/guardians.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlReports, sqlUsage } from "../../../../server/adapters/sql/usage.ts";
import { dayOf } from "../../../../server/family/care/usage.ts";
import { makeReports, mondayOf, nextReportAt } from "../../../../server/family/care/report.ts";
import type { Leaving, Letter, NewAlert } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const entry = { at: NOW, action: "test", outcome: "success" as const, actor: "test" };

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`care on ${name}`, () => {
    let database: Database;
    let accountId: string;
    let childId: string;
    let made = 0;

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      ({ accountId, childId } = await newFamily());
    });

    async function newFamily(): Promise<{ accountId: string; childId: string; email: string }> {
      const accountId = `account-${++made}`;
      const childId = `child-${made}`;
      const email = `${accountId}@example.org`;
      await database.db
        .insertInto("accounts")
        .values({ id: accountId, email, name: "Ada", created_at: NOW })
        .execute();
      await database.db
        .insertInto("children")
        .values({ id: childId, account_id: accountId, created_at: NOW })
        .execute();
      return { accountId, childId, email };
    }

    test("of many wishes for an export at once, one is kept, with one job", async () => {
      const exports = sqlExports(database);
      const asked = await Promise.all(
        Array.from({ length: 5 }, (_, i) =>
          exports.ask({ id: `${accountId}-${i}`, accountId, at: NOW }, entry),
        ),
      );
      expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
      const jobs = await database.db
        .selectFrom("jobs")
        .selectAll()
        .where("about", "like", `${accountId}-%`)
        .execute();
      expect(jobs).toHaveLength(1);
    });

    test("an export's parts are read in their order, and go when it runs out", async () => {
      const exports = sqlExports(database);
      const { id } = await exports.ask({ id: `${accountId}-x`, accountId, at: NOW }, entry);
      for (const number of [0, 1]) await exports.addPart(id, number, new Uint8Array([number, 255]));
      expect(await exports.finish(id, { readyAt: NOW, expiresAt: NOW + 5, size: 4 })).toBe(true);
      expect(await exports.finish(id, { readyAt: NOW, expiresAt: NOW + 9, size: 4 })).toBe(false);
      expect(await exports.part(id, 1)).toEqual(new Uint8Array([1, 255]));
      expect(await exports.part(id, 2)).toBeUndefined();
      await exports.expire(NOW + 4, 0);
      expect((await exports.find(accountId, id))?.state).toBe("ready");
      await exports.expire(NOW + 5, 0);
      expect((await exports.list(accountId)).map(({ state }) => state)).toEqual(["gone"]);
      expect(await exports.part(id, 0)).toBeUndefined();
      await exports.expire(NOW + 5, NOW + 1);
      expect(await exports.list(accountId)).toEqual([]);
    });

    test("of many that delete one child at once there is one deletion, due as the soonest of them", async () => {
      const deletions = sqlDeletions(database);
      const leaving: Leaving = { what: "child", accountId, childId };
      const reader = { email: "a@b.org", language: "de" as const };
      const asked = await Promise.all(
        Array.from({ length: 5 }, (_, i) =>
          deletions.schedule({ id: `${childId}-${i}`, leaving, reader, at: NOW, dueAt: NOW + 10 - i }, entry),
        ),
      );
      expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
      const [one] = await deletions.list(accountId);
      expect(one).toMatchObject({ dueAt: NOW + 6, state: "scheduled", reader });
      expect(await deletions.cancel(accountId, one!.id, entry)).toMatchObject({ childId });
      expect(await deletions.begin(one!.id)).toBeUndefined();
      const kept = database.db
        .selectFrom("deletions")
        .select(["email", "language"])
        .where("id", "=", one!.id);
      expect(await kept.executeTakeFirst()).toEqual({ email: null, language: null });
      const jobs = await database.db.selectFrom("jobs").selectAll().where("about", "=", one!.id).execute();
      expect(jobs).toEqual([]);
    });

    test("each table is counted and emptied of who leaves, its sections read, and another family is untouched", async () => {
      const other = await newFamily();
      const usage = sqlUsage(database);
      for (const id of [childId, other.childId])
        await usage.add(
          { childId: id, beganAt: NOW, overAt: NOW + 1, redirected: false, escalated: false },
          "2027-01-15",
          1,
        );
      for (const section of sqlSections(database))
        for await (const record of section.records(accountId)) void record;
      const deletions = sqlDeletions(database);
      const leaving: Leaving = { what: "account", accountId, childId: undefined };
      const { id } = await deletions.schedule(
        { id: `${accountId}-d`, leaving, reader: undefined, at: NOW, dueAt: NOW },
        entry,
      );
      await deletions.begin(id);
      await deletions.eraseRecord(id, leaving);
      await deletions.eraseRecord(id, leaving); // done twice
      const counts = await deletions.counts(id);
      expect(counts).toMatchObject({ accounts: 1, children: 1, usage_days: 1 });
      const going = Object.entries(familyTables).filter(([, { goes }]) => typeof goes === "string");
      expect(Object.keys(counts).sort()).toEqual(going.map(([table]) => table).sort());
      const left = await database.db.selectFrom("usage_days").select("child_id").execute();
      expect(left.map(({ child_id }) => child_id)).toContain(other.childId);
      expect(left.map(({ child_id }) => child_id)).not.toContain(childId);
    });

    test("an invitation becomes one account, of many that accept it at once", async () => {
      const guardians = sqlGuardians(database);
      const tokenHash = new Uint8Array(32).fill(++made);
      const email = `guardian-${made}@example.org`;
      const invitation = {
        ...{ id: `invitation-${made}`, tokenHash, accountId, email, name: "Gran" },
        ...{ invitedAt: NOW, expiresAt: NOW + DAY },
      };
      expect(await guardians.invite(invitation, 1, entry)).toBe(true);
      expect(await guardians.invite({ ...invitation, id: "again" }, 1, entry)).toBe(true); // in its place
      expect(await guardians.invite({ ...invitation, id: "more", email: "x@y.org" }, 1, entry)).toBe(false);
      expect(await guardians.find(tokenHash, NOW)).toMatchObject({ id: "again", email });
      expect(await guardians.find(tokenHash, NOW + DAY)).toBeUndefined();
      const accepted = await Promise.all(
        Array.from({ length: 4 }, (_, i) =>
          guardians.accept(
            tokenHash,
            {
              ...{ id: `guardian-${made}-${i}`, email, name: "Gran", passwordHash: "h" },
              ...{ guardianOf: accountId, language: "de", createdAt: NOW },
            },
            entry,
          ),
        ),
      );
      expect(accepted.filter(Boolean)).toHaveLength(1);
      const [guardian] = await guardians.list(accountId, NOW);
      expect(guardian).toMatchObject({ state: "active", email });
      expect(await guardians.remove("someone", guardian!.id, entry)).toBeUndefined();
      expect(await guardians.remove(accountId, guardian!.id, entry)).toMatchObject({
        guardian: { email, language: "de" },
      });
      expect(await guardians.list(accountId, NOW)).toEqual([]);
    });

    test("a seeded week gives this report", async () => {
      const usage = sqlUsage(database);
      const reports = sqlReports(database);
      const monday = mondayOf(NOW);
      const turn = (at: number, ms: number, more: object = {}) => {
        const counted = {
          childId,
          beganAt: at,
          overAt: at + ms,
          redirected: false,
          escalated: false,
          ...more,
        };
        return usage.add(counted, dayOf(at), 30 * MINUTE);
      };
      const tuesday = monday + DAY + 15 * HOUR;
      await turn(tuesday, 90_000);
      await turn(tuesday + 10 * MINUTE, 60_000, { redirected: true });
      await turn(tuesday + 55 * MINUTE, 30_000); // 44 minutes after the last: a conversation of its own
      const midnight = monday + 4 * DAY;
      await turn(midnight - 5 * MINUTE, MINUTE, { escalated: true });
      await turn(midnight + 5 * MINUTE, 2 * MINUTE); // goes on over midnight
      await turn(monday + 7 * DAY, MINUTE); // the week after
      await usage.add(
        { childId: "gone", beganAt: NOW, overAt: NOW, redirected: false, escalated: false },
        "2027-01-15",
        1,
      );

      const letters: Letter[] = [];
      const clock = fakeClock(nextReportAt(NOW));
      const mail = { send: (letter: Letter) => void letters.push(letter) };
      const raised: NewAlert[] = [];
      const alerts = { raiseSoon: (alert: NewAlert) => void raised.push(alert) };
      const ports = { usage, reports, mail, alerts, clock, publicUrl: () => "https://bears.example.org" };
      await makeReports(ports, new AbortController().signal);
      await makeReports(ports, new AbortController().signal); // twice is once
      const day = (at: number, turns = 0, minutes = 0) => ({ day: dayOf(monday + at * DAY), turns, minutes });
      expect(await reports.list(accountId, childId, 10)).toEqual([
        {
          ...{ id: `2027-01-11-${childId}`, childId, week: "2027-01-11" },
          ...{ turns: 5, minutes: 6, conversations: 3, redirected: 1, escalated: 1 },
          byDay: [day(0), day(1, 3, 3), day(2), day(3, 1, 1), day(4, 1, 2), day(5), day(6)],
        },
      ]);
      expect(await reports.list("another", childId, 10)).toEqual([]);
      expect(raised.filter((alert) => alert.childId === childId)).toEqual([
        {
          ...{ accountId, childId, kind: "report_ready", details: { week: "2027-01-11" } },
          dedupeKey: `report_ready:2027-01-11-${childId}`,
        },
      ]);
      const mine = letters.filter(({ to }) => to === `${accountId}@example.org`);
      expect(mine[0]).toMatchObject({ subject: "Bearlink: the week in numbers" });
      expect(mine[0]!.text).toContain("the week of 11 January 2027");
      await database.db
        .updateTable("accounts")
        .set({ report_mail: false })
        .where("id", "=", accountId)
        .execute();
      expect((await reports.readers("2027-01-11", "", 100)).map((one) => one.accountId)).not.toContain(
        accountId,
      );
    });
  });

test("a week begins on its Monday, 0:00 UTC, and is reported on the next, at four", () => {
  const monday = Date.UTC(2026, 10, 23);
  for (const at of [monday, monday + 1, monday + 7 * DAY - 1]) expect(mondayOf(at)).toBe(monday);
  expect(mondayOf(monday - 1)).toBe(monday - 7 * DAY);
  expect(nextReportAt(monday)).toBe(monday + 4 * HOUR);
  expect(nextReportAt(monday + 4 * HOUR)).toBe(monday + 7 * DAY + 4 * HOUR);
});
