import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateDown, migrateUp, migrationStatus } from "../../../../server/adapters/sql/migrate.ts";
import type { MigrationFile } from "../../../../server/adapters/sql/migrate.ts";
import { places } from "./places.ts";

/** Every file there is: one that is not in the list would never be applied. */
const NAMES = readdirSync(new URL("../../../../server/adapters/sql/migrations", import.meta.url))
  .map((file) => file.replace(/\.ts$/, ""))
  .sort();
const LAST = NAMES[NAMES.length - 1]!;
const all = (state: string): string[] => NAMES.map(() => state);

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`migrations on ${name}`, () => {
    let database: Database;

    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database?.close());
    beforeEach(() => migrateDown(database.db, Infinity));

    /** Whatever of ours the database holds. */
    async function objects(): Promise<string[]> {
      const { rows } = await sql<{ name: string }>`
        select relname as name from pg_class where relnamespace = 'public'::regnamespace
        union all select proname from pg_proc where pronamespace = 'public'::regnamespace
        order by 1`.execute(database.db);
      return rows.map((row) => row.name).filter((object) => !/kysely|digests/.test(object));
    }

    const states = async (set?: MigrationFile[]): Promise<string[]> =>
      (await migrationStatus(database.db, set)).map(({ state }) => state);

    test("up applies all once, down takes all back and leaves nothing, and up works again", async () => {
      expect(await states()).toEqual(all("pending"));
      expect(await objects()).toEqual([]);
      expect(await migrateUp(database.db)).toEqual(NAMES);
      expect(await states()).toEqual(all("applied"));
      const made = await objects();
      expect(made).toContain("toys");
      expect(await migrateUp(database.db)).toEqual([]);
      expect(await migrateDown(database.db)).toEqual([LAST]);
      expect(await states()).toEqual([...all("applied").slice(1), "pending"]);
      expect(await migrateDown(database.db, Infinity)).toEqual(NAMES.slice(0, -1).reverse());
      expect(await objects()).toEqual([]);
      expect(await migrateUp(database.db)).toEqual(NAMES);
      expect(await objects()).toEqual(made);
    });

    test("two that go up at once apply each once", async () => {
      const both = await Promise.all([migrateUp(database.db), migrateUp(database.db)]);
      expect(both.flat().sort()).toEqual(NAMES);
      expect(await states()).toEqual(all("applied"));
    });

    describe("with files that change", () => {
      let folder: string;
      beforeAll(() => {
        folder = mkdtempSync(join(tmpdir(), "bearlink-migrations-"));
      });
      afterAll(() => rmSync(folder, { recursive: true }));

      const made = (file: string, up: string): MigrationFile => {
        const path = join(folder, file);
        writeFileSync(path, up);
        return {
          name: file,
          file: pathToFileURL(path),
          migration: {
            up: async (db) => {
              await sql.raw(up).execute(db);
              if (up.includes("fails")) throw new Error("it fails");
            },
            down: async (db) =>
              void (await sql.raw(up.replace(/create (table \w+).*/, "drop $1")).execute(db)),
          },
        };
      };

      test("an applied file that was edited is told, and nothing more is applied", async () => {
        const set = [made("001_a", "create table a (n int)")];
        await migrateUp(database.db, set);
        expect(await states(set)).toEqual(["applied"]);
        const more = [...set, made("002_b", "create table b (n int)")];
        writeFileSync(join(folder, "001_a"), "create table a (n int) ");
        expect(await states(more)).toEqual(["edited", "pending"]);
        await expect(migrateUp(database.db, more)).rejects.toMatchObject({
          code: "MIGRATION_EDITED",
          message: expect.stringContaining("001_a"),
        });
        expect(await objects()).toEqual(["a"]);
        await migrateDown(database.db, Infinity, set);
      });

      test("other line ends are no edit", async () => {
        const set = [made("001_a", "create table a (n int)\n")];
        await migrateUp(database.db, set);
        writeFileSync(join(folder, "001_a"), "create table a (n int)\r\n");
        expect(await states(set)).toEqual(["applied"]);
        await migrateDown(database.db, Infinity, set);
      });

      test("one that fails is taken back whole; those before it stay", async () => {
        const set = [
          made("001_a", "create table a (n int)"),
          made("002_b", "create table b (n int) /* fails */"),
        ];
        await expect(migrateUp(database.db, set)).rejects.toMatchObject({
          code: "MIGRATION_FAILED",
          message: expect.stringContaining("002_b"),
        });
        expect(await states(set)).toEqual(["applied", "pending"]);
        expect(await objects()).toEqual(["a"]);
        await migrateDown(database.db, Infinity, set);
      });

      test("one that a newer version applied is told, and an older version does not touch it", async () => {
        const newer = [made("001_a", "create table a (n int)"), made("002_b", "create table b (n int)")];
        await migrateUp(database.db, newer);
        const older = newer.slice(0, 1);
        expect(await states(older)).toEqual(["applied", "unknown"]);
        await expect(migrateUp(database.db, older)).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
        await expect(migrateDown(database.db, 1, older)).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
        await migrateDown(database.db, Infinity, newer);
      });
    });
  });
