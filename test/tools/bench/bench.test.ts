/** A bench in small, end to end: not how fast anything is, but that each figure is there and the toys were heard. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBroker } from "../../../tools/bench/broker.ts";
import { runHttp } from "../../../tools/bench/http.ts";
import { runLimits } from "../../../tools/bench/limits.ts";
import { runIdle } from "../../../tools/bench/idle.ts";
import { openSite } from "../../../tools/bench/site.ts";
import type { Site } from "../../../tools/bench/site.ts";
import { runTurns } from "../../../tools/bench/turns.ts";
import { startWorker } from "../../../tools/bench/worker.ts";

const told: string[] = [];
const tell = (detail: string): void => void told.push(detail);
let site: Site;
beforeAll(async () => {
  site = await openSite(4, tell);
});
afterAll(() => site.remove());

const summary = (count: number) => ({
  count,
  ...Object.fromEntries(["p50", "p95", "p99", "max"].map((name) => [name, expect.any(Number)])),
});

describe("a bench in small", () => {
  it("two bears take a turn each, and nothing is lost", { timeout: 120_000 }, async () => {
    const delays = { transcribe: 30, firstToken: 35, token: 5, speech: 20 };
    const scenario = { name: "small", toys: 2, turns: 1, laterTurns: 1, ffmpegToys: 0, delays, target: 25 };
    const result = await runTurns(site, scenario, tell);
    expect(JSON.parse(JSON.stringify(result))).toEqual({
      ...{ name: "small", toys: 2, delays, target_ms: 25, sound: expect.stringContaining("TypeScript") },
      added_ms: summary(2),
      arriving_ms: summary(2),
      ...{ first_turn_ms: expect.any(Number), failed: 0, frames_lost: 0, underruns: 0 },
      // the process that would start ffmpeg may have had a tick of the clock
      ...{ cpu_percent_a_toy: expect.any(Number), ffmpeg_percent_a_toy: expect.any(Number) },
      rss_mb: expect.any(Number),
    });
    expect(result.ffmpeg_percent_a_toy).toBeLessThan(1);
    expect(result.added_ms.p50).toBeGreaterThan(0);
    expect(result.cpu_percent_a_toy).toBeGreaterThan(0);
  });

  it(
    "frames come back from raw TCP, from the broker and from behind frame protection",
    { timeout: 60_000 },
    async () => {
      const result = await runBroker({ toys: 5, roundMs: 300, rounds: 1 }, tell);
      expect(result).toMatchObject({ toys: 5, frames_a_second: 62.5, target_ratio: 2.5, frames_lost: 0 });
      for (const kind of ["raw", "broker", "protected"] as const)
        expect(result.round_trip_ms[kind]).toEqual(summary(18));
      expect(result.raw_us).toBeGreaterThan(0);
      expect(result.ratio).toBeGreaterThan(0);
    },
  );

  it("idle toys come, and are counted", { timeout: 60_000 }, async () => {
    const result = await runIdle(site, 2, tell, 100);
    expect(result).toMatchObject({ toys: 2, target_kb: 20 });
    expect(Number.isFinite(result.held_kb_a_toy)).toBe(true);
    expect(result.rss_mb).toBeGreaterThan(0);
  });

  it(
    "a parent's read and a bare Fastify answer as many bytes, and none is refused",
    { timeout: 120_000 },
    async () => {
      const result = await runHttp(site, { connections: 2, roundMs: 1_000, rounds: 1 }, undefined, tell);
      expect(result).toMatchObject({ database: "PGlite", target_share: 0.1, failed: 0 });
      expect(result.bytes).toBeGreaterThan(200);
      for (const figure of [result.bare, result.read, result.share]) expect(figure).toBeGreaterThan(0);
    },
  );

  it(
    "the limiter decides, 1 KB is sealed, and an audit entry stands beside a claim",
    { timeout: 120_000 },
    async () => {
      const result = await runLimits(site, { perSecond: 200, ms: 200, toys: 2 }, undefined, tell);
      expect(result.decisions).toMatchObject([{ store: "this process", target_p95: 1, refused: 0 }]);
      expect(result.decisions[0]!.most).toBeGreaterThan(0);
      for (const figure of [result.sealing_p95, result.claim_ms]) expect(figure).toBeGreaterThan(0);
      expect(result.audit_share).toBeLessThan(1);
    },
  );

  it("who asks a worker for what it cannot do is told", { timeout: 30_000 }, async () => {
    const worker = await startWorker("bears-worker.ts");
    await expect(worker.ask("sing")).rejects.toThrow("sing");
    await worker.stop();
    await expect(worker.usage()).rejects.toThrow("gone");
  });
});
