/** A refresh whose answer was lost is answered alike for a moment: the next token, legible to whoever has the one before. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table refresh_tokens add column sealed_next bytea`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table refresh_tokens drop column sealed_next`.execute(db);
}
