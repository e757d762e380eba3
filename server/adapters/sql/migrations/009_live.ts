/** How toys fare, what their parents want of them, which cells live, alerts, and the cases that only an operator sees. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table cells (cell_id text primary key, seen_at int8 not null)`.execute(db);
  // cell_id is of the cell that has its line; it may have died without a word
  await sql`
    alter table toys
      add column cell_id text,
      add column battery_mv int4,
      add column rssi int4,
      add column last_talk_at int8,
      add column battery_low boolean not null default false,
      add column battery_episode int4 not null default 0,
      add column sealed_name bytea,
      add column volume int4 check (volume between 0 and 100),
      add column volume_told int4,
      add column mic_wished_off boolean not null default false`.execute(db);
  await sql`
    create table alerts (
      id text primary key,
      place int8 generated always as identity,
      account_id text not null references accounts on delete cascade,
      dedupe_key text not null,
      kind text not null,
      severity text not null check (severity in ('info', 'warning', 'critical')),
      device_id text,
      child_id text references children on delete cascade,
      details text not null,
      at int8 not null,
      read boolean not null default false,
      mail_at int8,
      unique (account_id, dedupe_key)
    )`.execute(db);
  await sql`create index alerts_of_account on alerts (account_id, place)`.execute(db);
  await sql`create index alerts_to_mail on alerts (mail_at) where mail_at is not null`.execute(db);
  await sql`create index alerts_of_child on alerts (child_id)`.execute(db);
  await sql`create index alerts_by_time on alerts (at)`.execute(db);
  // of nobody's account: who could delete it there may be whom it names
  await sql`
    create table safety_queue (
      id text primary key,
      at int8 not null,
      kind text not null,
      sealed bytea not null,
      done_at int8
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table safety_queue`.execute(db);
  await sql`drop table alerts`.execute(db);
  await sql`
    alter table toys
      drop column cell_id, drop column battery_mv, drop column rssi, drop column last_talk_at,
      drop column battery_low, drop column battery_episode, drop column sealed_name,
      drop column volume, drop column volume_told, drop column mic_wished_off`.execute(db);
  await sql`drop table cells`.execute(db);
}
