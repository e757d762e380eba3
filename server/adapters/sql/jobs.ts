/** Jobs in SQL: one statement decides who of many cells gets one, and an older lease changes nothing. */
import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import type { Job, Jobs, NewJob } from "../../ports.ts";
import type { Tables } from "./schema.ts";

type Db = Kysely<Tables>;

/** For changes that leave work behind them: in their own transaction. */
export async function addJob(db: Db | Transaction<Tables>, { kind, about, dueAt }: NewJob): Promise<void> {
  await db
    .insertInto("jobs")
    .values({ kind, about, due_at: dueAt })
    .onConflict((there) =>
      there
        .columns(["kind", "about"])
        .doUpdateSet({ due_at: sql<number>`least(jobs.due_at, excluded.due_at)`, given_up: false }),
    )
    .execute();
}

/** false where it is done, or being done. */
export async function cancelJob(
  db: Db | Transaction<Tables>,
  kind: string,
  about: string,
  now: number,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("jobs")
    .where("kind", "=", kind)
    .where("about", "=", about)
    .where("leased_until", "<=", now)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}

export function sqlJobs({ db }: { db: Db }): Jobs {
  const held = ({ id, lease }: Job) =>
    db.updateTable("jobs").where("id", "=", id).where("lease", "=", lease).where("leased_until", ">", 0);

  return {
    add: (job) => addJob(db, job),

    async take(kinds, now, leaseMs) {
      const row = await db
        .updateTable("jobs")
        .set({
          lease: sql<number>`lease + 1`,
          tries: sql<number>`tries + 1`,
          leased_until: now + leaseMs,
        })
        .where("id", "=", (jobs) =>
          jobs
            .selectFrom("jobs")
            .select("id")
            .where(sql<boolean>`kind = any(${kinds}::text[])`)
            .where("due_at", "<=", now)
            .where("leased_until", "<=", now)
            .where("given_up", "=", false)
            .orderBy("due_at")
            .orderBy("id")
            .limit(1)
            .forUpdate()
            .skipLocked(),
        )
        .returningAll()
        .executeTakeFirst();
      return (
        row && {
          id: row.id,
          kind: row.kind,
          about: row.about,
          dueAt: row.due_at,
          tries: row.tries,
          lease: row.lease,
        }
      );
    },

    async keep(job, until) {
      const { numUpdatedRows } = await held(job).set({ leased_until: until }).executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async finish({ id, lease }) {
      await db.deleteFrom("jobs").where("id", "=", id).where("lease", "=", lease).execute();
    },

    async putBack(job, dueAt, tries) {
      await held(job).set({ due_at: dueAt, tries, leased_until: 0 }).execute();
    },

    async giveUp(job) {
      await held(job).set({ given_up: true, leased_until: 0 }).execute();
    },

    async revive(now) {
      const { numUpdatedRows } = await db
        .updateTable("jobs")
        .set({ given_up: false, tries: 0, due_at: now })
        .where("given_up", "=", true)
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },

    cancel: (kind, about, now) => cancelJob(db, kind, about, now),
  };
}
