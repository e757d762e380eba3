/** Children's profiles, consent with its record and its requests, and the windows in which a toy finds its parent. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table children
      add column sealed_profile bytea,
      add column retention_days int4 not null default 30 check (retention_days between 1 and 365),
      add column keeps_transcripts boolean not null default true`.execute(db);
  // what was consented to, how and when: nothing of it is ever changed, and it goes with its child alone
  await sql`
    create table consent_records (
      id int8 generated always as identity primary key,
      child_id text not null references children on delete cascade,
      recipient text not null,
      state text not null check (state in ('pending', 'granted', 'revoked')),
      method text not null,
      notice_version text not null,
      evidence text,
      at int8 not null
    )`.execute(db);
  await sql`create index consent_records_of_child on consent_records (child_id)`.execute(db);
  await sql`
    create function refuse_consent_change() returns trigger language plpgsql as $$
    begin
      -- a delete that comes with the child's own is a trigger's, and so one deeper
      if tg_op = 'DELETE' and pg_trigger_depth() > 1 then return null; end if;
      raise exception 'the record of consent is append-only';
    end $$`.execute(db);
  await sql`
    create trigger consent_append_only before update or delete or truncate on consent_records
    for each statement execute function refuse_consent_change()`.execute(db);
  await sql`
    create table consent_requests (
      request_id text primary key,
      child_id text not null references children on delete cascade,
      account_id text not null,
      method text not null,
      versions text not null,
      code_hash bytea,
      tries int4 not null default 0,
      expires_at int8 not null
    )`.execute(db);
  await sql`create index consent_requests_of_child on consent_requests (child_id)`.execute(db);
  await sql`
    alter table toys
      add column pairing_since int8 not null default 0,
      add column pairing_until int8 not null default 0,
      add column transfer_code_hash bytea check (octet_length(transfer_code_hash) = 32),
      add column transfer_until int8 not null default 0,
      add column mic_off boolean not null default false,
      add column rekey_session text,
      add column reset_at int8`.execute(db);
  await sql`create index toys_of_child on toys (child_id)`.execute(db);
  await sql`
    create table pairing_windows (
      window_id text primary key,
      device_id text not null references toys on delete cascade,
      account_id text not null references accounts on delete cascade,
      child_id text not null references children on delete cascade,
      choices text not null,
      words text not null,
      state text not null default 'open' check (state in ('open', 'paired', 'cancelled')),
      picked boolean not null default false,
      pressed boolean not null default false,
      tries int4 not null default 0,
      expires_at int8 not null
    )`.execute(db);
  await sql`create index pairing_windows_of_toy on pairing_windows (device_id)`.execute(db);
  await sql`create index pairing_windows_by_end on pairing_windows (expires_at)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table pairing_windows`.execute(db);
  await sql`drop index toys_of_child`.execute(db);
  await sql`
    alter table toys
      drop column pairing_since, drop column pairing_until, drop column transfer_code_hash,
      drop column transfer_until, drop column mic_off, drop column rekey_session, drop column reset_at`.execute(
    db,
  );
  await sql`drop table consent_requests`.execute(db);
  await sql`drop table consent_records`.execute(db);
  await sql`drop function refuse_consent_change()`.execute(db);
  await sql`
    alter table children
      drop column sealed_profile, drop column retention_days, drop column keeps_transcripts`.execute(db);
}
