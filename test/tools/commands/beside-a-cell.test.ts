/** `bear start`, and the other commands beside it: through its routes, since it keeps its record to itself. */
import { readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  answerOf,
  bear,
  bearHere,
  linesOf,
  newDeveloperKey,
  newFolder,
  startCellProcess,
} from "../../support/processes.ts";
import type { CellProcess, Ended } from "../../support/processes.ts";
import { layDatabase } from "../../support/shelf.ts";
import { freePort } from "../../support/wait.ts";

// processes start
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = newFolder();
let cell: CellProcess;
/** the settings that the cell was started with: what a person in the same folder has */
let same: Record<string, string>;
/** an address and a key: what a person elsewhere was told */
let elsewhere: Record<string, string>;

beforeAll(async () => {
  same = { DATA_DIR: folder.file("data"), PORT: String(await freePort()) };
  cell = await startCellProcess(same);
  const nowhere = folder.file("nowhere");
  elsewhere = { BEARLINK_URL: cell.url, BEARLINK_KEY: cell.developerKey, DATA_DIR: nowhere };
});
afterAll(async () => {
  cell?.kill("SIGKILL");
  await cell?.ended;
  folder.remove();
});

/** The last of stderr's lines, the only one of the command's own. */
function faultOf({ code, stderr }: Ended): { code: number | null; fault: string } {
  const faults = linesOf(stderr).filter((line) => line.startsWith("bear: "));
  expect(faults).toHaveLength(1);
  return { code, fault: faults[0]! };
}

describe("beside a running cell", () => {
  test.each([
    ["in its folder", () => same, "a.json"],
    ["from elsewhere", () => elsewhere, "b.json"],
  ])("%s a toy is made and paired, in one line of JSON each", async (_, env, name) => {
    const toyFile = folder.file(name);
    const made = answerOf(await bearHere(["provision", "--out", toyFile, "--json"], env()));
    expect(made).toEqual(JSON.parse(readFileSync(toyFile, "utf8")));
    expect(made.url).toBe(cell.url);
    expect(statSync(toyFile).mode & 0o777).toBe(0o600);
    expect(answerOf(await bearHere(["pair", "--toy", toyFile, "--json"], env()))).toEqual({
      device_id: made.device_id,
      account_id: "demo-account",
      child_id: "demo-child",
    });
  });

  test("migrate status asks the cell, and nothing is migrated under its feet", async () => {
    const { migrations } = answerOf(await bear(["migrate", "status", "--json"], same)) as {
      migrations: { state: string }[];
    };
    expect(new Set(migrations.map(({ state }) => state))).toEqual(new Set(["applied"]));
    expect(answerOf(await bearHere(["migrate", "up", "--json"], same))).toEqual({ applied: [] });
    const down = faultOf(await bearHere(["migrate", "down"], same));
    expect(down).toEqual({ code: 1, fault: expect.stringContaining("stop it first") as string });
  });

  test("a wrong key makes no toy, and leaves no file", async () => {
    const toyFile = folder.file("c.json");
    const env = { ...elsewhere, BEARLINK_KEY: newDeveloperKey() };
    const { code, fault } = faultOf(await bearHere(["provision", "--out", toyFile], env));
    expect(code).toBe(1);
    expect(fault).toMatch(/refused \(UNAUTHORIZED\): set BEARLINK_KEY/);
    expect(fault).not.toContain(env.BEARLINK_KEY);
    expect(() => statSync(toyFile)).toThrow(/ENOENT/);
  });

  test.each([
    ["an address where none runs", "http://127.0.0.1:1", 1, /no cell answers at/],
    ["an address that is none", "bears", 2, /BEARLINK_URL is not an address/],
  ])("%s", async (_, BEARLINK_URL, code, fault) => {
    const told = faultOf(await bearHere(["provision", "--json"], { ...elsewhere, BEARLINK_URL }));
    expect(told).toEqual({ code, fault: expect.stringMatching(fault) as string });
  });
});

describe("bear start, where it cannot", () => {
  const start = (env: Record<string, string>) => bear(["start"], env, folder.path);

  test("on a port that is taken: exit 1, and one line", async () => {
    const data = { DATA_DIR: folder.file("other") };
    await layDatabase(data.DATA_DIR);
    const ports = [same.PORT!, String(cell.mqttPort)];
    // the second finds the folder of the first free again
    const http = await start({ ...data, PORT: ports[0]!, MQTT_PORT: "0" });
    const mqtt = await start({ ...data, PORT: "0", MQTT_PORT: ports[1]! });
    expect([http, mqtt].map(faultOf)).toEqual(
      ports.map((port) => ({ code: 1, fault: expect.stringContaining(`port ${port} is taken`) as string })),
    );
  });

  test("on a DATA_DIR in use: exit 1, and one line that names the process", async () => {
    const { code, fault } = faultOf(await start({ DATA_DIR: same.DATA_DIR!, PORT: "0", MQTT_PORT: "0" }));
    expect(code).toBe(1);
    expect(fault).toContain(`DATA_DIR is in use by process ${cell.pid}`);
  });
});

test("SIGTERM ends an idle cell at once, with 0; what it told a person is on stderr, its log on stdout", async () => {
  const began = performance.now();
  const { code, stderr } = await cell.stop();
  expect(performance.now() - began).toBeLessThan(4_000);
  expect(code).toBe(0);
  expect(linesOf(stderr)).toEqual([
    "Starting Bearlink …",
    expect.stringMatching(/^Bearlink is ready at http:\/\/127\.0\.0\.1:\d+ \(MQTT on port \d+\)/),
    expect.stringMatching(/^hears: /),
    expect.stringMatching(/^Stopping/),
    "Stopped.",
  ]);
  const log = cell.log();
  expect(log.find(({ msg }) => msg === "Bearlink is ready")).toMatchObject({ url: cell.url });
  expect(log.at(-1)).toMatchObject({ level: "info", msg: "stopped" });
});
