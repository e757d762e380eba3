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

/** Lays the embedded database, its tables made, into the folder of a cell that has none yet. */
export async function layDatabase(dataDir: string): Promise<void> {
  cpSync(await madeDatabase(), dataDir, { recursive: true });
}

/** Where it lies; another PGlite makes another. */
export function madeDatabase(): Promise<string> {
  const pglite = readFileSync(createRequire(import.meta.url).resolve("@electric-sql/pglite"));
  return made("database", pglite, async (place) => {
    // loaded when they are needed: most runs find it made
    const { openDatabase } = await import("../../server/adapters/sql/database.ts");
    const { migrateUp } = await import("../../server/adapters/sql/migrate.ts");
    const { db, close } = await openDatabase({ dataDir: place });
    await migrateUp(db);
    await close();
  });
}

/** The folder that `make` fills, of tables: it is made anew where `of` or a migration is another. */
export async function made(
  name: string,
  of: string | Uint8Array,
  make: (place: string) => Promise<void>,
): Promise<string> {
  const place = join(SHELF, `${name}-${digest(of)}`);
  if (existsSync(place)) return place;
  mkdirSync(SHELF, { recursive: true });
  const making = mkdtempSync(join(SHELF, "making-"));
  await make(making);
  try {
    renameSync(making, place);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // another file made it meanwhile
    if (!existsSync(place)) throw error;
  }
  return place;
}

function digest(of: string | Uint8Array): string {
  const hash = createHash("sha256").update(of);
  for (const name of readdirSync(MIGRATIONS).sort())
    hash.update(name).update(readFileSync(join(MIGRATIONS, name)));
  return hash.digest("hex").slice(0, 16);
}
