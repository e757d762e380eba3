/** Children in SQL: every query names the family. What a parent told of a child is sealed before it comes here. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { ChildRecord, Children } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import { compiled } from "./compiled.ts";
import { gathered } from "./gathered.ts";
import type { Tables } from "./schema.ts";

export function sqlChildren({ db }: { db: Kysely<Tables> }): Children {
  // the demo family's child was told of by nobody
  const told = () => db.selectFrom("children").selectAll().where("sealed_profile", "is not", null);

  const rowsOf = compiled(db, ({ accountIds }: { accountIds: string[] }) =>
    told()
      .where(sql<boolean>`account_id = any(${accountIds}::text[])`)
      .orderBy("created_at")
      .orderBy("id"),
  );
  const listOf = gathered(async (accountIds: string[]) => {
    const { rows } = await rowsOf({ accountIds });
    const lists = new Map<string, ChildRecord[]>(accountIds.map((accountId) => [accountId, []]));
    for (const row of rows) lists.get(row.account_id)!.push(childOf(row));
    return lists;
  });

  return {
    async add(child, most, entry) {
      return db.transaction().execute(async (tx) => {
        // two that are added at once must see each other
        await tx
          .selectFrom("accounts")
          .select("id")
          .where("id", "=", child.accountId)
          .forUpdate()
          .executeTakeFirstOrThrow();
        const { there } = await tx
          .selectFrom("children")
          .select(sql<number>`count(*)`.as("there"))
          .where("account_id", "=", child.accountId)
          .executeTakeFirstOrThrow();
        if (there >= most) return false;
        await tx
          .insertInto("children")
          .values({
            id: child.childId,
            account_id: child.accountId,
            created_at: child.createdAt,
            sealed_profile: child.sealedProfile,
            retention_days: child.retentionDays,
            keeps_transcripts: child.keepsTranscripts,
          })
          .execute();
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    list: async (accountId) => (await listOf(accountId)) ?? [],

    async find(accountId, childId) {
      const row = await told()
        .where("account_id", "=", accountId)
        .where("id", "=", childId)
        .executeTakeFirst();
      return row && childOf(row);
    },

    async change(accountId, childId, { sealedProfile, retentionDays, keepsTranscripts }, entry) {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("children")
          .set({
            sealed_profile: sealedProfile,
            retention_days: retentionDays,
            keeps_transcripts: keepsTranscripts,
          })
          .where("account_id", "=", accountId)
          .where("id", "=", childId)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return numUpdatedRows === 1n;
      });
    },

    async toys(childId) {
      const rows = await db
        .selectFrom("toys")
        .select("device_id")
        .where("child_id", "=", childId)
        .orderBy("device_id")
        .execute();
      return rows.map((row) => row.device_id);
    },
  };
}

function childOf(row: Selectable<Tables["children"]>): ChildRecord {
  return {
    childId: row.id,
    accountId: row.account_id,
    sealedProfile: row.sealed_profile!,
    retentionDays: row.retention_days,
    keepsTranscripts: row.keeps_transcripts,
    createdAt: row.created_at,
  };
}
