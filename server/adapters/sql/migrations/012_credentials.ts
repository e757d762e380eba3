/** Credentials for model services, one of an owner for each provider; the values sealed, and erased when they have run out. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // an owner is an account or the tenant, so no reference; the deletion of a family erases its rows and its key
  await sql`
    create table credentials (
      id text primary key,
      owner_id text not null,
      provider text not null check (provider in ('openrouter', 'openai', 'openai_compatible')),
      name text not null,
      version int4 not null default 1 check (version > 0),
      sealed_value bytea,
      sealed_former bytea,
      created_at int8 not null,
      rotated_at int8,
      expires_at int8,
      overlap_until int8,
      warned_at int8,
      failing_since int8,
      unique (owner_id, provider),
      check (sealed_value is not null or expires_at is not null)
    )`.execute(db);
  await sql`create index credentials_by_end on credentials (expires_at)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table credentials`.execute(db);
}
