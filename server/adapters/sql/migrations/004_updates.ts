/** Updates: the bundles that were published, and how each toy fares with its newest. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table bundles (
      board text not null,
      version text not null,
      min_version text not null,
      bytes bytea not null,
      size int4 not null check (size = octet_length(bytes)),
      sha256 text not null,
      signature text not null,
      percent int4 not null check (percent between 0 and 100),
      paused boolean not null,
      published_at int8 not null,
      primary key (board, version)
    )`.execute(db);
  await sql`
    create table update_attempts (
      device_id text primary key references toys on delete cascade,
      version text not null,
      tries int4 not null,
      state text not null check (state in ('offered', 'ok', 'failed', 'refused')),
      at int8 not null
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table update_attempts`.execute(db);
  await sql`drop table bundles`.execute(db);
}
