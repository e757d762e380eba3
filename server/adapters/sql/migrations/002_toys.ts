/** Toys: who they are, the last claim that held, the session it opened, and whose they are. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // boot and seq are u32 on the wire: int4 is too small
  await sql`
    create table toys (
      device_id text primary key,
      sealed_prk bytea not null,
      sealed_next_prk bytea,
      pairing_code_hash bytea not null check (octet_length(pairing_code_hash) = 32),
      disabled boolean not null default false,
      quarantined boolean not null default false,
      boot int8 not null default 0,
      seq int8 not null default 0,
      claimed_at int8 not null default 0,
      session_id text,
      firmware_version text,
      owner_id text references accounts,
      child_id text,
      last_command_id int8 not null default 0,
      foreign key (child_id, owner_id) references children (id, account_id),
      check ((owner_id is null) = (child_id is null))
    )`.execute(db);
  await sql`create index toys_of_owner on toys (owner_id)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table toys`.execute(db);
}
