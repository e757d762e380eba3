/** What is kept of a child has a time, each column of it, and is gone after it; on both databases alike. SAFETY S4 */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemHash } from "../../../../server/adapters/hash.ts";
import { sqlChildren } from "../../../../server/adapters/sql/children.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlRetention } from "../../../../server/adapters/sql/retention.ts";
import { openPolicy } from "../../../../server/main/retention.ts";
import { sweep } from "../../../../server/family/retention/sweep.ts";
import { silentLog } from "../../../support/voice.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const open = new AbortController().signal;
const policy = openPolicy();
const bytes = new Uint8Array([1]);

for (const { name, missing, open: openPlace } of places)
  describe.skipIf(missing)(`retention on ${name}`, () => {
    let database: Database;
    const counted = async (table: string): Promise<number> => {
      const { rows } = await sql<{ n: number }>`select count(*)::int4 as n from ${sql.table(table)}`.execute(
        database.db,
      );
      return rows[0]!.n;
    };
    const sweepAt = (now: number) =>
      sweep(
        {
          policy,
          retention: sqlRetention(database),
          clock: { now: () => now, after: () => () => undefined },
          log: silentLog,
          children: sqlChildren(database),
          hash: systemHash,
          unpair: async (_accountId, deviceId) => {
            const nobody = { owner_id: null, child_id: null };
            await database.db.updateTable("toys").set(nobody).where("device_id", "=", deviceId).execute();
          },
        },
        open,
      );

    beforeAll(async () => {
      database = await openPlace();
      await migrateUp(database.db);
    });
    afterAll(() => database?.close());

    test("each column of the database is of a category, those of a child with a time", async () => {
      const { rows } = await sql<{ table_name: string; column_name: string }>`
        select table_name, column_name from information_schema.columns where table_schema = 'public'`.execute(
        database.db,
      );
      expect(rows.length).toBeGreaterThan(100);
      const without = rows.filter(
        ({ table_name, column_name }) => !policy.categoryOf(table_name, column_name),
      );
      expect(
        without.map(({ table_name, column_name }) => `${table_name}.${column_name}`),
        "add them to server/family/retention/retention.yaml",
      ).toEqual([]);
      const childless = rows
        .filter(({ column_name }) => column_name === "child_id")
        .filter(({ table_name, column_name }) => policy.categoryOf(table_name, column_name)!.of !== "child");
      expect(childless, "whatever names a child is a child's").toEqual([]);
      const tables = new Set(rows.map(({ table_name }) => table_name));
      expect(policy.tables.filter((table) => !tables.has(table))).toEqual([]);
    });

    test("each category of a child's data that is kept is one that the sweeper knows", async () => {
      const retention = sqlRetention(database);
      const past = { now: NOW, before: NOW };
      for (const { category, of, days } of policy.categories)
        if (of === "child" && days !== 0 && category !== "profile")
          expect(await retention.sweep(category, past, 10), category).toBe(0);
      await expect(retention.sweep("sound", past, 10)).rejects.toThrow("nobody knows");
    });

    test("what is past its time goes and nothing else does; with the clock far enough nothing of a child is left", async () => {
      const { db } = database;
      await db.insertInto("accounts").values({ id: "ada", created_at: NOW }).execute();
      const child = { account_id: "ada", created_at: NOW, sealed_profile: bytes };
      await db
        .insertInto("children")
        .values([
          { ...child, id: "short", retention_days: 1 },
          { ...child, id: "long", retention_days: 365 },
        ])
        .execute();
      for (const child_id of ["short", "long"]) {
        const consent = { child_id, recipient: "voice", state: "granted" as const, method: "form" };
        await db
          .insertInto("consents")
          .values({ ...consent, notice_version: "v", changed_at: NOW })
          .execute();
        await db
          .insertInto("consent_records")
          .values({ ...consent, notice_version: "v", at: NOW })
          .execute();
        await db
          .insertInto("consent_requests")
          .values({
            ...{ request_id: child_id, child_id, account_id: "ada", method: "form", versions: "{}" },
            expires_at: NOW + 30 * DAY_MS,
          })
          .execute();
        const device_id = `bear-${child_id}`;
        await db
          .insertInto("toys")
          .values({
            ...{ device_id, sealed_prk: bytes, pairing_code_hash: new Uint8Array(32), claimed_at: NOW },
            ...{ owner_id: "ada", child_id },
          })
          .execute();
        await db
          .insertInto("pairing_windows")
          .values({
            ...{ window_id: child_id, device_id, account_id: "ada", child_id, choices: "", words: "" },
            expires_at: NOW,
          })
          .execute();
        const talk = { child_id, account_id: "ada", device_id };
        await db
          .insertInto("conversations")
          // begun two days before it ended
          .values({ ...talk, id: child_id, started_at: NOW - 2 * DAY_MS, last_at: NOW })
          .execute();
        const message = { role: "child" as const, sealed_text: bytes, action: "allow" as const, reason: "" };
        await db
          .insertInto("messages")
          .values([
            { ...message, conversation_id: child_id, turn_id: "1", at: NOW - 2 * DAY_MS },
            { ...message, conversation_id: child_id, turn_id: "2", at: NOW },
          ])
          .execute();
        await db
          .insertInto("safety_queue")
          .values({ id: child_id, at: NOW, kind: "abuse", sealed: bytes })
          .execute();
      }
      const left = async (...tables: string[]) => Promise.all(tables.map(counted));

      await sweepAt(NOW);
      expect(await left("conversations", "messages", "safety_queue", "pairing_windows")).toEqual([
        2, 3, 2, 2,
      ]);
      await sweepAt(NOW + DAY_MS + 1);
      expect(await left("conversations", "messages", "pairing_windows")).toEqual([1, 2, 0]);
      await sweepAt(NOW + 30 * DAY_MS);
      expect(await left("consent_requests", "safety_queue")).toEqual([0, 2]);
      await sweepAt(NOW + 30 * DAY_MS + 1);
      expect(await left("safety_queue", "conversations")).toEqual([0, 1]);
      await sweepAt(NOW + 365 * DAY_MS + 1);
      expect(await left("conversations", "messages", "children")).toEqual([0, 0, 2]);

      // a toy that came online keeps its family
      const used = NOW + 400 * DAY_MS;
      await db.updateTable("toys").set({ claimed_at: used }).where("device_id", "=", "bear-long").execute();
      await sweepAt(NOW + 731 * DAY_MS);
      expect(await left("children")).toEqual([2]);
      await sweepAt(used + 731 * DAY_MS);
      const kept = new Set(
        policy.tables.filter(
          (table) => policy.categoryOf(table, "child_id")?.of === "child" && table !== "toys",
        ),
      );
      expect(kept.has("messages") && kept.has("children")).toBe(true);
      for (const table of kept) expect(await counted(table), table).toBe(0);
      const owned = await db
        .selectFrom("toys")
        .select("device_id")
        .where("child_id", "is not", null)
        .execute();
      expect(owned).toEqual([]);
      const audit = await db.selectFrom("audit").selectAll().where("action", "=", "child_expired").execute();
      expect(audit.map(({ actor, resource }) => [actor, /^child-[0-9a-f]{16}$/.test(resource!)])).toEqual([
        ["retention", true],
        ["retention", true],
      ]);
    });

    test("a family that signs in is not away, nor is one whose guardian does", async () => {
      const { db } = database;
      const session = {
        role: "parent" as const,
        signed_in_at: NOW,
        expires_at: NOW,
        ends_at: NOW,
        device: "",
        address: "",
      };
      for (const [id, guardian_of] of [
        ["eve", null],
        ["bob", "eve"],
      ] as const)
        await db.insertInto("accounts").values({ id, created_at: 0, guardian_of }).execute();
      await db
        .insertInto("children")
        .values({ id: "pip", account_id: "eve", created_at: 0, sealed_profile: bytes })
        .execute();
      const retention = sqlRetention(database);
      expect(await retention.abandoned(NOW, 10)).toEqual([{ accountId: "eve", childId: "pip" }]);
      expect(await retention.abandoned(0, 10)).toEqual([]);
      await db
        .insertInto("account_sessions")
        .values({ ...session, id: "s", account_id: "bob", used_at: NOW })
        .execute();
      expect(await retention.abandoned(NOW, 10)).toEqual([]);
      expect(await retention.abandoned(NOW + 1, 10)).toEqual([{ accountId: "eve", childId: "pip" }]);
    });
  });
