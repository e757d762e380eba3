/** What a person reads their mail in: of a registration, of an account, and of a receipt that outlives its account. Until now all was English. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

const PEOPLE = ["accounts", "registrations"];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of PEOPLE)
    await sql`alter table ${sql.table(table)}
      add column language text not null default 'en' check (language in ('en', 'de'))`.execute(db);
  await sql`alter table deletions add column language text check (language in ('en', 'de'))`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of [...PEOPLE, "deletions"])
    await sql`alter table ${sql.table(table)} drop column language`.execute(db);
}
