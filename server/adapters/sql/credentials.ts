/** Credentials in SQL: an owner's own, each change conditional and with its audit row; values that are no longer needed are erased. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import { TENANT } from "../../ports.ts";
import type { Credential, Credentials, SealedCredential } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

type Row = Selectable<Tables["credentials"]>;

export function sqlCredentials({ db }: { db: Kysely<Tables> }): Credentials {
  const own = (ownerId: string) =>
    db
      .selectFrom("credentials")
      .selectAll()
      .where("owner_id", "=", ownerId)
      .orderBy("created_at")
      .orderBy("id");

  return {
    async add(credential, most, entry) {
      return db.transaction().execute(async (tx) => {
        const there = await tx
          .selectFrom("credentials")
          .select("id")
          .where("owner_id", "=", credential.ownerId)
          .execute();
        if (there.length >= most) return false;
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("credentials")
          .values({
            id: credential.id,
            owner_id: credential.ownerId,
            provider: credential.provider,
            name: credential.name,
            version: credential.version,
            sealed_value: credential.sealedValue,
            created_at: credential.createdAt,
            expires_at: credential.expiresAt ?? null,
          })
          .onConflict((taken) => taken.columns(["owner_id", "provider"]).doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    list: async (ownerId) => (await own(ownerId).execute()).map(credentialOf),

    async find(ownerId, id) {
      const row = await own(ownerId).where("id", "=", id).executeTakeFirst();
      return row && credentialOf(row);
    },

    async rotate(ownerId, { id, version }, { sealedValue, expiresAt, overlapUntil }, entry) {
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable("credentials")
          .set({
            version: version + 1,
            sealed_value: sealedValue,
            sealed_former: overlapUntil === undefined ? null : sql<Uint8Array>`sealed_value`,
            overlap_until: overlapUntil ?? null,
            rotated_at: entry.at,
            expires_at: expiresAt ?? null,
            warned_at: null,
            failing_since: null,
          })
          .where("owner_id", "=", ownerId)
          .where("id", "=", id)
          .where("version", "=", version)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return credentialOf(row);
      });
    },

    async remove(ownerId, id, entry) {
      return db.transaction().execute(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom("credentials")
          .where("owner_id", "=", ownerId)
          .where("id", "=", id)
          .executeTakeFirstOrThrow();
        if (numDeletedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return numDeletedRows === 1n;
      });
    },

    async serving(childId, provider, now) {
      const row = await db
        .selectFrom("children")
        .leftJoin("credentials", (join) =>
          join
            .on((on) =>
              on.or([
                on("credentials.owner_id", "=", on.ref("children.account_id")),
                on("credentials.owner_id", "=", TENANT),
              ]),
            )
            .on("credentials.provider", "=", provider)
            .on("credentials.sealed_value", "is not", null)
            .on((on) => on.or([on("expires_at", "is", null), on("expires_at", ">", now)])),
        )
        .selectAll("credentials")
        .select("children.account_id")
        .where("children.id", "=", childId)
        .orderBy(sql`credentials.owner_id = children.account_id`, (order) => order.desc().nullsLast())
        .limit(1)
        .executeTakeFirst();
      if (!row) return undefined;
      const { account_id: accountId, ...held } = row;
      return { accountId, credential: held.id === null ? undefined : sealedOf(held as Row) };
    },

    async markFailing(id, version, now) {
      const { numUpdatedRows } = await db
        .updateTable("credentials")
        .set({ failing_since: now })
        .where("id", "=", id)
        .where("version", "=", version)
        .where("failing_since", "is", null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async takeExpiring(now, until, most) {
      const rows = await db
        .updateTable("credentials")
        .set({ warned_at: now })
        .where("id", "in", (ids) =>
          ids
            .selectFrom("credentials")
            .select("id")
            .where("warned_at", "is", null)
            .where("expires_at", ">", now)
            .where("expires_at", "<=", until)
            .limit(most),
        )
        .where("warned_at", "is", null)
        .returningAll()
        .execute();
      return rows.map(credentialOf);
    },

    async endExpired(now, most, entryOf) {
      return db.transaction().execute(async (tx) => {
        await tx
          .updateTable("credentials")
          .set({ sealed_former: null, overlap_until: null })
          .where("overlap_until", "<=", now)
          .execute();
        const rows = await tx
          .updateTable("credentials")
          .set({ sealed_value: null, sealed_former: null, overlap_until: null })
          .where("id", "in", (ids) =>
            ids
              .selectFrom("credentials")
              .select("id")
              .where("sealed_value", "is not", null)
              .where("expires_at", "<=", now)
              .limit(most),
          )
          .where("sealed_value", "is not", null)
          .where("expires_at", "<=", now)
          .returningAll()
          .execute();
        const ended = rows.map(credentialOf);
        for (const one of ended)
          await tx
            .insertInto("audit")
            .values(auditRow(entryOf(one)))
            .execute();
        return ended;
      });
    },
  };
}

function credentialOf(row: Row): Credential {
  return {
    id: row.id,
    ownerId: row.owner_id,
    provider: row.provider,
    name: row.name,
    version: row.version,
    createdAt: row.created_at,
    rotatedAt: row.rotated_at ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    overlapUntil: row.overlap_until ?? undefined,
    failingSince: row.failing_since ?? undefined,
  };
}

function sealedOf(row: Row): SealedCredential {
  return {
    ...credentialOf(row),
    sealedValue: row.sealed_value!,
    sealedFormer: row.sealed_former ?? undefined,
  };
}
