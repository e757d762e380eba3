/** PGlite as a pool of one connection: whoever holds it, transaction or query, holds it alone. */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PostgresPool } from "kysely";
import pg from "pg";
import { MAX_DATABASE_WAITING } from "../../bounds.ts";
import { lockFile } from "../lock-file.ts";
import { openPgliteWire } from "./pglite-wire.ts";
import { statements, types } from "./statements.ts";

export interface PgliteOptions {
  /** its files are in `dataDir`/database, readable by this user alone; in memory without a folder */
  dataDir: string | undefined;
  /** told where its thread ends by itself */
  onError: (error: Error) => void;
}

export async function openPglite({ dataDir, onError }: PgliteOptions): Promise<PostgresPool> {
  if (dataDir === undefined) return poolOfOne(await openClient(undefined, onError), () => {});
  mkdirSync(dataDir, { recursive: true });
  const unlock = lockFile(join(dataDir, "database.lock"));
  try {
    const folder = join(dataDir, "database");
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    return poolOfOne(await openClient(folder, onError), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openClient(folder: string | undefined, onError: (error: Error) => void): Promise<pg.Client> {
  const wire = await openPgliteWire(folder);
  // whatever the environment says of some other Postgres
  const whom = { user: "postgres", database: "postgres", password: "none", ssl: false };
  const client = new pg.Client({ ...whom, types, stream: () => wire as never });
  client.on("error", onError);
  await client.connect();
  return client;
}

function poolOfOne(client: pg.Client, onEnd: () => void): PostgresPool {
  const waiting: (() => void)[] = [];
  const asking = statements();
  let taken = false;
  let ended: Promise<void> | undefined;

  return {
    async connect() {
      if (waiting.length >= MAX_DATABASE_WAITING) throw new Error("too many wait for the database");
      if (taken) await new Promise<void>((resolve) => waiting.push(resolve));
      taken = true;
      return {
        query: asking(client) as never,
        release() {
          const next = waiting.shift();
          if (next) next();
          else taken = false;
        },
      };
    },
    end() {
      ended ??= client.end().finally(onEnd);
      return ended;
    },
  };
}
