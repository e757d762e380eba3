/** Jobs, on both databases alike. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { sqlJobs } from "../../../../server/adapters/sql/jobs.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import type { Jobs } from "../../../../server/ports.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const LEASE = 60_000;
const KINDS = ["sweep"];

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`jobs on ${name}`, () => {
    let database: Database;
    let jobs: Jobs;

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      jobs = sqlJobs(database);
    });
    afterAll(() => database?.close());
    beforeEach(() => database.db.deleteFrom("jobs").execute());

    const add = (about: string, dueAt = NOW) => jobs.add({ kind: "sweep", about, dueAt });

    test("a job is taken when it is due, the longest due first, and those of unknown kinds stay", async () => {
      await add("later", NOW + 1);
      await add("second", NOW - 1);
      await add("first", NOW - 2);
      await jobs.add({ kind: "strange", about: "", dueAt: 0 });
      const taken = [];
      for (let i = 0; i < 3; i++) taken.push((await jobs.take(KINDS, NOW, LEASE))?.about);
      expect(taken).toEqual(["first", "second", undefined]);
    });

    test("of many that ask at once, each job goes to one", async () => {
      for (let i = 0; i < 5; i++) await add(String(i));
      const taken = await Promise.all(Array.from({ length: 20 }, () => jobs.take(KINDS, NOW, LEASE)));
      const found = taken.flatMap((job) => (job ? [job.about] : []));
      expect(found.sort()).toEqual(["0", "1", "2", "3", "4"]);
    });

    test("one that was added twice is one, due as the sooner of both", async () => {
      await add("x", NOW + 5);
      await add("x", NOW + 1);
      await add("x", NOW + 9);
      expect(await jobs.take(KINDS, NOW, LEASE)).toBeUndefined();
      expect(await jobs.take(KINDS, NOW + 1, LEASE)).toMatchObject({ about: "x", tries: 1 });
      expect(await jobs.take(KINDS, NOW + 9, LEASE)).toBeUndefined();
    });

    test("a lease that ran out lets another take the job; the former holder then changes nothing", async () => {
      await add("x");
      const lost = (await jobs.take(KINDS, NOW, LEASE))!;
      expect(await jobs.take(KINDS, NOW + LEASE - 1, LEASE)).toBeUndefined();
      const held = (await jobs.take(KINDS, NOW + LEASE, LEASE))!;
      expect(held).toMatchObject({ about: "x", tries: 2 });
      expect(await jobs.keep(lost, NOW + 9 * LEASE)).toBe(false);
      await jobs.finish(lost);
      await jobs.putBack(lost, NOW, 0);
      await jobs.giveUp(lost);
      expect(await jobs.keep(held, NOW + 3 * LEASE)).toBe(true);
      expect(await jobs.take(KINDS, NOW + 2 * LEASE, LEASE)).toBeUndefined();
      await jobs.finish(held);
      expect(await jobs.take(KINDS, NOW + 9 * LEASE, LEASE)).toBeUndefined();
    });

    test("one that was put back waits, and one that was given up waits for its revival", async () => {
      await add("x");
      await jobs.putBack((await jobs.take(KINDS, NOW, LEASE))!, NOW + 7, 1);
      expect(await jobs.take(KINDS, NOW + 6, LEASE)).toBeUndefined();
      const again = (await jobs.take(KINDS, NOW + 7, LEASE))!;
      expect(again.tries).toBe(2);
      await jobs.giveUp(again);
      expect(await jobs.take(KINDS, NOW + LEASE, LEASE)).toBeUndefined();
      expect(await jobs.revive(NOW)).toBe(1);
      expect(await jobs.take(KINDS, NOW, LEASE)).toMatchObject({ about: "x", tries: 1 });
    });

    test("one that waits is cancelled; one that is being done is not", async () => {
      await add("x");
      expect(await jobs.cancel("sweep", "x", NOW)).toBe(true);
      expect(await jobs.cancel("sweep", "x", NOW)).toBe(false);
      await add("x");
      await jobs.take(KINDS, NOW, LEASE);
      expect(await jobs.cancel("sweep", "x", NOW)).toBe(false);
    });
  });
