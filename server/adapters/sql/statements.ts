/** How both databases are asked: what is asked often is prepared, so that it is read and planned once for each connection. */
import pg from "pg";
import { MAX_PREPARED, PREPARED_FROM } from "../../bounds.ts";
import { parsers } from "./parsers.ts";

type Query = (text: string, values: unknown[]) => Promise<pg.QueryResult>;

/** Of both databases' connections: columns come as our own parsers have them. */
export const types = {
  getTypeParser: (oid: number, format?: string): ((text: string) => unknown) =>
    parsers[oid] ?? pg.types.getTypeParser(oid, format as "text"),
};

/**
 * Names of statements for all connections of a database; what it answers with is for one connection, as long as one holds it.
 *
 *     const asking = statements();
 *     const query = asking(client);
 */
export function statements(): (client: pg.ClientBase) => Query {
  const names = preparedNames();
  return (client) => {
    let alone = true;
    return async (text, values) => {
      // one without values may be several statements, which no name can stand for; or it begins a transaction
      if (values.length === 0) {
        alone = false;
        return client.query(text);
      }
      try {
        return await client.query({ name: names.of(text), text, values });
      } catch (error) {
        if (!isOutdated(error)) throw error;
        names.forget(text);
        // a transaction is lost by it, and whoever began it is told
        if (!alone) throw error;
        return client.query(text, values);
      }
    };
  };
}

/** A statement was prepared before a migration, another server's perhaps: its rows have other columns now. */
function isOutdated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.routine === "RevalidateCachedQuery";
}

function preparedNames() {
  const asked = new Map<string, number>();
  const names = new Map<string, string>();
  let named = 0;
  return {
    /** Undefined for what is not asked often, and where enough are prepared. */
    of(text: string): string | undefined {
      const name = names.get(text);
      if (name !== undefined || names.size >= MAX_PREPARED) return name;
      const times = (asked.get(text) ?? 0) + 1;
      asked.delete(text);
      if (times >= PREPARED_FROM) {
        names.set(text, `bearlink_${named++}`);
        return names.get(text);
      }
      asked.set(text, times);
      // what was not asked for longest goes first
      for (const oldest of asked.keys()) {
        if (asked.size <= MAX_PREPARED) break;
        asked.delete(oldest);
      }
      return undefined;
    },
    /** It may have another name when it is asked often again: under this one it is outdated on every connection. */
    forget(text: string): void {
      names.delete(text);
    },
  };
}
