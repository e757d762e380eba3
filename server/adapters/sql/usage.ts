/** Counts by day and reports by week in SQL: a turn is one statement. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { Reports, Usage, WeekReport } from "../../ports.ts";
import type { Tables } from "./schema.ts";

export function sqlUsage({ db }: { db: Kysely<Tables> }): Usage {
  return {
    async add({ childId, beganAt, overAt, redirected, escalated }, day, gapMs) {
      await sql`
        insert into usage_days as known
          (child_id, day, turns, talked_ms, conversations, redirected, escalated, last_at)
        select id, ${day}, 1, ${overAt - beganAt}::int8,
          case when exists (
            select 1 from usage_days where child_id = children.id and last_at > ${beganAt - gapMs}::int8
          ) then 0 else 1 end,
          ${redirected ? 1 : 0}::int4, ${escalated ? 1 : 0}::int4, ${overAt}::int8
        from children where id = ${childId}
        on conflict (child_id, day) do update set
          turns = known.turns + 1,
          talked_ms = known.talked_ms + excluded.talked_ms,
          conversations = known.conversations + excluded.conversations,
          redirected = known.redirected + excluded.redirected,
          escalated = known.escalated + excluded.escalated,
          last_at = greatest(known.last_at, excluded.last_at)`.execute(db);
    },

    async days(first, last, after, most) {
      const rows = await db
        .selectFrom("usage_days")
        .selectAll()
        .where("day", ">=", first)
        .where("day", "<=", last)
        .where("child_id", ">", after)
        .orderBy("child_id")
        .orderBy("day")
        .limit(most)
        .execute();
      return rows.map((row) => ({
        childId: row.child_id,
        day: row.day,
        turns: row.turns,
        talkedMs: row.talked_ms,
        conversations: row.conversations,
        redirected: row.redirected,
        escalated: row.escalated,
      }));
    },

    async forgetBefore(day) {
      await db.deleteFrom("usage_days").where("day", "<", day).execute();
    },
  };
}

export function sqlReports({ db }: { db: Kysely<Tables> }): Reports {
  return {
    async add({ id, childId, week, byDay, ...counts }, at) {
      const { turns, minutes, conversations, redirected, escalated } = counts;
      const row = await db
        .insertInto("reports")
        .columns([
          ...(["id", "child_id", "week", "turns", "minutes", "conversations"] as const),
          ...(["redirected", "escalated", "by_day", "made_at"] as const),
        ])
        .expression((from) =>
          from
            .selectFrom("children")
            .select([
              sql<string>`${id}`.as("id"),
              "children.id as child_id",
              sql<string>`${week}`.as("week"),
              sql<number>`${turns}::int4`.as("turns"),
              sql<number>`${minutes}::int4`.as("minutes"),
              sql<number>`${conversations}::int4`.as("conversations"),
              sql<number>`${redirected}::int4`.as("redirected"),
              sql<number>`${escalated}::int4`.as("escalated"),
              sql<string>`${JSON.stringify(byDay)}`.as("by_day"),
              sql<number>`${at}::int8`.as("made_at"),
            ])
            .where("children.id", "=", childId),
        )
        .onConflict((there) => there.doNothing())
        .returning((made) =>
          made
            .selectFrom("children")
            .select("account_id")
            .whereRef("children.id", "=", "reports.child_id")
            .as("account_id"),
        )
        .executeTakeFirst();
      return row?.account_id ?? undefined;
    },

    async list(accountId, childId, most) {
      const rows = await db
        .selectFrom("reports")
        .innerJoin("children", "children.id", "reports.child_id")
        .selectAll("reports")
        .where("children.account_id", "=", accountId)
        .$if(childId !== undefined, (all) => all.where("child_id", "=", childId!))
        .orderBy("week", "desc")
        .orderBy("child_id")
        .limit(most)
        .execute();
      return rows.map(reportOf);
    },

    async readers(week, after, most) {
      const rows = await db
        .selectFrom("accounts")
        .select(["id", "email", "language"])
        .where("email", "is not", null)
        .where("deleted_at", "is", null)
        .where("report_mail", "=", true)
        .where("id", ">", after)
        .where((there) =>
          there.exists(
            there
              .selectFrom("reports")
              .innerJoin("children", "children.id", "reports.child_id")
              .select("reports.id")
              .whereRef("children.account_id", "=", "accounts.id")
              .where("week", "=", week),
          ),
        )
        .orderBy("id")
        .limit(most)
        .execute();
      return rows.map(({ id, email, language }) => ({ accountId: id, email: email!, language }));
    },

    async forgetBefore(week) {
      await db.deleteFrom("reports").where("week", "<", week).execute();
    },
  };
}

function reportOf(row: Selectable<Tables["reports"]>): WeekReport {
  return {
    id: row.id,
    childId: row.child_id,
    week: row.week,
    turns: row.turns,
    minutes: row.minutes,
    conversations: row.conversations,
    redirected: row.redirected,
    escalated: row.escalated,
    byDay: JSON.parse(row.by_day) as WeekReport["byDay"],
  };
}
