/** A change of the master key, on both databases alike: all that the former one sealed is sealed anew, and nothing is lost on the way. MISSION B12 */
import { utf8 } from "@bearlink/sdk/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemChance } from "../../../../server/adapters/chance.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlSealedColumns, sqlVaultMasters } from "../../../../server/adapters/sql/vault-masters.ts";
import { sqlVaultOwners } from "../../../../server/adapters/sql/vault-owners.ts";
import { REWRAP_ROWS } from "../../../../server/bounds.ts";
import { isUnderOwner, sealContext } from "../../../../server/ports.ts";
import type { SealedColumn } from "../../../../server/ports.ts";
import { rewrap } from "../../../../server/vault/rewrap.ts";
import { createVault } from "../../../../server/vault/seal.ts";
import { silentLog } from "../../../support/voice.ts";
import { testFamilyVault } from "../../../support/vault.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const chance = systemChance;
const [oldKey, newKey] = [1, 2].map((n) => new Uint8Array(32).fill(n)) as [Uint8Array, Uint8Array];
const former = createVault({ masterKey: oldKey, chance });
const rotated = createVault({ masterKey: newKey, formerKeys: [oldKey], chance });
const alone = createVault({ masterKey: newKey, chance });
const prk = systemChance.bytes(32);
/** sealed beside the toys' own: an offered prk, an owner, a profile, a case */
const BESIDE = 4;
const TOYS = REWRAP_ROWS + 5;

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`a change of the master key on ${name}`, () => {
    let database: Database;
    let columns: SealedColumn[];

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      columns = sqlSealedColumns(database);
    });
    afterAll(() => database?.close());

    const familyOf = (vault: typeof former) => testFamilyVault({ owners: sqlVaultOwners(database), vault });
    const run = () => rewrap({ vault: rotated, familyVault: familyOf(rotated), columns, log: silentLog });
    let words: Uint8Array;

    beforeEach(async () => {
      const { db } = database;
      for (const table of ["toys", "children", "accounts", "vault_owners", "safety_queue"] as const)
        await db.deleteFrom(table).execute();
      await db
        .insertInto("toys")
        .values(
          Array.from({ length: TOYS }, (_, i) => ({
            device_id: `bear-${i}`,
            sealed_prk: former.seal(prk, sealContext.prk(`bear-${i}`)),
            sealed_next_prk: i === 0 ? former.seal(prk, sealContext.prk("bear-0")) : null,
            pairing_code_hash: new Uint8Array(32),
          })),
        )
        .execute();
      await db.insertInto("accounts").values({ id: "ada", created_at: NOW }).execute();
      const child = { account_id: "ada", created_at: NOW };
      await db
        .insertInto("children")
        .values([
          { ...child, id: "pip", sealed_profile: former.seal(utf8("Pip"), sealContext.profile("pip")) },
          { ...child, id: "demo" },
        ])
        .execute();
      const sealed = former.seal(utf8("a case"), sealContext.safetyCase("case"));
      await db.insertInto("safety_queue").values({ id: "case", at: NOW, kind: "care", sealed }).execute();
      words = await familyOf(former).seal("ada", utf8("a dragon"), "message/1");
    });

    test("seals all anew, the second time nothing, and the former key may go", async () => {
      expect(await run()).toEqual({ pending: TOYS + BESIDE, done: TOYS + BESIDE, failed: 0 });
      expect(await run()).toEqual({ pending: 0, done: 0, failed: 0 });
      const toys = await database.db.selectFrom("toys").selectAll().execute();
      for (const { device_id, sealed_prk, sealed_next_prk } of toys)
        for (const sealed of [sealed_prk, sealed_next_prk])
          if (sealed) expect(alone.open(sealed, sealContext.prk(device_id))).toEqual(prk);
      const { sealed_profile } = await database.db
        .selectFrom("children")
        .selectAll()
        .where("id", "=", "pip")
        .executeTakeFirstOrThrow();
      expect(isUnderOwner(sealed_profile!)).toBe(true);
      const { sealed } = await database.db.selectFrom("safety_queue").selectAll().executeTakeFirstOrThrow();
      expect(alone.open(sealed, sealContext.safetyCase("case"))).toEqual(utf8("a case"));
      const family = familyOf(alone);
      expect(await family.open("ada", sealed_profile!, sealContext.profile("pip"))).toEqual(utf8("Pip"));
      // what a family's key sealed needs no second sealing
      expect(await family.open("ada", words, "message/1")).toEqual(utf8("a dragon"));
    });

    test("goes on where it stopped, and leaves alone what was written meanwhile", async () => {
      let left = 7;
      const stopping = columns.map((column) => ({
        ...column,
        async replace(...row: Parameters<SealedColumn["replace"]>) {
          if (left-- <= 0) throw new Error("the machine stops");
          return column.replace(...row);
        },
      }));
      const stopped = await rewrap({
        ...{ vault: rotated, familyVault: familyOf(rotated), columns: stopping, log: silentLog },
      });
      expect(stopped.done).toBe(7);
      const rest = await run();
      expect(rest).toEqual({ pending: TOYS + BESIDE - 7, done: TOYS + BESIDE - 7, failed: 0 });
      const stale = former.seal(prk, sealContext.prk("bear-1"));
      expect(await columns[0]!.replace("bear-1", stale, stale)).toBe(false);
    });

    test("counts what no key opens, and lets it stand", async () => {
      const foreign = createVault({ masterKey: new Uint8Array(32).fill(9), chance });
      const sealed = foreign.seal(prk, sealContext.prk("bear-3"));
      await database.db
        .updateTable("toys")
        .set({ sealed_prk: sealed })
        .where("device_id", "=", "bear-3")
        .execute();
      expect(await run()).toMatchObject({ failed: 1, done: TOYS + BESIDE - 1 });
      const [row] = await columns[0]!.page("bear-29", 1);
      expect(row).toEqual({ id: "bear-3", ownerId: undefined, version: 1, sealed });
    });

    test("keeps master keys as they were wrapped, newest first, and replaces what is still the same", async () => {
      const masters = sqlVaultMasters(database);
      const one = { version: 1, kek: "local 1", wrapped: new Uint8Array([1, 255]) };
      const two = { version: 2, kek: "local 2", wrapped: new Uint8Array([2]) };
      await masters.add(one, NOW);
      await masters.add({ ...one, kek: "late" }, NOW);
      await masters.add(two, NOW);
      expect(await masters.list()).toEqual([two, one]);
      const next = { kek: "local 2", wrapped: new Uint8Array([3]) };
      expect(await masters.replace(one, next)).toBe(true);
      expect(await masters.replace(one, next)).toBe(false);
      expect(await masters.list()).toEqual([two, { version: 1, ...next }]);
    });
  });
