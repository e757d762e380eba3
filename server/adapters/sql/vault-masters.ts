/** Master keys as a KMS wrapped them, and the columns of what they seal, in SQL. */
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { SealedColumn, SealedRow, VaultMasters } from "../../ports.ts";
import type { Tables } from "./schema.ts";

export function sqlVaultMasters({ db }: { db: Kysely<Tables> }): VaultMasters {
  return {
    list: () =>
      db
        .selectFrom("vault_masters")
        .select(["version", "kek", "wrapped"])
        .orderBy("version", "desc")
        .execute(),

    async add(master, at) {
      await db
        .insertInto("vault_masters")
        .values({ ...master, created_at: at })
        .onConflict((there) => there.doNothing())
        .execute();
    },

    async replace({ version, wrapped }, next) {
      const { numUpdatedRows } = await db
        .updateTable("vault_masters")
        .set({ kek: next.kek, wrapped: next.wrapped })
        .where("version", "=", version)
        .where("wrapped", "=", wrapped)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
  };
}

interface Place {
  name: SealedColumn["name"];
  table: "toys" | "vault_owners" | "children" | "safety_queue";
  id: string;
  column: string;
  owner?: string;
  version?: string;
}

/** Owners before the profiles that need them. */
const PLACES: Place[] = [
  { name: "prk", table: "toys", id: "device_id", column: "sealed_prk" },
  { name: "next_prk", table: "toys", id: "device_id", column: "sealed_next_prk" },
  { name: "owner", table: "vault_owners", id: "owner_id", column: "sealed_secret", version: "version" },
  { name: "profile", table: "children", id: "id", column: "sealed_profile", owner: "account_id" },
  { name: "safety_case", table: "safety_queue", id: "id", column: "sealed" },
];

export function sqlSealedColumns({ db }: { db: Kysely<Tables> }): SealedColumn[] {
  return PLACES.map(({ name, table, id, column, owner, version }) => ({
    name,

    async page(after, most) {
      const { rows } = await sql<{ id: string; owner: string | null; version: number; sealed: Uint8Array }>`
        select ${sql.ref(id)} as id, ${sql.ref(column)} as sealed,
          ${owner ? sql.ref(owner) : sql`null::text`} as owner, ${version ? sql.ref(version) : sql`1`} as version
        from ${sql.table(table)}
        where ${sql.ref(column)} is not null and ${sql.ref(id)} > ${after}
        order by ${sql.ref(id)} limit ${most}`.execute(db);
      return rows.map((row): SealedRow => ({
        id: row.id,
        ownerId: row.owner ?? undefined,
        version: row.version,
        sealed: row.sealed,
      }));
    },

    async replace(rowId, former, next) {
      const { numAffectedRows } = await sql`
        update ${sql.table(table)} set ${sql.ref(column)} = ${next}
        where ${sql.ref(id)} = ${rowId} and ${sql.ref(column)} = ${former}`.execute(db);
      return numAffectedRows === 1n;
    },
  }));
}
