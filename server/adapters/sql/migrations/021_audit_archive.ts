/** Parts of a day of the audit trail that its archive has, or is being given. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table audit_days add column archive_parts int8 check (archive_parts > 0)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table audit_days drop column archive_parts`.execute(db);
}
