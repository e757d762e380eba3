import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../../../server/adapters/sql/database.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlAudit } from "../../../../server/adapters/sql/audit.ts";
import { sqlConsents } from "../../../../server/adapters/sql/consents.ts";
import { sqlFamilies } from "../../../../server/adapters/sql/families.ts";
import { sqlToys } from "../../../../server/adapters/sql/toys.ts";
import { nextConsent } from "../../../../server/family/consent/states.ts";
import { fakeClock } from "../../../support/clock.ts";
import { layDatabase } from "../../../support/shelf.ts";
import { postgresMissing, startPostgres } from "../../../support/postgres.ts";
import type { TestPostgres } from "../../../support/postgres.ts";
import { until } from "../../../support/wait.ts";

/** Names of the ports' methods that did not reject. */
async function thatAnswer({ db, ping }: Database): Promise<string[]> {
  const toys = sqlToys({ db });
  const families = sqlFamilies({ db, clock: fakeClock() });
  const claim = { boot: 1, seq: 0, sessionId: "0011223344556677", firmwareVersion: "1", at: 1 };
  const entry = { at: 1, action: "a", outcome: "success", actor: "b" } as const;
  const calls: Record<string, Promise<unknown>> = {
    ping: ping(),
    find: toys.find("bear-1"),
    add: toys.add({ deviceId: "bear-1", sealedPrk: new Uint8Array(1), pairingCodeHash: new Uint8Array(32) }),
    acceptClaim: toys.acceptClaim("bear-1", claim, false),
    quarantine: toys.quarantine("bear-1"),
    endSession: toys.endSession("bear-1"),
    currentSessions: toys.currentSessions(["bear-1"]),
    grants: sqlConsents({ db, next: nextConsent }).grants(["bear-1"]),
    demoFamily: families.demoFamily(),
    pair: families.pair("bear-none", "demo-account", "demo-child"),
    append: sqlAudit({ db }).append(entry),
  };
  const answers = await Promise.allSettled(Object.values(calls));
  return Object.keys(calls).filter((_, i) => answers[i]!.status === "fulfilled");
}

const ALL = 11;

describe.skipIf(postgresMissing)("Postgres that goes away", () => {
  let server: TestPostgres;
  let url: string;
  let database: Database;
  let errors: Error[];

  beforeAll(async () => {
    server = await startPostgres();
    url = await server.newDatabase();
  });
  afterAll(() => server?.remove());
  beforeEach(async () => {
    errors = [];
    database = await openDatabase({ url, onError: (error) => errors.push(error) });
    await migrateUp(database.db);
  });
  afterEach(() => database.close());

  test("every method rejects while it is gone, idle connections that broke are told, and all work when it is back", async () => {
    expect(await thatAnswer(database)).toHaveLength(ALL);
    await server.stop();
    expect(await thatAnswer(database)).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
    await server.start();
    expect(await thatAnswer(database)).toHaveLength(ALL);
  });

  test("a transaction whose connection is cut rejects, changes nothing, and leaves the pool whole", async () => {
    const cut = database.db.transaction().execute(async (tx) => {
      await tx.insertInto("accounts").values({ id: "cut", created_at: 1 }).execute();
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await sql`select pg_terminate_backend(${rows[0]!.pid})`.execute(database.db);
      await until("the cut is noticed", () => errors.length > 0);
      await tx.insertInto("accounts").values({ id: "cut-2", created_at: 1 }).execute();
    });
    await expect(cut).rejects.toThrow();
    const left = await database.db.selectFrom("accounts").where("id", "like", "cut%").selectAll().execute();
    expect(left).toEqual([]);
  });

  test("a statement that takes too long is cut off by Postgres", async () => {
    const hasty = await openDatabase({ url, statementMs: 100 });
    await expect(sql`select pg_sleep(30)`.execute(hasty.db)).rejects.toMatchObject({ code: "57014" });
    await hasty.ping();
    await hasty.close();
  });

  test("a Postgres that hangs is given up, and the connection is not used again", async () => {
    const hasty = await openDatabase({ url, statementMs: 100 });
    // Postgres' own limit lifted: as if it were stopped in the midst
    const silent = hasty.db.connection().execute(async (db) => {
      await sql`set statement_timeout = 0`.execute(db);
      await sql`select pg_sleep(5)`.execute(db);
    });
    await expect(silent).rejects.toThrow(/timeout/i);
    const { rows } = await sql<{
      value: string;
    }>`select current_setting('statement_timeout') as value`.execute(hasty.db);
    expect(rows).toEqual([{ value: "100ms" }]);
    await hasty.close();
  });

  test("at most 20 connections are made, however many ask", async () => {
    const busy = await openDatabase({ url: await server.newDatabase() });
    const counts = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const { rows } = await sql<{ count: number }>`
          select count(*) from pg_stat_activity, pg_sleep(0.05)
          where datname = current_database()`.execute(busy.db);
        return rows[0]!.count;
      }),
    );
    await busy.close();
    expect(Math.max(...counts)).toBe(20);
  });

  /** Texts that this connection has prepared. */
  async function prepared(db: Database["db"]): Promise<string[]> {
    const { rows } = await sql<{
      statement: string;
    }>`select statement from pg_prepared_statements order by statement`.execute(db);
    return rows.map(({ statement }) => statement);
  }

  test("a statement is prepared when it is asked for the fifth time, and at most 200 are", async () => {
    const fresh = await openDatabase({ url: await server.newDatabase() });
    await fresh.db.connection().execute(async (db) => {
      for (let time = 1; time <= 5; time++) {
        expect(await prepared(db)).toEqual([]);
        const { rows } = await sql<{ sum: number }>`select ${time}::int + 1 as sum`.execute(db);
        expect(rows).toEqual([{ sum: time + 1 }]);
      }
      expect(await prepared(db)).toEqual(["select $1::int + 1 as sum"]);
      for (let name = 0; name < 210; name++)
        for (let time = 1; time <= 5; time++)
          await sql`select ${time}::int as ${sql.raw(`n${name}`)}`.execute(db);
      expect(await prepared(db)).toHaveLength(200);
    });
    await fresh.close();
  });

  test("a statement prepared before a migration of another server answers with the new columns", async () => {
    await sql`create table grows (id text)`.execute(database.db);
    await sql`insert into grows values ('a')`.execute(database.db);
    const ask = (db: Database["db"]) => sql`select * from grows where id = ${"a"}`.execute(db);
    const askOften = async () => {
      for (let time = 1; time <= 5; time++) await ask(database.db);
    };
    const grow = (column: string) =>
      sql`alter table grows add column ${sql.ref(column)} int`.execute(database.db);
    await askOften();
    await grow("b");
    expect((await ask(database.db)).rows).toEqual([{ id: "a", b: null }]);
    // a transaction that it strikes is lost, and says so; the next is whole
    await askOften();
    await grow("c");
    await expect(database.db.transaction().execute(ask)).rejects.toThrow("cached plan");
    expect((await database.db.transaction().execute(ask)).rows).toEqual([{ id: "a", b: null, c: null }]);
  });
});

