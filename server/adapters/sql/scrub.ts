/** What was deleted leaves PGlite's own files as well: nobody vacuums there by itself, and its write-ahead log remembers. SAFETY S5 */
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Tables } from "./schema.ts";

/** Table by table, so that whoever talks meanwhile waits for one of them alone. A Postgres of its own is its operator's to vacuum. */
export async function scrubFiles(db: Kysely<Tables>): Promise<void> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db);
  for (const { name } of tables) await sql`vacuum full ${sql.table(name)}`.execute(db);
  // a segment that is used again keeps what it held
  await sql`set wal_recycle = off`.execute(db);
  await sql`select pg_switch_wal()`.execute(db);
  await sql`checkpoint`.execute(db);
}
