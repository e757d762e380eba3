/** Where the right words of a pairing came from: the paw may be pressed after them, and the audit row of the pairing is written then. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pairing_windows add column picked_address text`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pairing_windows drop column picked_address`.execute(db);
}
