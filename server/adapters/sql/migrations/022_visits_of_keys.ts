/** Which key opened a visit of support: the visit ends with it. Visits from before have none, and end within a quarter of an hour. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table account_sessions add column key_id text`.execute(db);
  await sql`create index sessions_of_key on account_sessions (key_id) where key_id is not null`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table account_sessions drop column key_id`.execute(db);
}
