/** bear publish against a cell: up, staged, listed, downloaded, and told to a toy on the line. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openBear } from "@bearlink/sdk/node";
import type { ToyRecord } from "@bearlink/sdk/node";
import { startCell } from "../../support/cell.ts";
import type { TestCell } from "../../support/cell.ts";
import { until } from "../../support/wait.ts";
import { answerOf, bearHere, linesOf, newFolder } from "../../support/processes.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = newFolder();
const bundle = folder.file("bundle.js");
const program = `/**/print("a new bear")`;
writeFileSync(bundle, program);
let cell: TestCell;
let env: Record<string, string>;

beforeAll(async () => {
  cell = await startCell();
  env = { BEARLINK_URL: cell.url, BEARLINK_KEY: cell.developerKey, DATA_DIR: cell.dataDir };
});
afterAll(async () => {
  await cell?.stop();
  folder.remove();
});

const publish = (...args: string[]) => bearHere(["publish", ...args], env);

test("a program goes up for a few toys, then for all, and is held back", async () => {
  const up = await publish("--version", "1.2.0", "--bundle", bundle, "--percent", "10", "--json");
  expect(answerOf(up)).toMatchObject({ version: "1.2.0", size: 23, percent: 10, paused: false });
  const all = await publish("--stage", "--version", "1.2.0", "--percent", "100", "--json");
  expect(answerOf(all)).toMatchObject({ percent: 100, paused: false });

  const manifest = (await (await fetch(`${cell.url}/api/v1/esp32/firmware`)).json()) as Record<
    string,
    string
  >;
  const bytes = Buffer.from(await (await fetch(manifest.url!)).arrayBuffer());
  expect(String(bytes)).toBe(program);
  expect(manifest.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));

  expect((await publish("--stage", "--version", "1.2.0", "--pause")).stdout).toMatch(
    /^1\.2\.0 for esp32-classic, 23 bytes, paused: 0 have it/,
  );
  expect(answerOf(await publish("--list", "--json"))).toMatchObject({
    updates: [{ paused: true, percent: 100 }],
  });
});

test("what is built is signed for production, and stays here with --dry-run", async () => {
  const ended = await publish("--version", "9.0.0", "--dry-run", "--json");
  const { size } = answerOf(ended) as { size: number };
  expect(size).toBeGreaterThan(5_000);
  expect(size).toBeLessThan(28 * 1024 + 1);
  expect((await publish("--list")).stdout).not.toContain("9.0.0");
});

test.each([
  [["--version", "1.2.0", "--bundle", bundle], 1, /OLDER_VERSION.*raise --version/],
  [["--version", "1.2", "--bundle", bundle], 2, /1\.2 is not a version/],
  [["--percent", "101", "--version", "1.3.0", "--bundle", bundle], 2, /whole number from 0 to 100/],
  [["--pause", "--resume"], 2, /not both/],
  [["--stage"], 2, /needs the --version/],
  [["--stage", "--version", "1.2.0"], 2, /say what changes/],
  [["--stage", "--version", "7.7.7", "--pause"], 1, /NOT_FOUND/],
])("%j: exit %i, one line", async (args, exit, line) => {
  const { code, stderr } = await publish(...args);
  expect({ code, lines: linesOf(stderr) }).toEqual({ code: exit, lines: [expect.stringMatching(line)] });
});

test("a program that another key signed is not taken", async () => {
  writeFileSync(folder.file("key"), "ab".repeat(32));
  const ended = await publish("--version", "2.0.0", "--bundle", bundle, "--key", folder.file("key"));
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/BAD_SIGNATURE.*--key/)]);
});

test("a toy on the line is told at once; a virtual one cannot take it, and is not asked again", async () => {
  const toy = answerOf(await bearHere(["provision", "--json"], env)) as unknown as ToyRecord;
  const bear = await openBear({ url: cell.url, toy, firmwareVersion: "1.0.0+esp32-classic" });
  try {
    await bear.ready();
    expect((await publish("--version", "5.0.0", "--bundle", bundle)).code).toBe(0);
    const toys = async () =>
      (answerOf(await publish("--list", "--json")) as { updates: { toys: object }[] }).updates[0]!.toys;
    await until("the toy answered", async () => JSON.stringify(await toys()).includes('"refused":1'));
    expect(await toys()).toEqual({ offered: 0, ok: 0, failed: 0, refused: 1 });
    const offer = await fetch(`${cell.url}/api/v1/updates/offers/${toy.device_id}`, {
      headers: { authorization: `Bearer ${cell.developerKey}` },
    });
    expect(await offer.json()).toEqual({ version: null, why: "FAILED_BEFORE" });
  } finally {
    await bear.close();
  }
});
