import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startCell } from "../../support/cell.ts";
import type { TestCell } from "../../support/cell.ts";
import { answerOf, bearHere } from "../../support/processes.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let cell: TestCell;
let open: TestCell;
beforeAll(async () => {
  cell = await startCell({ RATE_LIMIT_REQUESTS_PER_MINUTE: "150" });
  open = await startCell({ RATE_LIMIT_ENABLED: "false" });
});
afterAll(() => Promise.all([cell?.stop(), open?.stop()]));

const smoke = (at: TestCell) =>
  bearHere(["ratelimit-smoke", "--json"], { BEARLINK_URL: at.url, DATA_DIR: at.dataDir });

test("each layer of a running cell says no in its turn, by its own name", async () => {
  const { layers } = answerOf(await smoke(cell)) as {
    layers: { layer: string; ok: number; code: string; retry_after_s: number }[];
  };
  expect(layers.map(({ layer }) => layer)).toEqual(["burst", "endpoint", "tier", "failures", "address"]);
  const of = Object.fromEntries(layers.map((one) => [one.layer, one]));
  for (const { code, retry_after_s } of layers) {
    expect(code).toBe("RATE_LIMITED");
    expect(retry_after_s).toBeGreaterThan(0);
  }
  // MISSION A17: 30 ok, 1 RATE_LIMITED; a bucket gives a little more to whoever is slow
  expect(of.endpoint!.ok).toBeGreaterThanOrEqual(30);
  expect(of.failures!.ok).toBe(5);
});

test("a cell that does not limit is found out", async () => {
  const { code, stderr } = await smoke(open);
  expect(code).toBe(1);
  expect(stderr).toContain("RATE_LIMIT_ENABLED");
});
