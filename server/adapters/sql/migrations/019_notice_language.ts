/** What a notice was read in, and the digest of what was shown; who consented before either was kept has neither. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

const TABLES = ["consents", "consent_records"];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of TABLES)
    await sql`alter table ${sql.table(table)}
      add column notice_language text, add column notice_digest text`.execute(db);
  await sql`alter table consent_requests add column notice_language text, add column digests text`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table consent_requests drop column notice_language, drop column digests`.execute(db);
  for (const table of TABLES)
    await sql`alter table ${sql.table(table)}
      drop column notice_language, drop column notice_digest`.execute(db);
}
