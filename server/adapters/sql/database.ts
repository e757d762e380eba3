/** One SQL database: Postgres where a URL names it, else PGlite in a thread of this process. */
import { Kysely, PostgresDialect, sql } from "kysely";
import type { PostgresPool } from "kysely";
import { STATEMENT_MS } from "../../bounds.ts";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import type { Tables } from "./schema.ts";
import { scrubFiles } from "./scrub.ts";

export interface Database {
  db: Kysely<Tables>;
  /** Rejects where the database does not answer. */
  ping(): Promise<void>;
  /** What was deleted is in no file of the embedded database any more; done nowhere else. */
  scrub(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** postgres://… ; without it PGlite is used */
  url?: string;
  /** folder that PGlite keeps its files under; in memory without it */
  dataDir?: string;
  /** ms one statement may take; migrations of large tables need more */
  statementMs?: number;
  /** told of connections that broke while nobody waited for them */
  onError?: (error: Error) => void;
}

/**
 * Opens PGlite at once, Postgres at the first query. Throws StartError DATA_DIR_IN_USE.
 *
 *     const { db, close } = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir });
 */
export async function openDatabase({
  url,
  dataDir,
  statementMs = STATEMENT_MS,
  onError = () => {},
}: DatabaseOptions): Promise<Database> {
  const pool: PostgresPool = url
    ? openPostgres({ url, statementMs, onError })
    : await openPglite({ dataDir, onError });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    async ping() {
      await sql`select 1`.execute(db);
    },
    async scrub() {
      if (!url && dataDir !== undefined) await scrubFiles(db);
    },
    async close() {
      await db.destroy();
      // Kysely leaves a pool alone that no query has used
      await pool.end();
    },
  };
}
