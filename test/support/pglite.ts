/** The embedded database, its tables made, in a folder that goes with it. It takes seconds to start: share one in a test file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../server/adapters/sql/database.ts";
import type { Database } from "../../server/adapters/sql/database.ts";
import { layDatabase } from "./shelf.ts";

/** The caller closes it. */
export async function startPglite(): Promise<Database> {
  const dataDir = mkdtempSync(join(tmpdir(), "bearlink-pglite-"));
  await layDatabase(dataDir);
  const database = await openDatabase({ dataDir });
  return {
    ...database,
    async close() {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
