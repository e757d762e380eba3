/** Exports in SQL: the wish with its job in one transaction, and the file in parts that are sealed before they come here. */
import type { Kysely, Selectable } from "kysely";
import type { Export, Exports } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import { addJob } from "./jobs.ts";
import type { Tables } from "./schema.ts";

/** kind of its job */
export const EXPORT_JOB = "export";

export function sqlExports({ db }: { db: Kysely<Tables> }): Exports {
  const waiting = (id: string) =>
    db.updateTable("exports").where("id", "=", id).where("state", "=", "waiting");

  return {
    async ask({ id, accountId, at }, entry) {
      return db.transaction().execute(async (tx) => {
        // two that ask at once must see each other
        await tx.selectFrom("accounts").select("id").where("id", "=", accountId).forUpdate().execute();
        const there = await tx
          .selectFrom("exports")
          .selectAll()
          .where("account_id", "=", accountId)
          .where("state", "=", "waiting")
          .executeTakeFirst();
        if (there) return exportOf(there);
        const row = await tx
          .insertInto("exports")
          .values({ id, account_id: accountId, requested_at: at })
          .returningAll()
          .executeTakeFirstOrThrow();
        await addJob(tx, { kind: EXPORT_JOB, about: id, dueAt: at });
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return exportOf(row);
      });
    },

    async list(accountId) {
      const rows = await db
        .selectFrom("exports")
        .selectAll()
        .where("account_id", "=", accountId)
        .orderBy("requested_at", "desc")
        .orderBy("id")
        .execute();
      return rows.map(exportOf);
    },

    async find(accountId, id) {
      const row = await db
        .selectFrom("exports")
        .selectAll()
        .where("account_id", "=", accountId)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && exportOf(row);
    },

    async begin(id) {
      await db.deleteFrom("export_parts").where("export_id", "=", id).execute();
      const row = await db
        .selectFrom("exports")
        .selectAll()
        .where("id", "=", id)
        .where("state", "=", "waiting")
        .executeTakeFirst();
      return row && exportOf(row);
    },

    async addPart(id, number, sealed) {
      await db.insertInto("export_parts").values({ export_id: id, number, sealed }).execute();
    },

    async part(id, number) {
      const row = await db
        .selectFrom("export_parts")
        .select("sealed")
        .where("export_id", "=", id)
        .where("number", "=", number)
        .executeTakeFirst();
      return row?.sealed;
    },

    async finish(id, { readyAt, expiresAt, size }) {
      const { numUpdatedRows } = await waiting(id)
        .set({ state: "ready", ready_at: readyAt, expires_at: expiresAt, size })
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async fail(id) {
      await waiting(id).set({ state: "failed" }).execute();
      await db.deleteFrom("export_parts").where("export_id", "=", id).execute();
    },

    async expire(now, forgetBefore) {
      return db.transaction().execute(async (tx) => {
        const ended = await tx
          .updateTable("exports")
          .set({ state: "gone" })
          .where("state", "=", "ready")
          .where("expires_at", "<=", now)
          .returning("id")
          .execute();
        const ids = ended.map(({ id }) => id);
        if (ids.length > 0) await tx.deleteFrom("export_parts").where("export_id", "in", ids).execute();
        await tx
          .deleteFrom("exports")
          .where("state", "in", ["gone", "failed"])
          .where("requested_at", "<", forgetBefore)
          .execute();
        return ids.length;
      });
    },
  };
}

function exportOf(row: Selectable<Tables["exports"]>): Export {
  return {
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    requestedAt: row.requested_at,
    readyAt: row.ready_at ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    size: row.size ?? undefined,
  };
}
