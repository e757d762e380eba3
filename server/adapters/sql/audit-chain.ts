/** The audit chain in SQL: whichever cell has the lock links what waits, in one transaction; the others do without. */
import { sql } from "kysely";
import type { Kysely, Selectable, Transaction } from "kysely";
import type { AuditChain, ChainDay, ChainStep, ChainTail } from "../../ports.ts";
import { auditRow, auditRowOf } from "./audit.ts";
import type { Tables } from "./schema.ts";

type Tx = Transaction<Tables>;

/** one lock of the database; the number is ours */
const LOCK = 7_295_001;

export function sqlAuditChain({ db }: { db: Kysely<Tables> }): AuditChain {
  return {
    async waiting(most, before) {
      const asked =
        before === undefined
          ? sql`audit_unlinked`
          : sql`audit_unlinked join audit on id = audit_id where at < ${before}`;
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from (select from ${asked} limit ${most}) as waiting`.execute(db);
      return rows[0]!.count;
    },

    tail: () => tailOf(db),

    async extend(most, now, next) {
      return db.transaction().execute(async (tx) => {
        const { rows: locks } = await sql<{ taken: boolean }>`
          select pg_try_advisory_xact_lock(${LOCK}) as taken`.execute(tx);
        if (!locks[0]!.taken) return undefined;
        const tail = await tailOf(tx);
        const waiting = await tx
          .selectFrom("audit_unlinked")
          .innerJoin("audit", "audit.id", "audit_unlinked.audit_id")
          .selectAll("audit")
          .orderBy("audit.id")
          .limit(most)
          .execute();
        const rows = waiting.map(auditRowOf);
        const step = next(tail, rows);
        await write(tx, step, now);
        return { step, rows };
      });
    },

    async days() {
      const rows = await db.selectFrom("audit_days").selectAll().orderBy("day").execute();
      return rows.map(dayOf);
    },

    async links(day, after, most) {
      const rows = await db
        .selectFrom("audit_links")
        .leftJoin("audit", "audit.id", "audit_links.audit_id")
        .selectAll("audit")
        .select(["audit_links.place", "audit_links.audit_id", "audit_links.mac"])
        .where("day", "=", day)
        .where("place", ">", after)
        .orderBy("place")
        .limit(most)
        .execute();
      return rows.map((row) => ({
        link: { day, place: row.place, auditId: row.audit_id, mac: row.mac },
        row: row.id === null ? undefined : auditRowOf(row as Selectable<Tables["audit"]>),
      }));
    },

    async strays(most) {
      const { rows } = await sql<{ id: number }>`
        select id from audit
        where not exists (select from audit_links join audit_days using (day) where audit_id = audit.id)
          and not exists (select from audit_unlinked where audit_id = audit.id)
        union
        select audit_id from audit_unlinked where not exists (select from audit where id = audit_id)
        order by 1 limit ${most}`.execute(db);
      return rows.map(({ id }) => id);
    },

    async unexported(most) {
      const rows = await db
        .selectFrom("audit_days")
        .selectAll()
        .where("seal", "is not", null)
        .where("exported_at", "is", null)
        .orderBy("day")
        .limit(most)
        .execute();
      return rows.map(dayOf);
    },

    async exported(day, at) {
      await db.updateTable("audit_days").set({ exported_at: at }).where("day", "=", day).execute();
    },

    async archive(day, parts) {
      const { numUpdatedRows } = await db
        .updateTable("audit_days")
        .set({ archive_parts: parts })
        .where("day", "=", day)
        .where("seal", "is not", null)
        .where("dropped", "is", null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async drop(day, { proof, archived }, most, entry) {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("audit_days")
          .set({ dropped: proof })
          .where("day", "=", day)
          .where("seal", "is not", null)
          .where("dropped", "is", null)
          .where("archive_parts", "is not distinct from", sql<number | null>`${archived ?? null}::int8`)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
        await sql`select set_config('bearlink.audit_retention', 'on', true)`.execute(tx);
        const { rows } = await sql<{ count: number }>`
          with gone as (
            delete from audit_links where (day, place) in (
              select l.day, l.place from audit_links l join audit_days d on d.day = l.day
              where d.day = ${day} and d.dropped is not null order by l.place desc limit ${most})
            returning audit_id),
          rows as (delete from audit where id in (select audit_id from gone))
          select count(*) as count from gone`.execute(tx);
        return rows[0]!.count;
      });
    },

    async unarchive(day, proof, entry) {
      await db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("audit_days")
          .set({ dropped: proof, archive_parts: null })
          .where("day", "=", day)
          .where("dropped", "is not", null)
          .where("archive_parts", "is not", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
      });
    },
  };
}

async function tailOf(db: Kysely<Tables>): Promise<ChainTail | undefined> {
  const row = await db
    .selectFrom("audit_days")
    .selectAll()
    .orderBy("day", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!row) return undefined;
  const day = dayOf(row);
  if (day.sealed) return { day, place: day.sealed.places, mac: day.sealed.head };
  const last = await db
    .selectFrom("audit_links")
    .select(["place", "mac"])
    .where("day", "=", day.day)
    .orderBy("place", "desc")
    .limit(1)
    .executeTakeFirst();
  return { day, place: last?.place ?? 0, mac: last?.mac ?? day.opening };
}

async function write(tx: Tx, { seal, open, links }: ChainStep, now: number): Promise<void> {
  if (seal)
    await tx
      .updateTable("audit_days")
      .set({ ...seal.end, sealed_at: now })
      .where("day", "=", seal.day)
      .where("seal", "is", null)
      .execute();
  if (open)
    await tx
      .insertInto("audit_days")
      .values({ day: open.day, key_id: open.keyId, opening: open.opening })
      .execute();
  if (links.length === 0) return;
  const rows = links.map(({ day, place, auditId, mac }) => ({ day, place, audit_id: auditId, mac }));
  await tx.insertInto("audit_links").values(rows).execute();
  await sql`
    delete from audit_unlinked where audit_id = any(${rows.map(({ audit_id }) => audit_id)}::int8[])`.execute(
    tx,
  );
}

function dayOf(row: Selectable<Tables["audit_days"]>): ChainDay {
  const { day, key_id, opening, places, head, seal, dropped, archive_parts } = row;
  return {
    day,
    keyId: key_id,
    opening,
    sealed: places !== null && head && seal ? { places, head, seal } : undefined,
    dropped: dropped ?? undefined,
    archived: archive_parts ?? undefined,
  };
}
