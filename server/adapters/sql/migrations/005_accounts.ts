/** Accounts that people sign in to: address, password, passkeys, sessions with their refresh tokens, and the links of mails. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // none of these for the demo family, nor for an account that was deleted and waits for its job
  await sql`
    alter table accounts
      add column email text unique,
      add column name text,
      add column password_hash text,
      add column guardian_of text references accounts on delete cascade,
      add column deleted_at int8`.execute(db);
  await sql`create index guardians_of_account on accounts (guardian_of)`.execute(db);
  await sql`
    create table registrations (
      token_hash bytea primary key check (octet_length(token_hash) = 32),
      email text not null,
      name text not null,
      password_hash text not null,
      expires_at int8 not null
    )`.execute(db);
  await sql`create index registrations_of_email on registrations (email)`.execute(db);
  await sql`create index registrations_by_end on registrations (expires_at)`.execute(db);
  await sql`
    create table password_resets (
      token_hash bytea primary key check (octet_length(token_hash) = 32),
      account_id text not null references accounts on delete cascade,
      expires_at int8 not null
    )`.execute(db);
  await sql`create index resets_of_account on password_resets (account_id)`.execute(db);
  await sql`
    create table account_sessions (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      role text not null check (role in ('parent', 'guardian', 'support')),
      signed_in_at int8 not null,
      used_at int8 not null,
      expires_at int8 not null,
      ends_at int8 not null,
      ended_at int8,
      device text not null,
      address text not null
    )`.execute(db);
  await sql`create index sessions_of_account on account_sessions (account_id)`.execute(db);
  // a token that was exchanged stays, so that its second use is known for what it is
  await sql`
    create table refresh_tokens (
      hash bytea primary key check (octet_length(hash) = 32),
      session_id text not null references account_sessions on delete cascade,
      issued_at int8 not null,
      used_at int8
    )`.execute(db);
  await sql`create index refresh_tokens_of_session on refresh_tokens (session_id)`.execute(db);
  await sql`
    create table passkeys (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      public_key bytea not null,
      counter int8 not null,
      transports text not null,
      name text not null,
      created_at int8 not null,
      used_at int8
    )`.execute(db);
  await sql`create index passkeys_of_account on passkeys (account_id)`.execute(db);
  // what a deletion still owes; the address is kept for the last mail alone
  await sql`
    create table account_deletions (
      account_id text primary key,
      email text,
      requested_at int8 not null,
      done_at int8
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of [
    "account_deletions",
    "passkeys",
    "refresh_tokens",
    "account_sessions",
    "password_resets",
    "registrations",
  ])
    await sql`drop table ${sql.table(table)}`.execute(db);
  await sql`
    alter table accounts
      drop column email, drop column name, drop column password_hash,
      drop column guardian_of, drop column deleted_at`.execute(db);
}
