/** Alerts and the operator's safety queue in SQL: a key of a family stands once, and mail that is due is leased, so that one cell sends it. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { Alert, AlertBook, AlertKind, SafetyQueue } from "../../ports.ts";
import { readerOf } from "./accounts.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

export function sqlAlerts({ db }: { db: Kysely<Tables> }): AlertBook {
  const unread = async (accountId: string): Promise<number> => {
    const { many } = await db
      .selectFrom("alerts")
      .select(sql<number>`count(*)`.as("many"))
      .where("account_id", "=", accountId)
      .where("read", "=", false)
      .executeTakeFirstOrThrow();
    return many;
  };

  return {
    unread,

    async add(alert, mailAt) {
      const row = await db
        .insertInto("alerts")
        .values({
          id: alert.id,
          account_id: alert.accountId,
          dedupe_key: alert.dedupeKey,
          kind: alert.kind,
          severity: alert.severity,
          device_id: alert.deviceId ?? null,
          child_id: alert.childId ?? null,
          details: JSON.stringify(alert.details ?? {}),
          at: alert.at,
          mail_at: mailAt ?? null,
        })
        .onConflict((there) => there.columns(["account_id", "dedupe_key"]).doNothing())
        .returningAll()
        .executeTakeFirst();
      return row && alertOf(row);
    },

    async list(accountId, limit, before) {
      const rows = await db
        .selectFrom("alerts")
        .selectAll()
        .where("account_id", "=", accountId)
        .$if(before !== undefined, (query) => query.where("place", "<", before!))
        .orderBy("place", "desc")
        .limit(limit)
        .execute();
      return rows.map(alertOf);
    },

    async markRead(accountId, ids) {
      await db
        .updateTable("alerts")
        .set({ read: true })
        .where("account_id", "=", accountId)
        .where("read", "=", false)
        .$if(ids !== "all", (query) => query.where(sql<boolean>`id = any(${ids as string[]}::text[])`))
        .execute();
      return unread(accountId);
    },

    async takeDue(now, leaseMs, most) {
      const due = db
        .selectFrom("alerts")
        .select("id")
        .where("mail_at", "<=", now)
        .orderBy("mail_at")
        .limit(most)
        .forUpdate()
        .skipLocked();
      const rows = await db
        .updateTable("alerts")
        .from("accounts")
        .set({ mail_at: now + leaseMs })
        .whereRef("accounts.id", "=", "alerts.account_id")
        .where("alerts.id", "in", due)
        .returning(["alerts.id", "alerts.kind", "accounts.email", "accounts.language"])
        .execute();
      // an account that was closed has no address left
      return rows.flatMap((row) => {
        const reader = readerOf(row);
        return reader ? [{ id: row.id, kind: row.kind as AlertKind, reader }] : [];
      });
    },

    async mailed(ids) {
      await db
        .updateTable("alerts")
        .set({ mail_at: null })
        .where(sql<boolean>`id = any(${ids as string[]}::text[])`)
        .execute();
    },
  };
}

export function sqlSafetyQueue({ db }: { db: Kysely<Tables> }): SafetyQueue {
  return {
    async add(item) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("safety_queue")
        .values(item)
        .onConflict((there) => there.column("id").doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async list(most) {
      const rows = await db
        .selectFrom("safety_queue")
        .selectAll()
        .orderBy(sql`done_at is not null`)
        .orderBy("at")
        .limit(most)
        .execute();
      return rows.map(({ done_at, ...item }) => ({ ...item, doneAt: done_at ?? undefined }));
    },

    async done(id, entry) {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("safety_queue")
          .set({ done_at: entry.at })
          .where("id", "=", id)
          .where("done_at", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return numUpdatedRows === 1n;
      });
    },
  };
}

function alertOf(row: Selectable<Tables["alerts"]>): Alert {
  return {
    id: row.id,
    place: row.place,
    kind: row.kind as AlertKind,
    severity: row.severity,
    ...(row.device_id !== null && { deviceId: row.device_id }),
    ...(row.child_id !== null && { childId: row.child_id }),
    details: JSON.parse(row.details) as Alert["details"],
    at: row.at,
    read: row.read,
  };
}
