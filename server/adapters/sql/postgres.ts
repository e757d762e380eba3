/** Postgres through a pool that no lost connection can bring the server down with. MISSION C55 */
import type { PostgresPool } from "kysely";
import pg from "pg";
import { DATABASE_CONNECT_MS, MAX_DATABASE_LINKS, STATEMENT_GRACE_MS } from "../../bounds.ts";
import { statements, types } from "./statements.ts";

export function openPostgres(options: {
  url: string;
  statementMs: number;
  onError: (error: Error) => void;
}): PostgresPool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: "bearlink",
    max: MAX_DATABASE_LINKS,
    connectionTimeoutMillis: DATABASE_CONNECT_MS,
    statement_timeout: options.statementMs,
    idle_in_transaction_session_timeout: options.statementMs,
    // Postgres stops a slow statement itself; this is for one that has fallen silent
    query_timeout: options.statementMs + STATEMENT_GRACE_MS,
    keepAlive: true,
    types,
  });
  // without listeners a lost connection is an uncaught exception, idle or in the midst of a transaction
  pool.on("error", options.onError);
  pool.on("connect", (client) => client.on("error", options.onError));
  const asking = statements();
  let ended: Promise<void> | undefined;

  return {
    async connect() {
      const client = await pool.connect();
      const query = asking(client);
      let broken: Error | undefined;
      return {
        query: (async (text: string, values: unknown[]) => {
          // a rollback after the connection is lost need not wait for it
          if (broken) throw broken;
          try {
            return await query(text, values);
          } catch (error) {
            if (!(error instanceof pg.DatabaseError)) broken = error as Error;
            throw error;
          }
        }) as never,
        release: () => client.release(broken),
      };
    },
    end() {
      ended ??= pool.end();
      return ended;
    },
  };
}
