/** Credentials from their making to their end, on both databases alike: never shown, served to their own family alone, erased when they are over. MISSION B09, B12, B36 */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemChance } from "../../../../server/adapters/chance.ts";
import { memoryStores } from "../../../../server/adapters/memory.ts";
import { sqlAudit } from "../../../../server/adapters/sql/audit.ts";
import { sqlCredentials } from "../../../../server/adapters/sql/credentials.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlVaultOwners } from "../../../../server/adapters/sql/vault-owners.ts";
import { CREDENTIAL_LOOK_MS, CREDENTIAL_WARNING_MS, PROVIDER_NOTICE_MS } from "../../../../server/bounds.ts";
import { TENANT } from "../../../../server/ports.ts";
import type { CredentialNotices, Credentials, Provider } from "../../../../server/ports.ts";
import {
  addCredential,
  listCredentials,
  removeCredential,
  rotateCredential,
} from "../../../../server/vault/credentials.ts";
import { sweepCredentials } from "../../../../server/vault/expiry.ts";
import { createModelKeys } from "../../../../server/vault/model-keys.ts";
import { fakeClock, settle } from "../../../support/clock.ts";
import type { FakeClock } from "../../../support/clock.ts";
import { testFamilyVault } from "../../../support/vault.ts";
import { countingMeter, silentLog } from "../../../support/voice.ts";
import { places } from "./places.ts";

