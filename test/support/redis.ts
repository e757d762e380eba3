/** A private redis-server on a free port of the loopback, for the tests that need a real one. */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, until } from "./wait.ts";

/** Why tests with Redis are left out, or false. */
export const redisMissing: string | false =
  spawnSync("redis-server", ["--version"]).status === 0 ? false : "redis-server is not installed";

export interface TestRedis {
  url: string;
  /** It lives and does not answer, until `resume`. */
  pause(): void;
  resume(): void;
  /** It is gone, and what it held, until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** For good. */
  remove(): Promise<void>;
}

export async function startRedis(...extra: string[]): Promise<TestRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "bearlink-redis-"));
  let server: ChildProcess | undefined;

  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    pause: () => void server?.kill("SIGSTOP"),
    resume: () => void server?.kill("SIGCONT"),
    async stop() {
      if (!server) return;
      const exited = once(server, "exit");
      server.kill("SIGKILL");
      await exited;
      server = undefined;
    },
    async start() {
      const options = [
        "--port",
        String(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        folder,
        "--save",
        "",
        "--appendonly",
        "no",
      ];
      server = spawn("redis-server", [...options, "--maxmemory-policy", "noeviction", ...extra], {
        stdio: "ignore",
      });
      await until("redis-server listens", () => answers(port));
    },
    async remove() {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  // a test that failed may not have come to remove it
  process.once("exit", () => server?.kill("SIGKILL"));
  await redis.start();
  return redis;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", () => resolve(true)).once("error", () => resolve(false));
    socket.once("data", () => socket.destroy());
  });
}
