/** The audit trail in SQL: entries written with the acts they are of, and read again. */
import { sql } from "kysely";
import type { InsertObject, Kysely, Selectable } from "kysely";
import type { AuditCount, AuditEntry, AuditReader, AuditRow, AuditTrail } from "../../ports.ts";
import type { Tables } from "./schema.ts";

export function sqlAudit({ db }: { db: Kysely<Tables> }): AuditTrail {
  return {
    async append(entry) {
      await db.insertInto("audit").values(auditRow(entry)).execute();
    },
  };
}

/** An entry as its row, for changes that write both in one transaction. */
export function auditRow({
  at,
  action,
  outcome,
  actor,
  resource,
  address,
  device,
  reason,
  accountId,
}: AuditEntry): InsertObject<Tables, "audit"> {
  return {
    at,
    action,
    outcome,
    actor,
    resource: resource ?? null,
    address: address ?? null,
    device: device ?? null,
    reason: reason ?? null,
    // the family of who acted, else of what was acted on: as it is now, and not as it will be when it is read
    account_id: sql<string | null>`coalesce(
      ${accountId ?? null}::text,
      (select coalesce(guardian_of, id) from accounts where id = ${actor}),
      (select coalesce(guardian_of, id) from accounts where id = ${resource ?? null}),
      (select owner_id from toys where device_id = ${resource ?? null}))`,
  };
}

export function auditRowOf(row: Selectable<Tables["audit"]>): AuditRow {
  const { id, at, action, outcome, actor, resource, address, device, reason, account_id } = row;
  return { id, at, action, outcome, actor, resource, address, device, reason, accountId: account_id };
}

export function sqlAuditReader({ db }: { db: Kysely<Tables> }): AuditReader {
  return {
    async page(filter, most, before) {
      const { accountId, action, actor, resource, outcome, from, to } = filter;
      const rows = await db
        .selectFrom("audit")
        .selectAll()
        .$if(accountId !== undefined, (query) => query.where("account_id", "=", accountId!))
        .$if(action !== undefined, (query) => query.where("action", "=", action!))
        .$if(actor !== undefined, (query) => query.where("actor", "=", actor!))
        .$if(resource !== undefined, (query) => query.where("resource", "=", resource!))
        .$if(outcome !== undefined, (query) => query.where("outcome", "=", outcome!))
        .$if(from !== undefined, (query) => query.where("at", ">=", from!))
        .$if(to !== undefined, (query) => query.where("at", "<", to!))
        .$if(before !== undefined, (query) => query.where("id", "<", before!))
        .orderBy("id", "desc")
        .limit(most)
        .execute();
      return rows.map(auditRowOf);
    },

    async often({ actions, outcome, by, of, least, since, whose, after, most }) {
      const counted = of === "rows" ? sql`count(*)` : sql`count(distinct address)`;
      const isThere = sql`exists (select from accounts where accounts.id = audit.account_id)`;
      const theirs =
        whose === "families"
          ? isThere
          : whose === "nobody"
            ? sql`not ${isThere}`
            : sql`account_id = ${whose.accountId}`;
      const beyond = after
        ? sql`(account_id, ${sql.ref(by)}) > (${after.accountId}, ${after.who})`
        : sql`true`;
      const { rows } = await sql<AuditCount>`
        select ${sql.ref(by)} as who, account_id as "accountId", ${counted} as count
        from audit
        where at >= ${since} and action = any(${actions as string[]}::text[])
          and (${outcome ?? null}::text is null or outcome = ${outcome ?? null})
          and ${theirs} and ${beyond}
          and ${sql.ref(by)} is not null
        group by 1, 2 having ${counted} >= ${least}
        order by ${after ? sql`2, 1` : sql`3 desc, 1, 2`} limit ${most}`.execute(db);
      return rows;
    },
  };
}
