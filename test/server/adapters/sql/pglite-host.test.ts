/** PGlite's thread: rows and faults come over whole, and what it takes to make them holds nobody up. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPgliteThread } from "../../../../server/adapters/sql/pglite-host.ts";
import type { PgliteThread } from "../../../../server/adapters/sql/pglite-host.ts";

let lite: PgliteThread;
beforeAll(async () => {
  lite = await openPgliteThread(undefined);
});
afterAll(() => lite?.close());

test("bytes and large integers come over as our own parsers have them, and null stays null", async () => {
  const { rows, command, rowCount } = await lite.query(
    "select $1::bytea as bytes, $2::int8 as large, null::int8 as none, $3::text[] as list",
    [new Uint8Array([0, 255, 7]), 2 ** 53 - 1, ["a", "b"]],
  );
  expect(rows).toEqual([
    { bytes: new Uint8Array([0, 255, 7]), large: 2 ** 53 - 1, none: null, list: ["a", "b"] },
  ]);
  expect([command, rowCount]).toEqual(["SELECT", 1]);
});

test("a fault has Postgres' code and constraint", async () => {
  await lite.query("create table once (id int constraint only_once primary key)", []);
  await lite.query("insert into once values (1)", []);
  await expect(lite.query("insert into once values (1)", [])).rejects.toMatchObject({
    code: "23505",
    constraint: "only_once",
    message: expect.stringContaining("duplicate key"),
  });
});

test("a long statement leaves this thread free", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  // in this thread not one tick would come through
  await lite.query("select count(*) from generate_series(1, 2000000) as n where n % 7 = 3", []);
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(10);
});

test("what cannot be sent is refused, and the next statement works", async () => {
  await expect(lite.query("select $1", [() => 1])).rejects.toThrow("could not be cloned");
  expect((await lite.query("select 1 as one", [])).rows).toEqual([{ one: 1 }]);
});

test("a folder that is no database is refused, and its thread is gone", async () => {
  await expect(openPgliteThread("/dev/null/nowhere")).rejects.toThrow();
});

test("once closed it refuses", async () => {
  const other = await openPgliteThread(undefined);
  await other.close();
  await expect(other.query("select 1", [])).rejects.toThrow("the database's thread has ended");
});
