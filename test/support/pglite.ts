/** The embedded database in memory, its tables made. It takes seconds to start: share one in a test file. */
import { openDatabase } from "../../server/adapters/sql/database.ts";
import type { Database } from "../../server/adapters/sql/database.ts";
import { migrateUp } from "../../server/adapters/sql/migrate.ts";

/** The caller closes it. */
export async function startPglite(): Promise<Database> {
  const database = await openDatabase({});
  await migrateUp(database.db);
  return database;
}
