/** The chain of the audit trail: each row linked once, days sealed; rows go only with their whole day. And whom an entry is about, for those who ask. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // who it is about is written with the act: a toy's next family does not inherit it
  await sql`alter table audit add column account_id text, add column device text`.execute(db);
  for (const column of ["account_id", "actor", "resource", "action"])
    await sql`create index ${sql.ref(`audit_by_${column}`)} on audit (${sql.ref(column)}, id)`.execute(db);
  await sql`create index audit_by_time on audit (at)`.execute(db);

  await sql`create table audit_unlinked (audit_id int8 primary key)`.execute(db);
  await sql`insert into audit_unlinked select id from audit`.execute(db);
  await sql`
    create function audit_waits() returns trigger language plpgsql as $$
    begin
      insert into audit_unlinked values (new.id);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger audit_waits after insert on audit for each row execute function audit_waits()`.execute(db);

  await sql`
    create table audit_days (
      day text primary key check (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
      key_id text not null,
      opening bytea not null check (octet_length(opening) = 32),
      places int8,
      head bytea check (octet_length(head) = 32),
      seal bytea check (octet_length(seal) = 32),
      sealed_at int8,
      exported_at int8,
      dropped bytea check (octet_length(dropped) = 32)
    )`.execute(db);
  // without a reference to its row: that a row is gone is to be found, not prevented
  await sql`
    create table audit_links (
      day text not null references audit_days,
      place int8 not null check (place > 0),
      audit_id int8 not null unique,
      mac bytea not null check (octet_length(mac) = 32),
      primary key (day, place)
    )`.execute(db);

  // whole days go when their time is over, and whoever lets them go says so
  await sql`
    create or replace function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and current_setting('bearlink.audit_retention', true) = 'on' then
        return null;
      end if;
      raise exception 'the audit trail is append-only';
    end $$`.execute(db);
  await sql`
    create trigger audit_links_append_only before update or delete or truncate on audit_links
    for each statement execute function refuse_audit_change()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table audit_links`.execute(db);
  await sql`drop table audit_days`.execute(db);
  await sql`drop trigger audit_waits on audit`.execute(db);
  await sql`drop function audit_waits()`.execute(db);
  await sql`drop table audit_unlinked`.execute(db);
  await sql`
    create or replace function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit trail is append-only';
    end $$`.execute(db);
  for (const name of ["account_id", "actor", "resource", "action", "time"])
    await sql`drop index ${sql.ref(`audit_by_${name}`)}`.execute(db);
  await sql`alter table audit drop column account_id, drop column device`.execute(db);
}
