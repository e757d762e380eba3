/** Owners' secrets, on both databases alike: kept once, erased for good. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlVaultOwners } from "../../../../server/adapters/sql/vault-owners.ts";
import type { VaultOwners } from "../../../../server/ports.ts";
import { testFamilyVault } from "../../../support/vault.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const secret = new Uint8Array([0, 1, 254, 255, 39, 92]);
const text = new TextEncoder().encode("a dragon");

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`owners on ${name}`, () => {
    let database: Database;
    let owners: VaultOwners;

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      owners = sqlVaultOwners(database);
    });
    afterAll(() => database?.close());

    test("a secret is kept as it was first added, by whichever of those that add at once", async () => {
      expect(await owners.find("ada")).toBeUndefined();
      const added = await Promise.all([1, 2, 3].map((n) => owners.add("ada", new Uint8Array([n]), NOW)));
      const kept = await owners.find("ada");
      expect(kept?.version).toBe(1);
      expect(added).toEqual([kept, kept, kept]);
      expect(await owners.add("ada", secret, NOW)).toEqual(kept);
      expect(await owners.add("bob", secret, NOW)).toEqual({ version: 1, sealedSecret: secret });
    });

    test("a secret that was destroyed is gone and stays so, with the moment of it", async () => {
      await owners.add("cleo", secret, NOW);
      await owners.destroy("cleo", NOW + 1);
      await owners.destroy("cleo", NOW + 2);
      await owners.destroy("dora", NOW + 3);
      for (const owner of ["cleo", "dora"]) {
        expect(await owners.find(owner)).toEqual({ version: 1, sealedSecret: undefined });
        expect(await owners.add(owner, secret, NOW)).toEqual({ version: 1, sealedSecret: undefined });
      }
      const rows = await database.db
        .selectFrom("vault_owners")
        .selectAll()
        .where("owner_id", "in", ["cleo", "dora"])
        .orderBy("owner_id")
        .execute();
      expect(rows).toEqual([
        { owner_id: "cleo", version: 1, sealed_secret: null, created_at: NOW, destroyed_at: NOW + 1 },
        { owner_id: "dora", version: 1, sealed_secret: null, created_at: NOW + 3, destroyed_at: NOW + 3 },
      ]);
    });

    test("a family's vault stands on it, and reads after a restart what it sealed before", async () => {
      const sealed = await testFamilyVault({ owners }).seal("emmy", text, "message/1");
      expect(await testFamilyVault({ owners }).open("emmy", sealed, "message/1")).toEqual(text);
      await testFamilyVault({ owners }).destroy("emmy");
      await expect(testFamilyVault({ owners }).open("emmy", sealed, "message/1")).rejects.toThrow();
    });
  });
