/** Jobs: what is still to be done, and who is doing it. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table jobs (
      id int8 generated always as identity primary key,
      kind text not null,
      about text not null,
      due_at int8 not null,
      tries int4 not null default 0,
      lease int8 not null default 0,
      leased_until int8 not null default 0,
      given_up boolean not null default false,
      unique (kind, about)
    )`.execute(db);
  await sql`create index jobs_by_due on jobs (due_at) where not given_up`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table jobs`.execute(db);
}
