/** The audit trail, which the database itself keeps append-only. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit (
      id int8 generated always as identity primary key,
      at int8 not null,
      action text not null,
      outcome text not null check (outcome in ('success', 'refused')),
      actor text not null,
      resource text,
      address text,
      reason text
    )`.execute(db);
  await sql`
    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit trail is append-only';
    end $$`.execute(db);
  await sql`
    create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function refuse_audit_change()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table audit`.execute(db);
  await sql`drop function refuse_audit_change()`.execute(db);
}