test("an address where no Postgres is makes every method reject", async () => {
  const database = await openDatabase({ url: "postgres://postgres@127.0.0.1:1/none" });
  expect(await thatAnswer(database)).toEqual([]);
  await database.close();
});

// PGlite takes seconds to make a new folder
describe("PGlite in a folder", { timeout: 120_000 }, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bearlink-data-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const dataDir = () => join(folder, "data");
  const lock = () => join(dataDir(), "database.lock");

  test("one opener holds it, a second is refused with the first one's process, and what the first wrote is kept", async () => {
    const first = await openDatabase({ dataDir: dataDir() });
    await expect(openDatabase({ dataDir: dataDir() })).rejects.toMatchObject({
      code: "DATA_DIR_IN_USE",
      message: expect.stringContaining(`in use by process ${process.pid} `),
    });
    await migrateUp(first.db);
    await first.db.insertInto("accounts").values({ id: "kept", created_at: 5 }).execute();
    expect(statSync(join(dataDir(), "database")).mode & 0o777).toBe(0o700);
    await first.close();
    expect(await thatAnswer(first)).toEqual([]);
    expect(() => readFileSync(lock())).toThrow("ENOENT");
    const second = await openDatabase({ dataDir: dataDir() });
    expect(await second.db.selectFrom("accounts").select(["id", "created_at"]).execute()).toEqual([
      { id: "kept", created_at: 5 },
    ]);
    await second.close();
  });

  test("an opener in another process is refused; killed, it leaves a lock that is taken over, and every row it was told was kept", async () => {
    await layDatabase(dataDir());
    const holder = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", HOLDER], {
      cwd: new URL("../../../..", import.meta.url).pathname,
      env: { ...process.env, DATA_DIR: dataDir() },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    await expect(openDatabase({ dataDir: dataDir() })).rejects.toThrow(`in use by process ${holder.pid} `);
    const exited = once(holder, "exit");
    holder.kill("SIGKILL");
    await exited;
    expect(readFileSync(lock(), "utf8")).toContain(`${holder.pid} `);
    const next = await openDatabase({ dataDir: dataDir() });
    expect(await next.db.selectFrom("accounts").select(["id", "created_at"]).execute()).toEqual([
      { id: "kept", created_at: 5 },
    ]);
    await next.close();
  });
});

/** Writes a row, says so, and stays. */
const HOLDER = `
  import { openDatabase } from "./server/adapters/sql/database.ts";
  import { migrateUp } from "./server/adapters/sql/migrate.ts";
  const { db } = await openDatabase({ dataDir: process.env.DATA_DIR });
  await migrateUp(db);
  await db.insertInto("accounts").values({ id: "kept", created_at: 5 }).execute();
  console.log("kept");
  setInterval(() => {}, 1000);
`;
