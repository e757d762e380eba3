/** A private Postgres cluster on a free port of the loopback, for the tests that need a real one: a copy of one that was made once. */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { made } from "./shelf.ts";
import { freePort, until } from "./wait.ts";

const DEBIAN = "/usr/lib/postgresql";

const binaries = [
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, "bin")) : []),
  ...(process.env.PATH ?? "").split(":"),
].find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));

/** Why tests with Postgres are left out, or false. */
export const postgresMissing: string | false = binaries ? false : "postgresql is not installed";

export interface TestPostgres {
  /** A new, empty database of this cluster. */
  newDatabase(): Promise<string>;
  /** A new one with its tables made. */
  newTables(): Promise<string>;
  /** The server is gone until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** For good. */
  remove(): Promise<void>;
}

/** Whom it runs as, and where. */
interface Run {
  uid?: number;
  gid?: number;
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** the database, in each cluster, of which one with tables is a copy */
const TABLES = "tables";

export async function startPostgres(): Promise<TestPostgres> {
  const cluster = await madeCluster();
  const { postgres } = await serve((data) => copy(join(cluster, "data"), data));
  return postgres;
}

/** The folder of a cluster that no server runs on, for this program and this user. */
export function madeCluster(): Promise<string> {
  const version = execFileSync(join(binaries!, "postgres"), ["--version"], { encoding: "utf8" });
  return made("postgres", version + JSON.stringify(unprivileged()), async (place) => {
    // loaded when they are needed: most runs find it made
    const { openDatabase } = await import("../../server/adapters/sql/database.ts");
    const { migrateUp } = await import("../../server/adapters/sql/migrate.ts");
    const setup = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
    const { postgres, data, urlOf } = await serve((data, run) => {
      execFileSync(join(binaries!, "initdb"), ["-D", data, ...setup], { ...run, stdio: "ignore" });
    });
    await query(urlOf("postgres"), `create database ${TABLES}`);
    const { db, close } = await openDatabase({ url: urlOf(TABLES) });
    await migrateUp(db);
    await close();
    await postgres.stop();
    copy(data, join(place, "data"));
    await postgres.remove();
  });
}

/** With whose it is: Postgres takes no other's. */
function copy(from: string, to: string): void {
  execFileSync("cp", ["-a", from, to]);
}

async function serve(lay: (data: string, run: Run) => void) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "bearlink-postgres-"));
  const user = unprivileged();
  if (user) chownSync(folder, user.uid, user.gid);
  const run: Run = { ...user, cwd: folder, env: { PATH: process.env.PATH, HOME: folder, LC_ALL: "C" } };
  const data = join(folder, "data");
  lay(data, run);
  let server: ChildProcess | undefined;
  let databases = 0;
  const urlOf = (name: string): string => `postgres://postgres@127.0.0.1:${port}/${name}`;

  const postgres: TestPostgres = {
    async newDatabase() {
      const name = `test${++databases}`;
      await query(urlOf("postgres"), `create database ${name}`);
      return urlOf(name);
    },
    async newTables() {
      const name = `test${++databases}`;
      await query(urlOf("postgres"), `create database ${name} template ${TABLES}`);
      return urlOf(name);
    },
    async stop() {
      if (!server) return;
      const exited = once(server, "exit");
      // fast: it ends its connections
      server.kill("SIGINT");
      await exited;
      server = undefined;
    },
    async start() {
      const options = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", folder, "-F"];
      server = spawn(join(binaries!, "postgres"), options, { ...run, stdio: "ignore" });
      await until("postgres answers", () =>
        query(urlOf("postgres"), "select 1").then(
          () => true,
          () => false,
        ),
      );
    },
    async remove() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  // a test that failed may not have come to remove it
  process.once("exit", () => server?.kill("SIGINT"));
  await postgres.start();
  return { postgres, data, urlOf };
}

/** Postgres refuses to run as root: there it runs as the user its package made. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
