/** How toys fare, alerts and the safety queue, on both databases alike. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sqlAlerts, sqlSafetyQueue } from "../../../../server/adapters/sql/alerts.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlRetention } from "../../../../server/adapters/sql/retention.ts";
import { sqlStatuses } from "../../../../server/adapters/sql/statuses.ts";
import { sqlToys } from "../../../../server/adapters/sql/toys.ts";
import { CELL_LEASE_MS, MEMORY_MS } from "../../../../server/bounds.ts";
import type { AlertBook, NewAlert, Retention, SafetyQueue, ToyStatuses } from "../../../../server/ports.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`what parents see, on ${name}`, () => {
    let database: Database;
    let statuses: ToyStatuses;
    let alerts: AlertBook;
    let queue: SafetyQueue;
    let retention: Retention;
    let made = 0;
    let accountId: string;
    let deviceId: string;
    let cell: string;

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      statuses = sqlStatuses(database);
      alerts = sqlAlerts(database);
      queue = sqlSafetyQueue(database);
      retention = sqlRetention(database);
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      const number = ++made;
      accountId = `account-${number}`;
      deviceId = `bear-${number}`;
      cell = `cell-${number}`;
      const { db } = database;
      await db
        .insertInto("accounts")
        .values({ id: accountId, created_at: NOW, email: `${number}@example.org`, language: "de" })
        .execute();
      await db
        .insertInto("children")
        .values({ id: `child-${number}`, account_id: accountId, created_at: NOW, sealed_profile: null })
        .execute();
      const empty = { sealedPrk: new Uint8Array(1), pairingCodeHash: new Uint8Array(32) };
      await sqlToys(database).add({ deviceId, ...empty });
      await sqlToys(database).add({ deviceId: `${deviceId}-of-nobody`, ...empty });
      await db
        .updateTable("toys")
        .set({ owner_id: accountId, child_id: `child-${number}` })
        .where("device_id", "=", deviceId)
        .execute();
    });

    const keep = (change: object, by = cell) => statuses.keep(by, new Map([[deviceId, change]]), NOW);
    const status = async () => (await statuses.list(accountId))[0]!;

    describe("a toy's status", () => {
      test("keeps what was said of it and nothing else, and answers for those that have an owner", async () => {
        const changes = new Map([
          [deviceId, { online: true, batteryMv: 3_900 }],
          [`${deviceId}-of-nobody`, { online: true }],
        ]);
        const kept = await statuses.keep(cell, changes, NOW);
        expect(kept).toMatchObject([
          { deviceId, accountId, batteryMv: 3_900, rssi: undefined, onlineUntil: NOW + CELL_LEASE_MS },
        ]);
        expect(await keep({ rssi: -61, talkedAt: NOW })).toMatchObject([
          { batteryMv: 3_900, rssi: -61, lastTalkAt: NOW },
        ]);
        await keep({ talkedAt: NOW - 5 });
        expect(await status()).toMatchObject({ lastTalkAt: NOW, batteryMv: 3_900, rssi: -61 });
      });

      test("is on the line while its cell says that it lives", async () => {
        await keep({ online: true });
        expect((await status()).onlineUntil).toBe(0);
        await statuses.beat(cell, NOW);
        expect((await status()).onlineUntil).toBe(NOW + CELL_LEASE_MS);
        await statuses.beat(cell, NOW + 10_000);
        expect((await status()).onlineUntil).toBe(NOW + 10_000 + CELL_LEASE_MS);
        await statuses.gone(cell);
        expect((await status()).onlineUntil).toBe(0);
      });

      test("that moved to another cell is not taken off the line by the one it left", async () => {
        await keep({ online: true });
        await keep({ online: true }, "another");
        await keep({ online: false });
        await statuses.beat("another", NOW);
        expect((await status()).onlineUntil).toBeGreaterThan(NOW);
        await keep({ online: false }, "another");
        expect((await status()).onlineUntil).toBe(0);
      });

      test("names the family of its turns", async () => {
        expect(await statuses.family(deviceId)).toMatchObject({
          status: { accountId, deviceId },
          keepsTranscripts: true,
        });
        expect(await statuses.family(`${deviceId}-of-nobody`)).toBeUndefined();
      });

      test("names the conversation that a turn goes on with, for half an hour after its last word", async () => {
        const of = async (now: number) => (await statuses.turnFamily(deviceId, now))?.conversationId;
        expect(await of(NOW)).toBeUndefined();
        const { childId } = await status();
        const row = { account_id: accountId, child_id: childId, started_at: NOW };
        await database.db
          .insertInto("conversations")
          .values([
            { ...row, id: `talk-${deviceId}`, device_id: deviceId, last_at: NOW },
            { ...row, id: `other-${deviceId}`, device_id: "another", last_at: NOW + 1 },
          ])
          .execute();
        expect(await of(NOW + MEMORY_MS - 1)).toBe(`talk-${deviceId}`);
        expect(await of(NOW + MEMORY_MS)).toBeUndefined();
      });

      test("tells of a low battery once, until it was well again", async () => {
        const low = () => statuses.newlyLow([deviceId, `${deviceId}-of-nobody`]);
        expect(await low()).toMatchObject([{ deviceId, accountId }]);
        await statuses.setLow([deviceId]);
        expect(await low()).toEqual([]);
        await statuses.setCharged([deviceId]);
        await statuses.setCharged([deviceId]);
        expect(await low()).toMatchObject([{ deviceId }]);
      });
    });

    const alert = (change: Partial<NewAlert> = {}) => ({
      ...{ id: `alert-${++made}`, accountId, kind: "toy_reset" as const, severity: "warning" as const },
      ...{ dedupeKey: `key-${made}`, at: NOW },
      ...change,
    });

    describe("an alert", () => {
      test("stands once for its key and its family, however many raise it at once", async () => {
        const raised = await Promise.all(
          Array.from({ length: 8 }, () => alerts.add(alert({ dedupeKey: "same" }), undefined)),
        );
        expect(raised.filter(Boolean)).toHaveLength(1);
        expect(await alerts.list(accountId, 10)).toHaveLength(1);
      });

      test("is found whole, newest first, page by page, by its own family alone", async () => {
        const first = alert({ deviceId, details: { battery_mv: 3_300 } });
        await alerts.add(first, undefined);
        await alerts.add(alert(), undefined);
        const [newest, oldest] = await alerts.list(accountId, 10);
        expect(oldest).toMatchObject({ id: first.id, deviceId, details: { battery_mv: 3_300 }, read: false });
        expect(oldest).not.toHaveProperty("childId");
        expect(await alerts.list(accountId, 10, newest!.place)).toEqual([oldest]);
        expect(await alerts.list("account-none", 10)).toEqual([]);
      });

      test("is read by its own family alone", async () => {
        const [one, two] = [alert(), alert()];
        await alerts.add(one, undefined);
        await alerts.add(two, undefined);
        expect(await alerts.markRead("account-none", [one.id])).toBe(0);
        expect(await alerts.unread(accountId)).toBe(2);
        expect(await alerts.markRead(accountId, [one.id, "none"])).toBe(1);
        expect(await alerts.markRead(accountId, "all")).toBe(0);
      });

      test("is mailed by one of many cells, and again where that one was lost", async () => {
        const one = alert();
        await alerts.add(one, NOW + 5);
        const own = async (now: number) =>
          (await alerts.takeDue(now, 60_000, 50)).filter(({ id }) => id === one.id);
        expect(await own(NOW)).toEqual([]);
        const taken = await Promise.all([1, 2, 3].map(() => own(NOW + 5)));
        const reader = { email: `${made - 1}@example.org`, language: "de" };
        expect(taken.flat()).toEqual([{ id: one.id, kind: "toy_reset", reader }]);
        expect(await own(NOW + 60_005)).toHaveLength(1);
        await alerts.mailed([one.id]);
        expect(await own(NOW + 600_000)).toEqual([]);
      });

      test("is erased when its time is over", async () => {
        await alerts.add(alert({ kind: "toy_paired" }), undefined);
        expect(await retention.sweep("alerts", { now: NOW, before: NOW }, 100)).toBe(0);
        expect(await retention.sweep("alerts", { now: NOW, before: NOW + 1 }, 100)).toBeGreaterThan(0);
        expect(await alerts.list(accountId, 10)).toEqual([]);
      });
    });

    test("a case of the safety queue is kept once, is done once, and goes with its time", async () => {
      const item = { id: `case-${++made}`, at: NOW, kind: "abuse", sealed: new Uint8Array([1, 2, 3]) };
      expect(await queue.add(item)).toBe(true);
      expect(await queue.add(item)).toBe(false);
      expect(await queue.list(10)).toContainEqual({ ...item, doneAt: undefined });
      const entry = { at: NOW, action: "case_done", outcome: "success", actor: "key:1" } as const;
      const unwritable = { ...entry, outcome: "neither" as "refused" };
      await expect(queue.done(item.id, unwritable)).rejects.toThrow(/check/);
      expect(await queue.done(item.id, entry)).toBe(true);
      expect(await queue.done(item.id, entry)).toBe(false);
      expect(await queue.done("none", entry)).toBe(false);
      const written = database.db.selectFrom("audit").select("at").where("action", "=", "case_done");
      expect(await written.execute()).toEqual([{ at: NOW }]);
      expect((await queue.list(10))[0]).toEqual({ ...item, doneAt: NOW });
      expect(await retention.sweep("disclosures", { now: NOW, before: NOW + 1 }, 100)).toBe(1);
    });
  });
