/** Keys of the vault: the masters as a KMS wrapped them, and each owner's secret, erased where it is destroyed. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // `kek` names the key that wrapped it, and tells nothing of it
  await sql`
    create table vault_masters (
      version int4 primary key check (version > 0),
      kek text not null,
      wrapped bytea not null,
      created_at int8 not null
    )`.execute(db);
  // no reference to accounts: that a secret was destroyed outlasts its account
  await sql`
    create table vault_owners (
      owner_id text primary key,
      version int4 not null default 1 check (version between 1 and 255),
      sealed_secret bytea,
      created_at int8 not null,
      destroyed_at int8,
      check ((sealed_secret is null) = (destroyed_at is not null))
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table vault_owners`.execute(db);
  await sql`drop table vault_masters`.execute(db);
}
