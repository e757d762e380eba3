/** What was said, where it is kept: a conversation, its messages, and what only the operator may read. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table conversations (
      id text primary key,
      child_id text not null,
      account_id text not null,
      device_id text not null,
      started_at int8 not null,
      last_at int8 not null,
      turns int4 not null default 0,
      flagged boolean not null default false,
      foreign key (child_id, account_id) references children (id, account_id) on delete cascade
    )`.execute(db);
  await sql`create index conversations_of_account on conversations (account_id, last_at desc, id desc)`.execute(
    db,
  );
  await sql`create index conversations_of_child on conversations (child_id, last_at desc, id desc)`.execute(
    db,
  );
  await sql`create index conversations_by_age on conversations (started_at)`.execute(db);
  // a turn has one of each role, and is kept once however often it is written
  await sql`
    create table messages (
      conversation_id text not null references conversations on delete cascade,
      turn_id text not null,
      role text not null check (role in ('child', 'bear')),
      sealed_text bytea not null,
      at int8 not null,
      action text not null check (action in ('allow', 'redirect', 'escalate')),
      reason text not null,
      primary key (conversation_id, turn_id, role)
    )`.execute(db);
  // not of a conversation: who deletes that, or revokes, must not reach these. Without words where none are kept
  await sql`
    create table disclosures (
      id int8 generated always as identity primary key,
      child_id text not null,
      account_id text not null,
      device_id text not null,
      turn_id text not null,
      role text not null check (role in ('child', 'bear')),
      sealed_text bytea,
      at int8 not null,
      action text not null check (action in ('allow', 'redirect', 'escalate')),
      reason text not null,
      unique (turn_id, role),
      foreign key (child_id, account_id) references children (id, account_id) on delete cascade
    )`.execute(db);
  await sql`create index disclosures_of_child on disclosures (child_id)`.execute(db);
  await sql`create index disclosures_by_age on disclosures (at)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table disclosures`.execute(db);
  await sql`drop table messages`.execute(db);
  await sql`drop table conversations`.execute(db);
}
