/** Tiers, caps and tokens, on both databases alike. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sqlParentSessions } from "../../../../server/adapters/sql/account-sessions.ts";
import { sqlAllowances } from "../../../../server/adapters/sql/allowances.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import type { Allowances } from "../../../../server/ports.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const MONTH = "2027-01";
const entry = { at: NOW, action: "tier_changed", outcome: "success", actor: "developer-key" } as const;

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`allowances on ${name}`, () => {
    let database: Database;
    let allowances: Allowances;
    let accounts = 0;
    let id: string;

    async function account(fields: { guardian_of?: string; deleted_at?: number } = {}): Promise<string> {
      const id = `account-${++accounts}`;
      await database.db
        .insertInto("accounts")
        .values({ id, created_at: NOW, ...fields })
        .execute();
      return id;
    }

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      allowances = sqlAllowances(database);
    });
    afterAll(() => database?.close());
    beforeEach(async () => void (id = await account()));

    test("an account is free and without a cap until it is told otherwise", async () => {
      expect(await allowances.of(id, MONTH)).toEqual({
        tier: "free",
        monthlyTokens: undefined,
        tokensUsed: 0,
      });
      expect(await allowances.of("nobody", MONTH)).toBeUndefined();
    });

    test("a tier is set with its audit row, and of no guardian, nobody and none who left", async () => {
      expect(await allowances.setTier(id, "pro", { ...entry, resource: id })).toBe(true);
      expect(await allowances.of(id, MONTH)).toMatchObject({ tier: "pro" });
      const guardian = await account({ guardian_of: id });
      const gone = await account({ deleted_at: NOW });
      for (const other of [guardian, gone, "nobody"])
        expect(await allowances.setTier(other, "pro", { ...entry, resource: other })).toBe(false);
      const rows = await database.db
        .selectFrom("audit")
        .select("resource")
        .where("action", "=", "tier_changed")
        .execute();
      expect(rows.filter(({ resource }) => [id, guardian, gone, "nobody"].includes(resource!))).toEqual([
        { resource: id },
      ]);
    });

    test("a guardian's session is under the family's tier", async () => {
      await allowances.setTier(id, "premium", entry);
      const guardian = await account({ guardian_of: id });
      const sessions = sqlParentSessions(database);
      const session = {
        id: `session-${guardian}`,
        accountId: guardian,
        role: "guardian" as const,
        signedInAt: NOW,
        expiresAt: NOW + 1_000,
        endsAt: NOW + 1_000,
        device: "",
        address: "",
      };
      await sessions.open(session, entry);
      expect(await sessions.standing(`session-${guardian}`, NOW)).toMatchObject({
        familyId: id,
        tier: "premium",
      });
    });

    test("what many turns spend at once is all counted, by month", async () => {
      await Promise.all(Array.from({ length: 20 }, () => allowances.spend(id, MONTH, 3_000_000_000)));
      await allowances.spend(id, "2027-02", 1);
      expect(await allowances.of(id, MONTH)).toMatchObject({ tokensUsed: 60_000_000_000 });
      expect(await allowances.of(id, "2027-02")).toMatchObject({ tokensUsed: 1 });
    });

    test("a cap is set and taken back, each with its audit row or not at all, and 0 is one", async () => {
      const capped = (actor: string) => ({ ...entry, action: "limits_changed", actor });
      for (const monthlyTokens of [0, 1_000_000_000_000, undefined]) {
        expect(await allowances.setMonthlyTokens(id, monthlyTokens, capped(id))).toBe(true);
        expect((await allowances.of(id, MONTH))?.monthlyTokens).toBe(monthlyTokens);
      }
      expect(await allowances.setMonthlyTokens("nobody", 1, capped("nobody"))).toBe(false);
      await expect(
        allowances.setMonthlyTokens(id, 7, { ...capped(id), action: null as never }),
      ).rejects.toThrow();
      expect((await allowances.of(id, MONTH))?.monthlyTokens).toBeUndefined();
      const rows = await database.db
        .selectFrom("audit")
        .select("actor")
        .where("action", "=", "limits_changed")
        .where("actor", "in", [id, "nobody"])
        .execute();
      expect(rows).toEqual(Array(3).fill({ actor: id }));
    });

    test("that a cap was reached is told once a month, whatever was spent", async () => {
      const told = await Promise.all(Array.from({ length: 10 }, () => allowances.tellOnce(id, MONTH, NOW)));
      expect(told.filter((first) => first)).toHaveLength(1);
      await allowances.spend(id, MONTH, 5);
      expect(await allowances.tellOnce(id, MONTH, NOW)).toBe(false);
      await allowances.spend(id, "2027-02", 5);
      expect(await allowances.tellOnce(id, "2027-02", NOW)).toBe(true);
    });
  });
