/** The sweeper's work in SQL: for each category of retention.yaml, what is past its time and goes. SAFETY S4 */
import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import { PAIR_WINDOW_S } from "../../bounds.ts";
import type { Retention } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

interface Past {
  now: number;
  before: number | undefined;
  most: number;
}

const DAY_MS = 86_400_000;
/** Before it, what a child says is past the time that its parent chose. */
const childsTime = (now: number): RawBuilder<number> =>
  sql<number>`(${now} - children.retention_days * ${DAY_MS}::int8)`;

/** Each deletes at most `most` rows, those that hang on them not counted. */
const sweeps: Record<string, (past: Past) => RawBuilder<unknown>[]> = {
  conversations: ({ now, most }) => [
    sql`delete from conversations where id in (
      select conversations.id from conversations join children on children.id = child_id
      where started_at < ${now} and last_at < ${childsTime(now)} limit ${most})`,
    // of one that goes on
    sql`delete from messages where (conversation_id, turn_id, role) in (
      select conversation_id, turn_id, role from messages
      join conversations on conversations.id = conversation_id join children on children.id = child_id
      where started_at < ${childsTime(now)} and at < ${childsTime(now)} limit ${most})`,
  ],
  disclosures: ({ before, most }) => [
    sql`delete from safety_queue where id in (select id from safety_queue where at < ${before} limit ${most})`,
  ],
  alerts: ({ before, most }) => [
    sql`delete from alerts where id in (select id from alerts where at < ${before} limit ${most})`,
  ],
  requests: ({ now, most }) => [
    sql`delete from consent_requests where request_id in (
      select request_id from consent_requests where expires_at <= ${now} limit ${most})`,
  ],
  pairing: ({ before, most }) => [
    sql`delete from pairing_windows where window_id in (
      select window_id from pairing_windows where expires_at < ${before! + PAIR_WINDOW_S * 1000} limit ${most})`,
  ],
  counts: ({ before, most }) => [
    sql`delete from usage_days where (child_id, day) in (
      select child_id, day from usage_days where last_at < ${before} limit ${most})`,
  ],
  reports: ({ before, most }) => [
    sql`delete from reports where id in (select id from reports where made_at < ${before} limit ${most})`,
  ],
  exports: ({ before, most }) => [
    sql`delete from export_parts where (export_id, number) in (
      select export_id, number from export_parts join exports on exports.id = export_id
      where requested_at < ${before} limit ${most})`,
  ],
  // one that is done names no child; one that waits is not past its time
  leaving: ({ before, most }) => [
    sql`delete from deletions where id in (
      select id from deletions where state = 'cancelled' and requested_at < ${before} limit ${most})`,
  ],
};

export function sqlRetention({ db }: { db: Kysely<Tables> }): Retention {
  return {
    async sweep(category, past, most) {
      const statements = sweeps[category];
      if (!statements) throw new Error(`nobody knows how to sweep ${category}`);
      let gone = 0;
      for (const statement of statements({ ...past, most })) {
        const { numAffectedRows = 0n } = await statement.execute(db);
        gone += Number(numAffectedRows);
      }
      return Math.min(gone, most);
    },

    async abandoned(before, most) {
      const rows = await db
        .selectFrom("children")
        .select(["children.id", "children.account_id"])
        // the demo family's child is nobody
        .where("sealed_profile", "is not", null)
        .where("created_at", "<", before)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom("account_sessions")
                .innerJoin("accounts", "accounts.id", "account_sessions.account_id")
                .select("account_sessions.id")
                .where("used_at", ">=", before)
                .where((one) =>
                  one.or([
                    one("accounts.id", "=", one.ref("children.account_id")),
                    one("accounts.guardian_of", "=", one.ref("children.account_id")),
                  ]),
                ),
            ),
          ),
        )
        .where(({ not, exists, selectFrom, ref }) =>
          not(
            exists(
              selectFrom("toys")
                .select("device_id")
                .where("toys.owner_id", "=", ref("children.account_id"))
                .where("claimed_at", ">=", before),
            ),
          ),
        )
        .orderBy("children.created_at")
        .limit(most)
        .execute();
      return rows.map((row) => ({ accountId: row.account_id, childId: row.id }));
    },

    async remove(childId, entry) {
      await db.transaction().execute(async (tx) => {
        await tx.deleteFrom("children").where("id", "=", childId).executeTakeFirstOrThrow();
        await tx.insertInto("audit").values(auditRow(entry)).execute();
      });
    },
  };
}
