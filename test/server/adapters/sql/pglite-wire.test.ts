/** PGlite behind pg's own client: rows and faults come over whole, and what it takes to make them holds nobody up. */
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPglite } from "../../../../server/adapters/sql/pglite.ts";
import { openPgliteWire } from "../../../../server/adapters/sql/pglite-wire.ts";

type Pool = Awaited<ReturnType<typeof openPglite>>;
type Query = (text: string, values: unknown[]) => Promise<pg.QueryResult>;

const errors: Error[] = [];
let pool: Pool;
let query: Query;
beforeAll(async () => {
  pool = await openPglite({ dataDir: undefined, onError: (error) => errors.push(error) });
  query = (await pool.connect()).query as unknown as Query;
});
afterAll(() => pool?.end());

test("bytes and large integers come over as our own parsers have them, and null stays null", async () => {
  const { rows, command, rowCount } = await query(
    "select $1::bytea as bytes, $2::int8 as large, null::int8 as none, $3::text[] as list",
    [new Uint8Array([0, 255, 7]), 2 ** 53 - 1, ["a", "b"]],
  );
  expect(rows).toEqual([
    { bytes: new Uint8Array([0, 255, 7]), large: 2 ** 53 - 1, none: null, list: ["a", "b"] },
  ]);
  expect([command, rowCount]).toEqual(["SELECT", 1]);
  const [row] = (await query("select repeat('x', 3000000) as long", [])).rows as { long: string }[];
  expect(row!.long).toHaveLength(3_000_000);
});

test("a fault has Postgres' code and constraint, and every answer after it is its own question's", async () => {
  await query("create table once (id int constraint only_once primary key)", []);
  await query("insert into once values (1)", []);
  const asked = Array.from({ length: 30 }, (_, n) =>
    n % 3 === 0 ? query("insert into once values ($1)", [1]) : query("select $1::int as n", [n]),
  );
  asked.push(query("selct $1", [1]), query("select $1::int", ["none"]), query("select 1/0", []));
  const answers = await Promise.allSettled(asked);
  const told = answers.map((answer) =>
    answer.status === "fulfilled"
      ? (answer.value.rows as { n: number }[])
      : (answer.reason as pg.DatabaseError).code,
  );
  const expected = Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? "23505" : [{ n }]));
  expect(told).toEqual([...expected, "42601", "22P02", "22012"]);
  await expect(query("insert into once values ($1)", [1])).rejects.toMatchObject({
    constraint: "only_once",
    message: expect.stringContaining("duplicate key"),
  });
});

test("what is asked often is prepared", async () => {
  const prepared = async () => {
    const text = "select statement from pg_prepared_statements where statement like '%+ 7%'";
    return (await query(text, [])).rows as { statement: string }[];
  };
  for (let time = 1; time <= 4; time++) await query("select $1::int + 7 as n", [time]);
  expect(await prepared()).toEqual([]);
  for (const time of [5, 6, 7])
    expect((await query("select $1::int + 7 as n", [time])).rows).toEqual([{ n: time + 7 }]);
  expect(await prepared()).toEqual([{ statement: "select $1::int + 7 as n" }]);
});

test("a long statement leaves this thread free", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  // in this thread not one tick would come through
  await query("select count(*) from generate_series(1, 2000000) as n where n % 7 = 3", []);
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(10);
});

test("a folder that is no database is refused, and its thread is gone", async () => {
  await expect(openPgliteWire("/dev/null/nowhere")).rejects.toThrow();
});

test("the environment's own Postgres is another; once closed it refuses", async () => {
  const names = ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSSLMODE"];
  const before = names.map((name) => process.env[name]);
  onTestFinished(() => {
    names.forEach((name, at) => {
      if (before[at] === undefined) delete process.env[name];
      else process.env[name] = before[at];
    });
  });
  Object.assign(process.env, { PGHOST: "192.0.2.1", PGPORT: "1", PGUSER: "other", PGDATABASE: "other" });
  Object.assign(process.env, { PGPASSWORD: "other", PGSSLMODE: "require" });
  const other = await openPglite({ dataDir: undefined, onError: (error) => errors.push(error) });
  const { query } = await other.connect();
  const { rows } = await (query as unknown as Query)("select current_user::text as who", []);
  expect(rows).toEqual([{ who: "postgres" }]);
  await other.end();
  await expect((query as unknown as Query)("select 1", [])).rejects.toThrow("not queryable");
  expect(errors).toEqual([]);
});

test("a thread that ends by itself is told, and refuses", async () => {
  const wire = await openPgliteWire(undefined);
  const client = new pg.Client({ user: "postgres", ssl: false, stream: () => wire as never });
  client.on("error", (error) => errors.push(error));
  await client.connect();
  const waiting = client.query("select count(*) from generate_series(1, 20000000)");
  wire.destroy(new Error("the thread fell"));
  await expect(waiting).rejects.toThrow("the thread fell");
  await expect(client.query("select 1")).rejects.toThrow("not queryable");
  expect(errors[0]).toMatchObject({ message: "the thread fell" });
});
