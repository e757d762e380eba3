/** What looking after a family's data needs: exports, deletions with their receipts, counts by day and week, and invitations of guardians. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column report_mail boolean not null default true`.execute(db);
  await sql`
    create table exports (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      state text not null default 'waiting' check (state in ('waiting', 'ready', 'failed', 'gone')),
      requested_at int8 not null,
      ready_at int8,
      expires_at int8,
      size int8
    )`.execute(db);
  await sql`create index exports_of_account on exports (account_id)`.execute(db);
  await sql`
    create table export_parts (
      export_id text not null references exports on delete cascade,
      number int4 not null,
      sealed bytea not null,
      primary key (export_id, number)
    )`.execute(db);
  // they outlive the family: what is left of one that was done names nobody
  await sql`
    create table deletions (
      id text primary key,
      what text not null check (what in ('child', 'account')),
      account_id text,
      child_id text,
      state text not null default 'scheduled' check (state in ('scheduled', 'running', 'done', 'cancelled')),
      requested_at int8 not null,
      due_at int8 not null,
      done_at int8,
      email text,
      counts text not null default '{}',
      receipt text
    )`.execute(db);
  await sql`
    create unique index deletions_under_way on deletions (what, account_id, coalesce(child_id, ''))
    where state in ('scheduled', 'running')`.execute(db);
  await sql`create index deletions_of_account on deletions (account_id)`.execute(db);
  // who left before there was a job for it
  await sql`
    insert into deletions (id, what, account_id, requested_at, due_at, email)
    select 'left-' || account_id, 'account', account_id, requested_at, requested_at, email
    from account_deletions where done_at is null`.execute(db);
  await sql`
    insert into jobs (kind, about, due_at)
    select 'deletion', id, due_at from deletions on conflict do nothing`.execute(db);
  await sql`drop table account_deletions`.execute(db);
  // counts alone: not a word
  await sql`
    create table usage_days (
      child_id text not null references children on delete cascade,
      day text not null,
      turns int4 not null default 0,
      talked_ms int8 not null default 0,
      conversations int4 not null default 0,
      redirected int4 not null default 0,
      escalated int4 not null default 0,
      last_at int8 not null,
      primary key (child_id, day)
    )`.execute(db);
  await sql`create index usage_by_day on usage_days (day)`.execute(db);
  await sql`
    create table reports (
      id text primary key,
      child_id text not null references children on delete cascade,
      week text not null,
      turns int4 not null,
      minutes int4 not null,
      conversations int4 not null,
      redirected int4 not null,
      escalated int4 not null,
      by_day text not null,
      made_at int8 not null,
      unique (child_id, week)
    )`.execute(db);
  await sql`
    create table invitations (
      id text primary key,
      token_hash bytea not null unique check (octet_length(token_hash) = 32),
      account_id text not null references accounts on delete cascade,
      email text not null,
      name text not null,
      invited_at int8 not null,
      expires_at int8 not null
    )`.execute(db);
  await sql`create index invitations_of_account on invitations (account_id)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ["invitations", "reports", "usage_days"])
    await sql`drop table ${sql.table(table)}`.execute(db);
  await sql`
    create table account_deletions (
      account_id text primary key,
      email text,
      requested_at int8 not null,
      done_at int8
    )`.execute(db);
  await sql`
    insert into account_deletions (account_id, email, requested_at)
    select account_id, email, requested_at from deletions
    where what = 'account' and state in ('scheduled', 'running') and account_id is not null`.execute(db);
  for (const table of ["deletions", "export_parts", "exports"])
    await sql`drop table ${sql.table(table)}`.execute(db);
  await sql`delete from jobs where kind = 'deletion'`.execute(db);
  await sql`alter table accounts drop column report_mail`.execute(db);
}
