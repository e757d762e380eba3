/** What a child disclosed is in the operator's queue alone: a second table said the same, and nobody read it. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop table disclosures`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
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
