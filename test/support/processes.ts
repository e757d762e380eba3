/** `bear` as people run it: a process of its own, with an environment that is told it whole. */
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { randomBytes } from "node:crypto";
import { makeDeveloperKey } from "../../server/keys/developer-key.ts";
import { layDatabase } from "./shelf.ts";
import { until } from "./wait.ts";

const PROGRAM = fileURLToPath(new URL("../../tools/bear.mjs", import.meta.url));

export interface Ended {
  /** null where a signal ended it */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  pid: number;
  /** so far */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

export interface CellProcess extends Running {
  url: string;
  mqttPort: number;
  developerKey: string;
  /** the lines of its log so far; throws where one is no JSON */
  log(): Record<string, unknown>[];
  /** SIGTERM, and how it ended */
  stop(): Promise<Ended>;
}

type Env = Record<string, string>;

/** Starts `bear`; of this process's environment it gets what any program needs, and no more. */
export function startBear(args: string[], env: Env = {}, cwd = process.cwd()): Running {
  const { PATH = "", HOME = tmpdir() } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [textOf(child, "stdout"), textOf(child, "stderr")];
  const kill = (): void => void child.kill("SIGKILL");
  // a test that failed may not have come to stop it
  process.once("exit", kill);
  const ended = once(child, "close").then(([code]) => {
    process.off("exit", kill);
    return { code: code as number | null, stdout: stdout(), stderr: stderr() };
  });
  return { pid: child.pid!, stdout, stderr, kill: (signal) => void child.kill(signal), ended };
}

function textOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  name: "stdout" | "stderr",
): () => string {
  const pieces: Buffer[] = [];
  child[name].on("data", (piece: Buffer) => pieces.push(piece));
  return () => Buffer.concat(pieces).toString();
}

/** Runs `bear` to its end. */
export function bear(args: string[], env?: Env, cwd?: string): Promise<Ended> {
  return startBear(args, env, cwd).ended;
}

/** The same command line in this process: much faster, where a process of its own shows nothing more. */
export async function bearHere(args: string[], env: Env = {}): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([text(stdout), text(stderr)]);
  const { bear: run } = await import("../../tools/bear.ts");
  const code = await run(args, { stdout, stderr, env });
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { code, stdout: out, stderr: err };
}

/** `bear start`, ready. `env` has DATA_DIR, where a database is laid that is not there; the ports are free ones. */
export async function startCellProcess(env: Env): Promise<CellProcess> {
  if (env.DATABASE_URL === undefined && !existsSync(join(env.DATA_DIR!, "database")))
    await layDatabase(env.DATA_DIR!);
  const running = startBear(["start"], { PORT: "0", MQTT_PORT: "0", ...env });
  let over = false;
  void running.ended.then(() => (over = true));
  const ready = /ready at (http:\S+) \(MQTT on port (\d+)\)/;
  await until("bear start is ready", () => over || ready.test(running.stderr()), 90_000);
  const [, url, port] = ready.exec(running.stderr()) ?? [];
  if (url === undefined) throw new Error(`bear start ended: ${running.stderr()}`);
  return {
    ...running,
    url,
    mqttPort: Number(port),
    developerKey: env.BEARLINK_KEY ?? readFileSync(join(env.DATA_DIR!, "developer-key"), "utf8").trim(),
    log: () => linesOf(running.stdout()).map((line) => JSON.parse(line) as Record<string, unknown>),
    stop() {
      running.kill("SIGTERM");
      return running.ended;
    },
  };
}

/** Whole lines, without the empty ones. */
export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** The value of `--json`: the only line on stdout. */
export function answerOf({ code, stdout, stderr }: Ended): Record<string, unknown> {
  const lines = linesOf(stdout);
  if (code !== 0 || lines.length !== 1)
    throw new Error(`exit ${code}, ${lines.length} lines: ${stdout}${stderr}`);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

/** A key of the right form that opens nothing else. */
export function newDeveloperKey(): string {
  return makeDeveloperKey({ bytes: (count) => randomBytes(count) }, "test");
}

/** A folder for one test file, and its end. */
export function newFolder(): { path: string; file(name: string): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "bearlink-test-"));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What production asks for, on the loopback; the stores are the test's own. */
export function productionEnv(stores: { DATABASE_URL: string; REDIS_URL: string; DATA_DIR: string }): Env {
  return {
    NODE_ENV: "production",
    BEARLINK_MASTER_KEY: randomBytes(32).toString("hex"),
    BEARLINK_KEY: newDeveloperKey(),
    JWT_SECRET: randomBytes(32).toString("hex"),
    // nobody takes mail there
    MAIL_URL: "smtp://127.0.0.1:1",
    PUBLIC_URL: "http://127.0.0.1",
    PUBLIC_MQTT_HOST: "127.0.0.1",
    ...stores,
  };
}
