/** Accounts, their children, and what each consented to. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table accounts (
      id text primary key,
      created_at int8 not null
    )`.execute(db);
  await sql`
    create table children (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      created_at int8 not null,
      unique (id, account_id)
    )`.execute(db);
  await sql`create index children_of_account on children (account_id)`.execute(db);
  // no row is the state "none". SAFETY S1; one row for each recipient, S2
  await sql`
    create table consents (
      child_id text not null references children on delete cascade,
      recipient text not null,
      state text not null check (state in ('pending', 'granted', 'revoked')),
      method text not null,
      notice_version text not null,
      evidence text,
      changed_at int8 not null,
      primary key (child_id, recipient)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table consents`.execute(db);
  await sql`drop table children`.execute(db);
  await sql`drop table accounts`.execute(db);
}
