/** Keys of developers and fleets: their digests, what they may, and who made them. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table developer_keys (
      id text primary key check (id ~ '^[0-9a-f]{8}$'),
      hash bytea not null unique check (octet_length(hash) = 32),
      name text not null,
      scopes text not null check (scopes <> ''),
      maker_id text references developer_keys,
      created_at int8 not null,
      expires_at int8 not null,
      revoked_at int8,
      last_used_at int8,
      uses int8 not null default 0
    )`.execute(db);
  await sql`create index developer_keys_by_maker on developer_keys (maker_id)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table developer_keys`.execute(db);
}
