/** Owners' secrets in SQL: erased where they are destroyed, with the fact left standing. */
import type { Kysely } from "kysely";
import type { OwnerSecret, VaultOwners } from "../../ports.ts";
import type { Tables } from "./schema.ts";

export function sqlVaultOwners({ db }: { db: Kysely<Tables> }): VaultOwners {
  async function find(ownerId: string): Promise<OwnerSecret | undefined> {
    const row = await db
      .selectFrom("vault_owners")
      .select(["version", "sealed_secret"])
      .where("owner_id", "=", ownerId)
      .executeTakeFirst();
    return row && { version: row.version, sealedSecret: row.sealed_secret ?? undefined };
  }

  return {
    find,

    async add(ownerId, sealedSecret, at) {
      await db
        .insertInto("vault_owners")
        .values({ owner_id: ownerId, sealed_secret: sealedSecret, created_at: at })
        .onConflict((there) => there.doNothing())
        .execute();
      return (await find(ownerId))!;
    },

    async destroy(ownerId, at) {
      const destroyed = { sealed_secret: null, destroyed_at: at };
      await db
        .insertInto("vault_owners")
        .values({ owner_id: ownerId, created_at: at, ...destroyed })
        .onConflict((there) =>
          there.column("owner_id").doUpdateSet(destroyed).where("vault_owners.destroyed_at", "is", null),
        )
        .execute();
    },
  };
}
