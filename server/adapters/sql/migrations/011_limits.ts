/** What an account may and has used: its tier, its cap on a month's tokens, and the tokens of each month. */
import { sql } from "kysely";
import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table accounts
      add column tier text not null default 'free' check (tier in ('free', 'premium', 'pro', 'enterprise')),
      add column monthly_tokens int8 check (monthly_tokens >= 0)`.execute(db);
  await sql`
    create table token_use (
      account_id text not null references accounts on delete cascade,
      month text not null,
      tokens int8 not null,
      -- the month's cap was reached, and the family was told
      told_at int8,
      primary key (account_id, month)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table token_use`.execute(db);
  await sql`alter table accounts drop column monthly_tokens, drop column tier`.execute(db);
}
