/** Deletions in SQL: each with its job, its audit row and its counts in the transaction of the change itself. */
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import type { Deletion, Deletions, Leaving, Receipt } from "../../ports.ts";
import { readerOf } from "./accounts.ts";
import { auditRow } from "./audit.ts";
import type { Database } from "./database.ts";
import { familyTables } from "./family-tables.ts";
import { addJob, cancelJob } from "./jobs.ts";
import type { Tables } from "./schema.ts";

type Tx = Transaction<Tables>;

/** kind of its job */
export const DELETION_JOB = "deletion";

export function sqlDeletions({ db, scrub }: Pick<Database, "db" | "scrub">): Deletions {
  return {
    scrub,

    async schedule({ id, leaving, reader, at, dueAt }, entry) {
      const { what, accountId, childId } = leaving;
      return db.transaction().execute(async (tx) => {
        // two that ask at once must see each other
        await tx.selectFrom("accounts").select("id").where("id", "=", accountId).forUpdate().execute();
        const sooner = await tx
          .updateTable("deletions")
          .set({ due_at: sql<number>`least(due_at, ${dueAt}::int8)` })
          .where("what", "=", what)
          .where("account_id", "=", accountId)
          .where(sql<boolean>`child_id is not distinct from ${childId ?? null}`)
          .where("state", "in", ["scheduled", "running"])
          .returningAll()
          .executeTakeFirst();
        const row =
          sooner ??
          (await tx
            .insertInto("deletions")
            .values({
              id,
              what,
              account_id: accountId,
              child_id: childId ?? null,
              requested_at: at,
              due_at: dueAt,
              email: reader?.email ?? null,
              language: reader?.language ?? null,
            })
            .returningAll()
            .executeTakeFirstOrThrow());
        await addJob(tx, { kind: DELETION_JOB, about: row.id, dueAt: row.due_at });
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return deletionOf(row);
      });
    },

    async list(accountId) {
      const rows = await db
        .selectFrom("deletions")
        .selectAll()
        .where("account_id", "=", accountId)
        .orderBy("requested_at", "desc")
        .orderBy("id")
        .execute();
      return rows.map(deletionOf);
    },

    async cancel(accountId, id, entry) {
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .updateTable("deletions")
          .set({ state: "cancelled", email: null, language: null })
          .where("id", "=", id)
          .where("account_id", "=", accountId)
          .where("state", "=", "scheduled")
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        await cancelJob(tx, DELETION_JOB, id, entry.at);
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return deletionOf(row);
      });
    },

    async begin(id) {
      await db
        .updateTable("deletions")
        .set({ state: "running" })
        .where("id", "=", id)
        .where("state", "=", "scheduled")
        .execute();
      const row = await db
        .selectFrom("deletions")
        .selectAll()
        .where("id", "=", id)
        .where((is) =>
          is.or([
            is("state", "=", "running"),
            is.and([is("state", "=", "done"), is("email", "is not", null)]),
          ]),
        )
        .executeTakeFirst();
      return row && deletionOf(row);
    },

    async toys({ what, accountId, childId }) {
      const rows = await db
        .selectFrom("toys")
        .select("device_id")
        .where("owner_id", "=", accountId)
        .$if(what === "child", (own) => own.where("child_id", "=", childId!))
        .execute();
      return rows.map(({ device_id }) => device_id);
    },

    async count(id, store, rows) {
      await db.transaction().execute((tx) => addCounts(tx, id, { [store]: rows }));
    },

    async eraseRecord(id, leaving) {
      await db.transaction().execute(async (tx) => addCounts(tx, id, await erase(tx, id, leaving)));
    },

    async counts(id) {
      const row = await db
        .selectFrom("deletions")
        .select("counts")
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return JSON.parse(row.counts) as Record<string, number>;
    },

    async finish(id, receipt, doneAt, entry) {
      await db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("deletions")
          .set({
            state: "done",
            done_at: doneAt,
            receipt: JSON.stringify(receipt),
            child_id: null,
            ...(receipt.what === "account" && { account_id: null }),
          })
          .where("id", "=", id)
          .where("state", "=", "running")
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
      });
    },

    async forgetReader(id) {
      await db.updateTable("deletions").set({ email: null, language: null }).where("id", "=", id).execute();
    },
  };
}

/** Counts what goes, then lets it go: what hangs on nothing first, and the root last. */
async function erase(
  tx: Tx,
  id: string,
  { what, accountId, childId }: Leaving,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const going = Object.entries(familyTables).flatMap(([table, { ofAccount, ofChild, goes }]) => {
    const of = what === "account" ? ofAccount(accountId) : ofChild?.(childId);
    // the deletion itself stays, as its receipt
    const rows = of && (table === "deletions" ? sql<boolean>`(${of}) and id <> ${id}` : of);
    return rows && (goes === "cascade" || goes === "delete") ? [{ table, rows, goes }] : [];
  });
  for (const { table, rows } of going) {
    const found = await sql<{ count: number }>`
      select count(*) as count from ${sql.table(table)} where ${rows}`.execute(tx);
    counts[table] = found.rows[0]!.count;
  }
  for (const { table, rows, goes } of going)
    if (goes === "delete") await sql`delete from ${sql.table(table)} where ${rows}`.execute(tx);
  if (what === "account") await tx.deleteFrom("accounts").where("id", "=", accountId).execute();
  else
    await tx.deleteFrom("children").where("id", "=", childId).where("account_id", "=", accountId).execute();
  return counts;
}

/** A job that is done twice counts what went each time. */
async function addCounts(tx: Tx, id: string, more: Record<string, number>): Promise<void> {
  const row = await tx
    .selectFrom("deletions")
    .select("counts")
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const counts = JSON.parse(row.counts) as Record<string, number>;
  for (const [store, rows] of Object.entries(more)) counts[store] = (counts[store] ?? 0) + rows;
  await tx
    .updateTable("deletions")
    .set({ counts: JSON.stringify(counts) })
    .where("id", "=", id)
    .execute();
}

function deletionOf(row: Selectable<Tables["deletions"]>): Deletion {
  return {
    id: row.id,
    what: row.what,
    accountId: row.account_id ?? undefined,
    childId: row.child_id ?? undefined,
    state: row.state,
    requestedAt: row.requested_at,
    dueAt: row.due_at,
    doneAt: row.done_at ?? undefined,
    reader: readerOf(row),
    receipt: row.receipt === null ? undefined : (JSON.parse(row.receipt) as Receipt),
  };
}
