/** Where a bench takes place: a folder of its own, toys that a demo family owns, and cells that start on it. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "@bearlink/server/config";
import { quietLog } from "@bearlink/server/log";
import { openOffline } from "@bearlink/server/offline";
import { makeToy } from "../new-toy.ts";
import type { ToyFile } from "../toy-file.ts";
import { startWorker } from "./worker.ts";
import type { Worker } from "./worker.ts";

export interface BenchCell {
  worker: Worker;
  url: string;
  /** who makes the sound */
  sound: string;
  /** ms that a claim's request takes here, the mean since it started. */
  claimMs(): Promise<number>;
  /** Frames by direction and type, and those dropped, since it started; PROTOCOL.md §5 has the types. */
  frames(): Promise<{ up: Record<number, number>; down: Record<number, number>; dropped: number }>;
}

export interface Site {
  toys: ToyFile[];
  /** the folder of what the toys keep */
  flash: string;
  /** where its cells keep what they keep, mail too */
  dataDir: string;
  /** of its cells */
  env: Record<string, string>;
  /** `variables` are added to the environment of a cell that has no other. */
  startCell(variables: Record<string, string>, nodeFlags?: string[]): Promise<BenchCell>;
  remove(): void;
}

/** Makes the toys while no cell runs, so that no limit of a route counts them. */
export async function openSite(toyCount: number, tell: (detail: string) => void): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "bearlink-bench-"));
  const metricsToken = randomBytes(16).toString("hex");
  const env = {
    ...{ NODE_ENV: "development", HOST: "127.0.0.1", PORT: "0", MQTT_PORT: "0", DATA_DIR: folder },
    ...{ METRICS_TOKEN: metricsToken, TRUSTED_PROXIES: "127.0.0.1" },
  };
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const toys = await makeToys(env, toyCount, tell);
    return {
      toys,
      flash: join(folder, "flash"),
      dataDir: folder,
      env,
      remove,
      async startCell(variables, nodeFlags) {
        const worker = await startWorker("cell-worker.ts", nodeFlags);
        try {
          const told = await worker.ask<{ url: string; sound: string }>("start", { ...env, ...variables });
          const lines = () => metricLines(told.url, metricsToken);
          return {
            ...{ worker, ...told },
            frames: async () => frameCounts(await lines()),
            claimMs: async () => claimTime(await lines()),
          };
        } catch (error) {
          await worker.stop();
          throw error;
        }
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function makeToys(
  env: Record<string, string>,
  count: number,
  tell: (detail: string) => void,
): Promise<ToyFile[]> {
  const record = await openOffline(readConfig(env), { log: quietLog });
  try {
    const toys: ToyFile[] = [];
    for (let made = 0; made < count; made++) {
      const toy = makeToy(env);
      const { device_id, device_secret, pairing_code } = toy;
      const pairing_code_sha256 = createHash("sha256").update(pairing_code).digest("hex");
      await record.provision({ device_id, device_secret, pairing_code_sha256 });
      await record.pairWithDemoFamily(device_id);
      toys.push(toy);
      if (made % 100 === 99) tell(`${made + 1} of ${count}`);
    }
    return toys;
  } finally {
    await record.close();
  }
}

async function metricLines(url: string, token: string): Promise<string[]> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.text()).split("\n");
}

function claimTime(lines: readonly string[]): number {
  const of = (name: string): number => {
    const start = `http_request_duration_seconds_${name}{method="POST",route="/api/v1/pair/claim",status="200"}`;
    return Number(lines.find((line) => line.startsWith(start))?.slice(start.length));
  };
  return (of("sum") * 1000) / of("count");
}

function frameCounts(lines: readonly string[]): Awaited<ReturnType<BenchCell["frames"]>> {
  const counts = { up: {} as Record<number, number>, down: {} as Record<number, number>, dropped: 0 };
  for (const line of lines) {
    const frames = /^mqtt_frames_total\{direction="(up|down)",type="(\d+)"\} (\d+)/.exec(line);
    if (frames) counts[frames[1] as "up" | "down"][Number(frames[2])] = Number(frames[3]);
    // CREDIT that comes after REPLY_END is dropped as it should be
    const dropped = /^frames_dropped_total\{reason="(?!turn-over")[^"]*"\} (\d+)/.exec(line);
    if (dropped) counts.dropped += Number(dropped[1]);
  }
  return counts;
}
