/** What takes seconds to make and is the same each time is made once, and copied from a shelf that outlives the run. */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SHELF = fileURLToPath(new URL("../../node_modules/.cache/bearlink-test/", import.meta.url));
const MIGRATIONS = fileURLToPath(new URL("../../server/adapters/sql/migrations/", import.meta.url));

/** Before a run, once: files that start together would each make one. */
export async function setup(): Promise<void> {
  await madeDatabase();
}

/** Lays the embedded database, its tables made, into the folder of a cell that has none yet. */
export async function layDatabase(dataDir: string): Promise<void> {
  cpSync(await madeDatabase(), dataDir, { recursive: true });
}

async function madeDatabase(): Promise<string> {
  const place = join(SHELF, `database-${digest()}`);
  if (!existsSync(place)) await makeDatabase(place);
  return place;
}

async function makeDatabase(place: string): Promise<void> {
  // loaded when they are needed: most runs find it made
  const { openDatabase } = await import("../../server/adapters/sql/database.ts");
  const { migrateUp } = await import("../../server/adapters/sql/migrate.ts");
  mkdirSync(SHELF, { recursive: true });
  const making = mkdtempSync(join(SHELF, "making-"));
  const { db, close } = await openDatabase({ dataDir: making });
  await migrateUp(db);
  await close();
  try {
    renameSync(making, place);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // another file made it meanwhile
    if (!existsSync(place)) throw error;
  }
}

/** Other migrations or another PGlite make another. */
function digest(): string {
  const hash = createHash("sha256").update(
    readFileSync(createRequire(import.meta.url).resolve("@electric-sql/pglite")),
  );
  for (const name of readdirSync(MIGRATIONS).sort())
    hash.update(name).update(readFileSync(join(MIGRATIONS, name)));
  return hash.digest("hex").slice(0, 16);
}
