/** Postgres through a pool that no lost connection can bring the server down with. MISSION C55 */
import type { PostgresPool } from "kysely";
import pg from "pg";
import {
  DATABASE_CONNECT_MS,
  MAX_DATABASE_LINKS,
  MAX_PREPARED,
  PREPARED_FROM,
  STATEMENT_GRACE_MS,
} from "../../bounds.ts";
import { parsers } from "./parsers.ts";

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
    types: { getTypeParser: (oid: number, format?: string) => typeParser(oid, format) },
  });
  // without listeners a lost connection is an uncaught exception, idle or in the midst of a transaction
  pool.on("error", options.onError);
  pool.on("connect", (client) => client.on("error", options.onError));
  const nameOf = statementNames();
  let ended: Promise<void> | undefined;

  return {
    async connect() {
      const client = await pool.connect();
      let broken: Error | undefined;
      let outdated: Error | undefined;
      let alone = true;
      return {
        query: (async (text: string, values: unknown[]) => {
          // a rollback after the connection is lost need not wait for it
          if (broken) throw broken;
          // one without values may be several statements, which no name can stand for
          if (values.length === 0) alone = false;
          const name = values.length > 0 ? nameOf(text) : undefined;
          try {
            return await client.query({ name, text, values });
          } catch (error) {
            if (!(error instanceof pg.DatabaseError)) broken = error as Error;
            if (!isOutdated(error)) throw error;
            // the connection goes, with all that it has prepared
            outdated = error;
            if (!alone) throw error;
            return await client.query(text, values);
          }
        }) as never,
        release: () => client.release(broken ?? outdated),
      };
    },
    end() {
      ended ??= pool.end();
      return ended;
    },
  };
}

/** Names for statements that are asked again and again, so that Postgres reads and plans them once for each connection. */
function statementNames(): (text: string) => string | undefined {
  const asked = new Map<string, number>();
  const names = new Map<string, string>();
  return (text) => {
    const name = names.get(text);
    if (name !== undefined || names.size >= MAX_PREPARED) return name;
    const times = (asked.get(text) ?? 0) + 1;
    asked.delete(text);
    if (times >= PREPARED_FROM) {
      names.set(text, `bearlink_${names.size}`);
      return names.get(text);
    }
    // what was not asked for longest goes first
    asked.set(text, times);
    for (const oldest of asked.keys()) {
      if (asked.size <= MAX_PREPARED) break;
      asked.delete(oldest);
    }
    return undefined;
  };
}

/** A statement was prepared before another server's migration: its rows have other columns now. */
function isOutdated(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.routine === "RevalidateCachedQuery";
}

function typeParser(oid: number, format?: string): (text: string) => unknown {
  return parsers[oid] ?? pg.types.getTypeParser(oid, format as "text");
}
