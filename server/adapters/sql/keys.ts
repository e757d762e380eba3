/** Developer keys in SQL: a key holds as long as the one that made it, and ends with it in one statement. */
import { sql } from "kysely";
import type { Kysely, RawBuilder, Selectable, Transaction } from "kysely";
import type { DeveloperKey, DeveloperKeys, Scope } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

type Holding = Pick<Selectable<Tables["developer_keys"]>, "revoked_at" | "expires_at">;

export function sqlKeys({ db }: { db: Kysely<Tables> }): DeveloperKeys {
  return {
    async add(key, hash, most, entry) {
      return db.transaction().execute(async (tx) => {
        if (key.makerId !== undefined) {
          const makers = await lockMakers(tx, sql`${key.makerId}`);
          const holds = makers.every(
            ({ revoked_at, expires_at }) =>
              revoked_at === null && expires_at > key.createdAt && expires_at >= key.expiresAt,
          );
          if (makers.length === 0 || !holds) return false;
        }
        const { count } = await tx
          .selectFrom("developer_keys")
          .select(sql<number>`count(*)`.as("count"))
          .where("maker_id", key.makerId === undefined ? "is" : "=", key.makerId ?? null)
          .where("revoked_at", "is", null)
          .where("expires_at", ">", key.createdAt)
          .executeTakeFirstOrThrow();
        if (count >= most) return false;
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("developer_keys")
          .values({
            id: key.id,
            hash,
            name: key.name,
            scopes: key.scopes.join(" "),
            maker_id: key.makerId ?? null,
            created_at: key.createdAt,
            expires_at: key.expiresAt,
          })
          .onConflict((taken) => taken.doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    async find(id) {
      const row = await db.selectFrom("developer_keys").selectAll().where("id", "=", id).executeTakeFirst();
      return row && { ...keyOf(row), hash: row.hash };
    },

    async list(makerId) {
      const { rows } = await sql<Selectable<Tables["developer_keys"]>>`
        with recursive made as (
          select * from developer_keys where ${makerId === undefined ? sql`maker_id is null` : sql`maker_id = ${makerId}`}
          union all select k.* from developer_keys k join made on k.maker_id = made.id)
        select * from made order by created_at desc, id`.execute(db);
      return rows.map(keyOf);
    },

    async change(id, { name, expiresAt }, entry) {
      return db.transaction().execute(async (tx) => {
        const own = sql`(select maker_id from developer_keys where id = ${id})`;
        const makers = expiresAt === undefined ? [] : await lockMakers(tx, own);
        const end = expiresAt && Math.min(expiresAt, ...makers.map(({ expires_at }) => expires_at));
        const row = await tx
          .updateTable("developer_keys")
          .set({ id }) // nothing is a change too
          .$if(name !== undefined, (update) => update.set({ name: name! }))
          .$if(end !== undefined, (update) => update.set({ expires_at: end! }))
          .where("id", "=", id)
          .where("revoked_at", "is", null)
          .where("expires_at", ">", entry.at)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        // what it made holds no longer than it
        if (end !== undefined)
          await sql`
            with recursive made as (
              select id from developer_keys where maker_id = ${id}
              union all select k.id from developer_keys k join made on k.maker_id = made.id)
            update developer_keys set expires_at = least(expires_at, ${end})
            where id in (select id from made)`.execute(tx);
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return keyOf(row);
      });
    },

    async revoke(id, now, entry) {
      return db.transaction().execute(async (tx) => {
        // locked as `add` locks a maker: what it makes at this moment ends too
        await sql`select id from developer_keys where id = ${id} for update`.execute(tx);
        const { rows } = await sql<{ id: string }>`
          with recursive ended as (
            select id from developer_keys where id = ${id}
            union all select k.id from developer_keys k join ended on k.maker_id = ended.id)
          update developer_keys set revoked_at = ${now}
          where id in (select id from ended) and revoked_at is null
          returning id`.execute(tx);
        const ended = rows.map((row) => row.id);
        if (ended.length === 0) return { keys: ended, visits: [] };
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        const visits = await tx
          .updateTable("account_sessions")
          .set({ ended_at: now })
          .where("key_id", "in", ended)
          .where("ended_at", "is", null)
          .where("expires_at", ">", now)
          .returning("id")
          .execute();
        return { keys: ended, visits: visits.map(({ id }) => id) };
      });
    },

    async standing(ids, now) {
      const rows = await db
        .selectFrom("developer_keys")
        .select("id")
        .where(sql<boolean>`id = any(${ids as string[]}::text[])`)
        .where("revoked_at", "is", null)
        .where("expires_at", ">", now)
        .execute();
      return new Set(rows.map((row) => row.id));
    },

    async used(uses) {
      const rows = [...uses].map(([id, { count, at }]) => ({ id, count, at }));
      await sql`
        update developer_keys k set
          uses = k.uses + u.count,
          last_used_at = greatest(k.last_used_at, u.at)
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as u(id text, count int8, at int8)
        where k.id = u.id`.execute(db);
    },
  };
}

/** The key `id` and those above it, the first of them first: what one of them makes, or is given, while another ends or is given less does not outlive that. */
async function lockMakers(tx: Transaction<Tables>, id: RawBuilder<unknown>): Promise<Holding[]> {
  const { rows } = await sql<Holding>`
    with recursive makers as (
      select id, maker_id, 0 as depth from developer_keys where id = ${id}
      union all
      select k.id, k.maker_id, depth + 1 from developer_keys k join makers on k.id = makers.maker_id)
    select k.revoked_at, k.expires_at from developer_keys k join makers on makers.id = k.id
    order by depth desc for update of k`.execute(tx);
  return rows;
}

function keyOf(row: Selectable<Tables["developer_keys"]>): DeveloperKey {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes.split(" ") as Scope[],
    makerId: row.maker_id ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    uses: row.uses,
  };
}
