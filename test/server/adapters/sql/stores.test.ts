/** Toys, families and the audit trail, on both databases alike. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemHash } from "../../../../server/adapters/hash.ts";
import { sqlAudit } from "../../../../server/adapters/sql/audit.ts";
import { sqlConsents } from "../../../../server/adapters/sql/consents.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { sqlFamilies } from "../../../../server/adapters/sql/families.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlToys } from "../../../../server/adapters/sql/toys.ts";
import { createConsentGate } from "../../../../server/family/consent/gate.ts";
import { createNotice } from "../../../../server/family/consent/notice.ts";
import { nextConsent } from "../../../../server/family/consent/states.ts";
import { openPolicy } from "../../../../server/main/retention.ts";
import { RECIPIENTS } from "../../../../server/ports.ts";
import type { AcceptedClaim, AuditTrail, Families, Toys } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { places } from "./places.ts";

const prk = new Uint8Array([0, 1, 254, 255, 39, 92]);
const codeHash = new Uint8Array(32).fill(7);

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`SQL on ${name}`, () => {
    const clock = fakeClock();
    let database: Database;
    let toys: Toys;
    let families: Families;
    let audit: AuditTrail;
    let deviceId: string;
    let made = 0;

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      toys = sqlToys(database);
      families = sqlFamilies({ db: database.db, clock });
      audit = sqlAudit(database);
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      deviceId = `bear-${++made}`;
      await toys.add({ deviceId, sealedPrk: prk, pairingCodeHash: codeHash });
    });

    const claim = (fields: Partial<AcceptedClaim> = {}): AcceptedClaim => ({
      boot: 1,
      seq: 0,
      sessionId: "0011223344556677",
      firmwareVersion: "1.0.0",
      at: clock.now(),
      ...fields,
    });

    describe("toys", () => {
      test("a new toy is found with what it was added with, and nothing else", async () => {
        expect(await toys.find(deviceId)).toEqual({
          deviceId,
          sealedPrk: prk,
          sealedNextPrk: undefined,
          pairingCodeHash: codeHash,
          disabled: false,
          quarantined: false,
          boot: 0,
          seq: 0,
          claimedAt: 0,
          sessionId: undefined,
          firmwareVersion: undefined,
          ownerId: undefined,
          childId: undefined,
        });
        expect(await toys.find("bear-none")).toBeUndefined();
      });

      test("an id is taken once", async () => {
        const other = { deviceId, sealedPrk: new Uint8Array([9]), pairingCodeHash: codeHash };
        expect(await toys.add(other)).toBe(false);
        expect((await toys.find(deviceId))?.sealedPrk).toEqual(prk);
      });

      test.each([
        { boot: 4, seq: 5, accepted: false },
        { boot: 4, seq: 4, accepted: false },
        { boot: 3, seq: 6, accepted: false },
        { boot: 4, seq: 6, accepted: true },
        { boot: 5, seq: 0, accepted: true },
        { boot: 4_294_967_295, seq: 4_294_967_295, accepted: true },
      ])("after (4, 5), ($boot, $seq) is accepted: $accepted", async ({ boot, seq, accepted }) => {
        expect(await toys.acceptClaim(deviceId, claim({ boot: 4, seq: 5 }), false)).toBe(true);
        const later = claim({ boot, seq, sessionId: "ffffffffffffffff", firmwareVersion: "2", at: 99 });
        expect(await toys.acceptClaim(deviceId, later, false)).toBe(accepted);
        const kept = accepted ? later : claim({ boot: 4, seq: 5 });
        expect(await toys.find(deviceId)).toMatchObject({
          boot: kept.boot,
          seq: kept.seq,
          claimedAt: kept.at,
          sessionId: kept.sessionId,
          firmwareVersion: kept.firmwareVersion,
        });
      });

      test("of one claim sent many times one is accepted", async () => {
        const answers = await Promise.all(
          Array.from({ length: 40 }, () => toys.acceptClaim(deviceId, claim(), false)),
        );
        expect(answers.filter((accepted) => accepted)).toHaveLength(1);
      });

      test("a toy that does not exist is not accepted", async () => {
        expect(await toys.acceptClaim("bear-none", claim(), false)).toBe(false);
      });

      test("a claim under the offered prk makes it the current one; where none was offered it is not accepted", async () => {
        expect(await toys.acceptClaim(deviceId, claim(), true)).toBe(false);
        const next = new Uint8Array([4, 5, 6]);
        await database.db
          .updateTable("toys")
          .set({ sealed_next_prk: next })
          .where("device_id", "=", deviceId)
          .execute();
        expect(await toys.acceptClaim(deviceId, claim({ boot: 2 }), false)).toBe(true);
        expect(await toys.find(deviceId)).toMatchObject({ sealedPrk: prk, sealedNextPrk: next });
        expect(await toys.acceptClaim(deviceId, claim({ boot: 3 }), true)).toBe(true);
        expect(await toys.find(deviceId)).toMatchObject({ sealedPrk: next, sealedNextPrk: undefined });
      });

      test("quarantine ends the session; ending it does not touch the floor", async () => {
        await toys.acceptClaim(deviceId, claim({ boot: 3 }), false);
        await toys.endSession(deviceId);
        expect(await toys.find(deviceId)).toMatchObject({
          sessionId: undefined,
          boot: 3,
          quarantined: false,
        });
        await toys.acceptClaim(deviceId, claim({ boot: 4 }), false);
        await toys.quarantine(deviceId);
        expect(await toys.find(deviceId)).toMatchObject({ sessionId: undefined, boot: 4, quarantined: true });
      });

      test("of many toys those are told that have a session and may have one", async () => {
        const ids = ["in", "out", "disabled", "quarantined"].map((kind) => `bear-${kind}-${made}`);
        for (const id of ids) {
          await toys.add({ deviceId: id, sealedPrk: prk, pairingCodeHash: codeHash });
          if (!id.includes("out")) await toys.acceptClaim(id, claim(), false);
        }
        const { db } = database;
        await db.updateTable("toys").set({ disabled: true }).where("device_id", "=", ids[2]!).execute();
        await db.updateTable("toys").set({ quarantined: true }).where("device_id", "=", ids[3]!).execute();
        const sessions = await toys.currentSessions([...ids, "bear-none", `odd"',{}\\`]);
        expect(sessions).toEqual(new Map([[ids[0], "0011223344556677"]]));
        expect(await toys.currentSessions([])).toEqual(new Map());
      });

      test("command ids rise by one, for many at once too", async () => {
        const ids = await Promise.all(Array.from({ length: 10 }, () => toys.nextCommandId(deviceId)));
        expect(ids.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        await expect(toys.nextCommandId("bear-none")).rejects.toThrow();
      });
    });

    describe("families", () => {
      test("the demo family is made once", async () => {
        const both = await Promise.all([families.demoFamily(), families.demoFamily()]);
        expect(both[0]).toEqual(both[1]);
        expect(await families.demoFamily()).toEqual(both[0]);
      });

      test("a toy is not paired, then paired with consent, then without", async () => {
        const consents = sqlConsents({ db: database.db, next: nextConsent });
        const notice = createNotice({ hash: systemHash, policy: openPolicy() }, []);
        const profile = () => Promise.reject(new Error("nobody told of this child"));
        const gate = createConsentGate({ consents, notice, profile }, { demo: true });
        expect(await gate.standing(deviceId)).toEqual({ state: "NOT_PAIRED" });
        expect(await gate.standing("bear-none")).toEqual({ state: "NOT_PAIRED" });
        const { accountId, childId } = await families.demoFamily();
        expect(await families.pair(deviceId, accountId, childId)).toBe(true);
        const all = new Set(RECIPIENTS);
        expect(await gate.standing(deviceId)).toEqual({ state: "READY", childId, recipients: all });
        const production = createConsentGate({ consents, notice, profile }, { demo: false });
        expect((await production.standing(deviceId)).state).toBe("NO_CONSENT");
        const { db } = database;
        await db
          .updateTable("consents")
          .set({ state: "revoked" })
          .where("recipient", "=", "voice")
          .where("child_id", "=", childId)
          .execute();
        // a second start must not grant it again
        await families.demoFamily();
        expect(await gate.standing(deviceId)).toEqual({ state: "NO_CONSENT", childId, revoked: true });
        await db.deleteFrom("consents").where("recipient", "=", "voice").execute();
        expect(await gate.standing(deviceId)).toEqual({ state: "NO_CONSENT", childId, revoked: false });
      });

      test("of many that pair one toy one does, with one row of audit", async () => {
        const { accountId, childId } = await families.demoFamily();
        const by = { actor: "key:0a1b2c3d", address: "192.0.2.1" };
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => families.pair(deviceId, accountId, childId, by)),
        );
        expect(answers.filter((paired) => paired)).toHaveLength(1);
        expect(await toys.find(deviceId)).toMatchObject({ ownerId: accountId, childId });
        const rows = await database.db
          .selectFrom("audit")
          .selectAll()
          .where("resource", "=", deviceId)
          .execute();
        expect(rows).toMatchObject([
          {
            action: "toy_paired",
            outcome: "success",
            ...by,
            account_id: accountId,
            at: clock.now(),
            reason: null,
          },
        ]);
      });

      test("a toy is not paired with another family's child, and then nothing is audited", async () => {
        const { accountId } = await families.demoFamily();
        await expect(families.pair(deviceId, accountId, "someone-else")).rejects.toThrow();
        expect((await toys.find(deviceId))?.ownerId).toBeUndefined();
        const rows = await database.db
          .selectFrom("audit")
          .selectAll()
          .where("resource", "=", deviceId)
          .execute();
        expect(rows).toEqual([]);
      });

      test("where the row of audit cannot be written the toy stays unowned", async () => {
        const { accountId, childId } = await families.demoFamily();
        const stopped = sqlFamilies({ db: database.db, clock: { ...clock, now: () => Number.NaN } });
        await expect(stopped.pair(deviceId, accountId, childId)).rejects.toThrow();
        expect((await toys.find(deviceId))?.ownerId).toBeUndefined();
      });
    });

    describe("audit", () => {
      const entry = {
        at: 1,
        action: "toy.claim",
        outcome: "refused",
        actor: "bear-1",
        address: "::1",
      } as const;

      test("entries are kept in the order they came", async () => {
        await audit.append({ ...entry, reason: "first" });
        await audit.append({ ...entry, reason: "second" });
        const rows = await database.db
          .selectFrom("audit")
          .select("reason")
          .where("reason", "is not", null)
          .orderBy("id")
          .execute();
        expect(rows.map(({ reason }) => reason)).toEqual(["first", "second"]);
      });

      test.each(["update audit set actor = 'x'", "delete from audit", "truncate audit"])(
        "the database refuses: %s",
        async (change) => {
          await audit.append(entry);
          await expect(sql.raw(change).execute(database.db)).rejects.toThrow(/append-only/);
        },
      );
    });

    describe("transactions", () => {
      test("two do not interleave, and a query of another waits or sees nothing of them", async () => {
        const { db } = database;
        const seen: (boolean | undefined)[] = [];
        const look = async (): Promise<void> => {
          seen.push((await toys.find(deviceId))?.disabled);
        };
        const looks: Promise<void>[] = [];
        const rolledBack = db.transaction().execute(async (tx) => {
          await tx.updateTable("toys").set({ disabled: true }).where("device_id", "=", deviceId).execute();
          looks.push(look(), look());
          await new Promise((resolve) => setImmediate(resolve));
          throw new Error("rolled back");
        });
        await expect(rolledBack).rejects.toThrow("rolled back");
        await Promise.all(looks);
        expect(seen).toEqual([false, false]);
      });

      test("a statement that fails leaves the database as usable as before", async () => {
        await expect(sql`select broken`.execute(database.db)).rejects.toThrow();
        await database.ping();
      });
    });

    test("an int8 over 2^53 is an error and not another number", async () => {
      const read = (text: string) =>
        sql<{ n: number }>`select ${sql.raw(text)}::int8 as n`.execute(database.db);
      expect((await read("9007199254740991")).rows).toEqual([{ n: 9_007_199_254_740_991 }]);
      await expect(read("9007199254740993")).rejects.toThrow(/2\^53/);
    });
  });
