/** PGlite as a pool of one connection: whoever holds it, transaction or query, holds it alone. */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PostgresPool, PostgresPoolClient } from "kysely";
import { MAX_DATABASE_WAITING } from "../../bounds.ts";
import { lockFile } from "../lock-file.ts";
import { openPgliteThread } from "./pglite-host.ts";
import type { PgliteThread } from "./pglite-host.ts";

/** Keeps its files in `dataDir`/database, readable by this user alone; in memory without a folder. */
export async function openPglite(dataDir?: string): Promise<PostgresPool> {
  if (dataDir === undefined) return poolOfOne(await openPgliteThread(undefined), () => {});
  mkdirSync(dataDir, { recursive: true });
  const unlock = lockFile(join(dataDir, "database.lock"));
  try {
    const folder = join(dataDir, "database");
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    return poolOfOne(await openPgliteThread(folder), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function poolOfOne(lite: PgliteThread, onEnd: () => void): PostgresPool {
  const waiting: (() => void)[] = [];
  let taken = false;
  let ended: Promise<void> | undefined;

  const client: PostgresPoolClient = {
    // in pg's own shape: command, rowCount, rows
    query: ((text: string, parameters: unknown[]) => lite.query(text, parameters)) as never,
    release() {
      const next = waiting.shift();
      if (next) next();
      else taken = false;
    },
  };

  return {
    async connect() {
      if (waiting.length >= MAX_DATABASE_WAITING) throw new Error("too many wait for the database");
      if (taken) await new Promise<void>((resolve) => waiting.push(resolve));
      taken = true;
      return client;
    },
    end() {
      ended ??= lite.close().finally(onEnd);
      return ended;
    },
  };
}
