import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../../server/adapters/sql/database.ts";
import { newFolder } from "../../../support/processes.ts";
import { layDatabase } from "../../../support/shelf.ts";

const CANARY = "canary-in-the-files@example.org";

test("what was deleted is in no file of PGlite any more, and what was not is still there", async () => {
  const folder = newFolder();
  await layDatabase(folder.path);
  const database = await openDatabase({ dataDir: folder.path });
  const filesWith = (text: string): string[] =>
    readdirSync(folder.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path).includes(text));
  try {
    const { db } = database;
    for (const email of [CANARY, "ada@example.org"])
      await db.insertInto("accounts").values({ id: email, email, name: "Ada", created_at: 1 }).execute();
    await db.deleteFrom("accounts").where("id", "=", CANARY).execute();
    expect(filesWith(CANARY)).not.toEqual([]);
    await database.scrub();
    expect(filesWith(CANARY)).toEqual([]);
    await database.close();
    const again = await openDatabase({ dataDir: folder.path });
    const kept = await again.db.selectFrom("accounts").select("email").execute();
    expect(kept.map(({ email }) => email)).toEqual(["ada@example.org"]);
    await again.close();
  } finally {
    await database.close();
    folder.remove();
  }
}, 120_000);