const SECRET = "sk-or-v1-do-not-tell-anybody";
const by = (ownerId: string) => ({ ownerId, actor: ownerId, address: "::1" });
const ada = by("ada");

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`credentials on ${name}`, () => {
    let database: Database;
    let credentials: Credentials;
    let clock: FakeClock;
    let ports: ReturnType<typeof portsOf>;
    /** id of the last entry before a test */
    let audited: number;
    let told: Parameters<CredentialNotices["raiseSoon"]>[0][];

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      credentials = sqlCredentials(database);
      const at = { created_at: 1 };
      const accounts = ["ada", "grace"].map((id) => ({ id, ...at }));
      await database.db.insertInto("accounts").values(accounts).execute();
      const children = [
        { id: "pip", account_id: "ada", ...at },
        { id: "gus", account_id: "grace", ...at },
      ];
      await database.db.insertInto("children").values(children).execute();
    });
    afterAll(() => database?.close());

    function portsOf() {
      const { bus } = memoryStores({ clock });
      const owners = sqlVaultOwners(database);
      return {
        ...{ credentials, bus, clock, chance: systemChance, meter: countingMeter(), log: silentLog },
        audit: sqlAudit(database),
        familyVault: testFamilyVault({ clock, bus, owners }),
        notices: { raiseSoon: (notice) => void told.push(notice) } satisfies CredentialNotices,
      };
    }

    beforeEach(async () => {
      clock = fakeClock();
      told = [];
      for (const table of ["credentials", "vault_owners"] as const)
        await database.db.deleteFrom(table).execute();
      const { rows } = await sql<{ last: number }>`select coalesce(max(id), 0) as last from audit`.execute(
        database.db,
      );
      audited = rows[0]!.last;
      ports = portsOf();
    });

    const add = (owner = ada, value = SECRET, change: { expiresAt?: number; provider?: Provider } = {}) =>
      addCredential(ports, owner, {
        ...{ provider: "openrouter", name: "ours", value, expiresAt: undefined },
        ...change,
      });
    const valuesFor = async (childId: string, keys = createModelKeys(ports)) =>
      (await keys.keysOf(childId)("openrouter")).values;
    const actions = async () =>
      (
        await database.db.selectFrom("audit").selectAll().where("id", ">", audited).orderBy("id").execute()
      ).map(({ action, actor }) => `${action} ${actor}`);
    const stored = async () => {
      const { rows } = await sql<{ text: string }>`
        select c::text || coalesce(encode(sealed_value, 'escape'), '') as text from credentials c`.execute(
        database.db,
      );
      return rows.map(({ text }) => text).join("\n");
    };

    test("serve the family that has them, else the tenant's, else nobody's", async () => {
      expect(await valuesFor("pip")).toEqual([]);
      await add(by(TENANT), "the-tenants");
      expect(await valuesFor("pip")).toEqual(["the-tenants"]);
      await add();
      expect(await valuesFor("pip")).toEqual([SECRET]);
      expect(await valuesFor("gus")).toEqual(["the-tenants"]);
      expect(await valuesFor("no-child")).toEqual([]);
      expect((await createModelKeys(ports).keysOf("pip")("openai")).values).toEqual([]);
    });

    test("stand nowhere as they are: not in the record, not in the audit trail, not in an answer", async () => {
      const made = await add();
      const rotated = await rotateCredential(ports, ada, made.id, {
        ...{ value: `${SECRET}-2`, overlapMs: 1_000, expiresAt: undefined },
      });
      const listed = await listCredentials(ports, ada);
      const { rows: entries } = await sql`select a::text from audit a`.execute(database.db);
      for (const text of [made, rotated, listed, entries, await stored()].map((it) => JSON.stringify(it)))
        expect(text).not.toContain(SECRET);
      expect(listed).toEqual([rotated]);
      expect(await actions()).toEqual([
        "credential_created ada",
        "credential_rotated ada",
        "credentials_read ada",
      ]);
    });

    test("are one for each provider", async () => {
      await add();
      await expect(add()).rejects.toMatchObject({ code: "CREDENTIAL_EXISTS" });
      await add(ada, SECRET, { provider: "openai" });
      await add(by("grace"));
      expect(await listCredentials(ports, ada)).toHaveLength(2);
    });

    test("are rotated with their id kept, the former value at once unusable and erased", async () => {
      const { id } = await add();
      const keys = createModelKeys(ports);
      const stop = await keys.start();
      expect(await valuesFor("pip", keys)).toEqual([SECRET]);
      const rotated = await rotateCredential(ports, ada, id, {
        ...{ value: "next", overlapMs: 0, expiresAt: undefined },
      });
      expect(rotated).toMatchObject({ id, version: 2, rotatedAt: clock.now(), overlapUntil: undefined });
      await settle();
      expect(await valuesFor("pip", keys)).toEqual(["next"]);
      const row = await database.db.selectFrom("credentials").selectAll().executeTakeFirstOrThrow();
      expect(row.sealed_former).toBeNull();
      await stop();
    });

    test("with an overlap serve on beside the new value until it is over", async () => {
      const { id } = await add();
      await rotateCredential(ports, ada, id, { value: "next", overlapMs: 5_000, expiresAt: undefined });
      const keys = createModelKeys(ports);
      expect(await valuesFor("pip", keys)).toEqual(["next", SECRET]);
      await clock.advance(5_000);
      expect(await valuesFor("pip", keys)).toEqual(["next"]);
      await sweepCredentials(ports);
      const row = await database.db.selectFrom("credentials").selectAll().executeTakeFirstOrThrow();
      expect(row.sealed_former).toBeNull();
    });

    test("that two rotate at once are rotated once", async () => {
      const { id } = await add();
      const next = { value: "next", overlapMs: 0, expiresAt: undefined };
      const both = await Promise.allSettled([1, 2].map(() => rotateCredential(ports, ada, id, next)));
      const versions = (await listCredentials(ports, ada)).map(({ version }) => version);
      const done = both.filter(({ status }) => status === "fulfilled").length;
      expect(versions).toEqual([1 + done]);
    });

    test("of another owner are not there: to rotate, to delete", async () => {
      const { id } = await add();
      const grace = by("grace");
      const next = { value: "next", overlapMs: 0, expiresAt: undefined };
      await expect(rotateCredential(ports, grace, id, next)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(removeCredential(ports, grace, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await listCredentials(ports, by("grace"))).toEqual([]);
      expect(await valuesFor("pip")).toEqual([SECRET]);
    });

    test("that were deleted leave no ciphertext, and the fact in the audit trail", async () => {
      const { id } = await add();
      await removeCredential(ports, ada, id);
      expect(await valuesFor("pip")).toEqual([]);
      expect(await stored()).toBe("");
      expect(await actions()).toEqual(["credential_created ada", "credential_deleted ada"]);
      await expect(removeCredential(ports, ada, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    test("moved to another owner's row, or to another version, do not open", async () => {
      await add();
      await add(by("grace"), "the-graces");
      const { db } = database;
      const row = await db
        .selectFrom("credentials")
        .selectAll()
        .where("owner_id", "=", "ada")
        .executeTakeFirstOrThrow();
      const moved = { sealed_value: row.sealed_value };
      await db.updateTable("credentials").set(moved).where("owner_id", "=", "grace").execute();
      await expect(valuesFor("gus")).rejects.toThrow("model: away");
      await db.updateTable("credentials").set({ version: 2 }).where("owner_id", "=", "ada").execute();
      await expect(valuesFor("pip")).rejects.toThrow("model: away");
    });

    test("of a family whose key was destroyed serve nobody", async () => {
      await add();
      await ports.familyVault.destroy("ada");
      await expect(valuesFor("pip")).rejects.toThrow("model: auth");
    });

    test("that run out are told of once a week before, and serve no more from that moment", async () => {
      const expiresAt = clock.now() + CREDENTIAL_WARNING_MS + 1_000;
      const { id } = await add(ada, SECRET, { expiresAt });
      await add(by(TENANT), "the-tenants");
      await sweepCredentials(ports);
      expect(told).toEqual([]);
      await clock.advance(1_000);
      await sweepCredentials(ports);
      await sweepCredentials(ports);
      expect(told).toEqual([
        {
          accountId: "ada",
          kind: "credential_expiring",
          dedupeKey: `credential_expiring/${id}/1`,
          details: {
            ...{ provider: "openrouter", credential_id: id },
            expires_at: new Date(expiresAt).toISOString(),
          },
        },
      ]);
      expect(await valuesFor("pip")).toEqual([SECRET]);
      await clock.advance(CREDENTIAL_WARNING_MS);
      expect(await valuesFor("pip")).toEqual(["the-tenants"]);
      const unwritable = {
        at: 1,
        action: "credential_expired",
        outcome: "neither" as "refused",
        actor: "ada",
      };
      await expect(credentials.endExpired(clock.now(), 10, () => unwritable)).rejects.toThrow(/check/);
      const sealed = database.db.selectFrom("credentials").select("sealed_value").where("id", "=", id);
      expect((await sealed.executeTakeFirstOrThrow()).sealed_value).not.toBeNull();
      await sweepCredentials(ports);
      await sweepCredentials(ports);
      expect((await actions()).filter((action) => action.startsWith("credential_expired"))).toEqual([
        "credential_expired expiry",
      ]);
      const [{ account_id } = { account_id: null }] = await database.db
        .selectFrom("audit")
        .select("account_id")
        .where("action", "=", "credential_expired")
        .where("resource", "=", id)
        .execute();
      expect(account_id).toBe("ada");
      const rows = await database.db.selectFrom("credentials").selectAll().where("id", "=", id).execute();
      expect(rows[0]).toMatchObject({ sealed_value: null });
      // and can be given a new value
      await rotateCredential(ports, ada, id, { value: "next", overlapMs: 0, expiresAt: undefined });
      expect(await valuesFor("pip")).toEqual(["next"]);
    });

    test("cannot have run out already", async () => {
      await expect(add(ada, SECRET, { expiresAt: clock.now() })).rejects.toMatchObject({
        code: "INVALID_REQUEST",
      });
    });

    test("that are refused are told to the family once a day, and marked since when", async () => {
      const { id } = await add();
      const keys = createModelKeys(ports);
      const refuse = async (fault: "auth" | "away", childId = "pip") =>
        (await keys.keysOf(childId)("openrouter")).refused(fault);
      await refuse("away");
      expect(told).toEqual([]);
      const since = clock.now();
      await refuse("auth");
      await refuse("auth");
      await clock.advance(1_000);
      await refuse("auth");
      expect(new Set(told.map(({ dedupeKey }) => dedupeKey)).size).toBe(1);
      expect(told[0]).toMatchObject({
        accountId: "ada",
        kind: "provider_failing",
        details: { provider: "openrouter", fault: "auth", whose: "family" },
      });
      expect(JSON.stringify(told)).not.toContain(SECRET);
      expect(await listCredentials(ports, ada)).toMatchObject([{ id, failingSince: since }]);
      await clock.advance(PROVIDER_NOTICE_MS);
      await refuse("auth");
      expect(new Set(told.map(({ dedupeKey }) => dedupeKey)).size).toBe(2);
      // the platform's own: the family hears that it is not theirs
      await refuse("auth", "gus");
      expect(told.at(-1)).toMatchObject({ accountId: "grace", details: { whose: "operator" } });
      // a child that nobody has: there is no one to tell
      const before = told.length;
      await refuse("auth", "a stranger");
      expect(told).toHaveLength(before);
    });

    test("are no keys to a service to which nobody brings one: its refusal is the operator's, and marks none", async () => {
      for (const owner of [ada, by(TENANT)]) await add(owner, SECRET, { provider: "openai_compatible" });
      const keys = createModelKeys(ports).keysOf("pip");
      const { values, refused } = await keys(undefined);
      expect(values).toEqual([]);
      refused("auth");
      expect(told).toMatchObject([{ accountId: "ada", details: { fault: "auth", whose: "operator" } }]);
      expect(await listCredentials(ports, ada)).toMatchObject([{ failingSince: undefined }]);
      expect((await keys("openai_compatible")).values).toEqual([SECRET]);
    });

    test("are read once in a while, not at each request", async () => {
      await add();
      let reads = 0;
      const counted = {
        ...credentials,
        serving: (...asked: Parameters<Credentials["serving"]>) => {
          reads++;
          return credentials.serving(...asked);
        },
      };
      const keys = createModelKeys({ ...ports, credentials: counted });
      for (let i = 0; i < 5; i++) await valuesFor("pip", keys);
      expect(reads).toBe(1);
      await clock.advance(CREDENTIAL_LOOK_MS);
      await valuesFor("pip", keys);
      expect(reads).toBe(2);
    });
  });
