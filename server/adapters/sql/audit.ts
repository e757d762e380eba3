/** The audit trail in SQL. */
import type { Insertable, Kysely } from "kysely";
import type { AuditEntry, AuditTrail } from "../../ports.ts";
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
  reason,
}: AuditEntry): Insertable<Tables["audit"]> {
  return {
    at,
    action,
    outcome,
    actor,
    resource: resource ?? null,
    address: address ?? null,
    reason: reason ?? null,
  };
}
