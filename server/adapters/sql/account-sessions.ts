/** Sessions of people in SQL: the one record of who is signed in, asked at every request. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import { MAX_PARENT_SESSIONS, REFRESH_AGAIN_MS, SESSION_IDLE_MS } from "../../bounds.ts";
import type { ParentSession, ParentSessions } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import { compiled } from "./compiled.ts";
import { gathered } from "./gathered.ts";
import type { Tables } from "./schema.ts";

type Db = Kysely<Tables>;

/** Locked until the end of `tx`: what a key opens while it is revoked ends with it. */
async function keyHolds(tx: Db, keyId: string, now: number): Promise<boolean> {
  const key = await tx
    .selectFrom("developer_keys")
    .select("id")
    .where("id", "=", keyId)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .forShare()
    .executeTakeFirst();
  return key !== undefined;
}

/** Ends what stands of these accounts' sessions, and answers with the ids. */
export async function endSessions(db: Db, accountIds: string[], now: number): Promise<string[]> {
  const rows = await db
    .updateTable("account_sessions")
    .set({ ended_at: now })
    .where("account_id", "in", accountIds)
    .where("ended_at", "is", null)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

export function sqlParentSessions({ db }: { db: Db }): ParentSessions {
  /** Sessions that nobody ended, with whom they are of: neither the person nor the family was deleted. */
  const open = () =>
    db
      .selectFrom("account_sessions as session")
      .innerJoin("accounts as person", "person.id", "session.account_id")
      .leftJoin("accounts as family", "family.id", "person.guardian_of")
      .where("session.ended_at", "is", null)
      .where("person.deleted_at", "is", null)
      .where("family.deleted_at", "is", null);
  const standing = (now: number) => open().where("session.expires_at", ">", now);

  // asked at every request of every parent
  const rowsOf = compiled(db, ({ sessionIds }: { sessionIds: string[] }) =>
    open()
      .select([
        ...(["session.id as session_id", "session.role", "session.signed_in_at"] as const),
        ...(["session.expires_at", "person.id", "person.guardian_of", "person.tier"] as const),
        "family.tier as family_tier",
      ])
      .where(sql<boolean>`session.id = any(${sessionIds}::text[])`),
  );
  const openOf = gathered(async (sessionIds: string[]) => {
    const { rows } = await rowsOf({ sessionIds });
    return new Map(rows.map((row) => [row.session_id, row]));
  });

  return {
    async open(session, entry, refreshHash) {
      return db.transaction().execute(async (tx) => {
        await tx.insertInto("account_sessions").values(rowOf(session)).execute();
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        if (refreshHash)
          await tx
            .insertInto("refresh_tokens")
            .values({ hash: refreshHash, session_id: session.id, issued_at: session.signedInAt })
            .execute();
        // with their tokens: nothing can be exchanged for them any more
        await tx
          .deleteFrom("account_sessions")
          .where("account_id", "=", session.accountId)
          .where("expires_at", "<", session.signedInAt - SESSION_IDLE_MS)
          .execute();
        const oldest = await tx
          .selectFrom("account_sessions")
          .select("id")
          .where("account_id", "=", session.accountId)
          .where("ended_at", "is", null)
          .where("expires_at", ">", session.signedInAt)
          .orderBy("used_at", "desc")
          .offset(MAX_PARENT_SESSIONS)
          .execute();
        const ids = oldest.map(({ id }) => id);
        if (ids.length > 0)
          await tx
            .updateTable("account_sessions")
            .set({ ended_at: session.signedInAt })
            .where("id", "in", ids)
            .execute();
        return ids;
      });
    },

    async openVisit(visit, keyId, entries) {
      return db.transaction().execute(async (tx) => {
        if (keyId !== undefined && !(await keyHolds(tx, keyId, visit.signedInAt))) return false;
        await tx
          .insertInto("account_sessions")
          .values({ ...rowOf(visit), key_id: keyId ?? null })
          .execute();
        await tx.insertInto("audit").values(entries.map(auditRow)).execute();
        return true;
      });
    },

    async standing(sessionId, now) {
      const row = await openOf(sessionId);
      if (!row || row.expires_at <= now) return undefined;
      return {
        accountId: row.id,
        familyId: row.guardian_of ?? row.id,
        role: row.role,
        signedInAt: row.signed_in_at,
        tier: row.family_tier ?? row.tier,
      };
    },

    async standingOf(sessionIds, now) {
      const rows = await standing(now)
        .select("session.id")
        .where(sql<boolean>`session.id = any(${sessionIds}::text[])`)
        .execute();
      return new Set(rows.map(({ id }) => id));
    },

    async list(accountId, now) {
      const rows = await standing(now)
        .selectAll("session")
        .where("session.account_id", "=", accountId)
        .orderBy("session.used_at", "desc")
        .orderBy("session.id")
        .execute();
      return rows.map(sessionOf);
    },

    async rotate(formerHash, nextHash, now, expiresAt, reuse, sealedNext) {
      return db.transaction().execute(async (tx) => {
        const taken = await tx
          .updateTable("refresh_tokens")
          .set({ used_at: now, sealed_next: sealedNext ?? null })
          .where("hash", "=", formerHash)
          .where("used_at", "is", null)
          .returning("session_id")
          .executeTakeFirst();
        if (!taken) {
          const lost = await tx
            .selectFrom("refresh_tokens as token")
            .innerJoin("account_sessions as session", "session.id", "token.session_id")
            .selectAll("session")
            .select("token.sealed_next")
            .where("token.hash", "=", formerHash)
            .where("token.used_at", ">", now - REFRESH_AGAIN_MS)
            .where("token.sealed_next", "is not", null)
            .where("session.ended_at", "is", null)
            .where("session.expires_at", ">", now)
            .executeTakeFirst();
          if (lost) return { state: "again", session: sessionOf(lost), sealedNext: lost.sealed_next! };
          const reused = await tx
            .updateTable("account_sessions")
            .set({ ended_at: now })
            .where("id", "=", (token) =>
              token.selectFrom("refresh_tokens").select("session_id").where("hash", "=", formerHash),
            )
            .where("ended_at", "is", null)
            .returning(["id", "account_id"])
            .executeTakeFirst();
          if (!reused) return { state: "unknown" };
          const { id: sessionId, account_id: accountId } = reused;
          const entry = { ...reuse, actor: accountId, resource: sessionId };
          await tx.insertInto("audit").values(auditRow(entry)).execute();
          return { state: "reused", sessionId, accountId };
        }
        const row = await tx
          .updateTable("account_sessions")
          .set({ used_at: now, expires_at: sql<number>`least(${expiresAt}::int8, ends_at)` })
          .where("id", "=", taken.session_id)
          .where("ended_at", "is", null)
          .where("expires_at", ">", now)
          .returningAll()
          .executeTakeFirst();
        if (!row) return { state: "unknown" };
        // the answer before has arrived: nobody needs it again
        await tx
          .updateTable("refresh_tokens")
          .set({ sealed_next: null })
          .where("session_id", "=", row.id)
          .where("hash", "!=", formerHash)
          .where("sealed_next", "is not", null)
          .execute();
        await tx
          .insertInto("refresh_tokens")
          .values({ hash: nextHash, session_id: row.id, issued_at: now })
          .execute();
        // older than any token that could still be exchanged
        await tx
          .deleteFrom("refresh_tokens")
          .where("session_id", "=", row.id)
          .where("issued_at", "<", now - SESSION_IDLE_MS)
          .execute();
        return { state: "rotated", session: sessionOf(row) };
      });
    },

    async findByRefresh(hash) {
      const row = await db
        .selectFrom("refresh_tokens")
        .innerJoin("account_sessions as session", "session.id", "session_id")
        .select(["session.id", "session.account_id"])
        .where("hash", "=", hash)
        .executeTakeFirst();
      return row && { sessionId: row.id, accountId: row.account_id };
    },

    async end(accountId, sessionId, entry) {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("account_sessions")
          .set({ ended_at: entry.at })
          .where("id", "=", sessionId)
          .where("account_id", "=", accountId)
          .where("ended_at", "is", null)
          .where("expires_at", ">", entry.at)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return numUpdatedRows === 1n;
      });
    },

    async endAll(accountId, entry) {
      return db.transaction().execute(async (tx) => {
        const ended = await endSessions(tx, [accountId], entry.at);
        if (ended.length > 0) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return ended;
      });
    },
  };
}

function rowOf(session: Parameters<ParentSessions["open"]>[0]) {
  return {
    id: session.id,
    account_id: session.accountId,
    role: session.role,
    signed_in_at: session.signedInAt,
    used_at: session.signedInAt,
    expires_at: session.expiresAt,
    ends_at: session.endsAt,
    device: session.device,
    address: session.address,
  };
}

function sessionOf(row: Selectable<Tables["account_sessions"]>): ParentSession {
  return {
    id: row.id,
    accountId: row.account_id,
    role: row.role,
    signedInAt: row.signed_in_at,
    usedAt: row.used_at,
    expiresAt: row.expires_at,
    endsAt: row.ends_at,
    device: row.device,
    address: row.address,
  };
}
