/** The commands of `bear` on a machine where no cell runs: straight to the record under DATA_DIR. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { writeWav } from "@bearlink/sdk/node";
import { answerOf, bear, bearHere, linesOf, newFolder } from "../../support/processes.ts";
import type { Ended } from "../../support/processes.ts";
import { freePort } from "../../support/wait.ts";

// processes start
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = newFolder();
const toyFile = folder.file("toy.json");
let env: Record<string, string>;

beforeAll(async () => {
  // a port where nobody answers
  env = { DATA_DIR: folder.file("data"), PORT: String(await freePort()) };
});
afterAll(() => folder.remove());

const here = (...args: string[]): Promise<Ended> => bearHere(args, env);
const readToy = () => JSON.parse(readFileSync(toyFile, "utf8")) as Record<string, string>;

/** One line on stderr, nothing on stdout. */
function expectFault({ code, stdout, stderr }: Ended, exit: number, line: RegExp): void {
  expect({ code, stdout, lines: linesOf(stderr) }).toEqual({
    code: exit,
    stdout: "",
    lines: [expect.stringMatching(line)],
  });
}

describe("in a new folder", () => {
  test("migrate status tells what is pending, in one line of JSON and with exit 3; migrate up applies it, once", async () => {
    const { code, stdout, stderr } = await bear(["migrate", "status", "--json"], env, folder.path);
    expect(code).toBe(3);
    expect(linesOf(stdout)).toHaveLength(1);
    const { migrations } = JSON.parse(stdout) as { migrations: { name: string; state: string }[] };
    expect(new Set(migrations.map(({ state }) => state))).toEqual(new Set(["pending"]));
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/^bear: .*run bear migrate up$/)]);

    const names = migrations.map(({ name }) => name);
    expect(answerOf(await here("migrate", "up", "--json"))).toEqual({ applied: names });
    expect(answerOf(await here("migrate", "up", "--json"))).toEqual({ applied: [] });
    expect(answerOf(await here("migrate", "status", "--json"))).toEqual({
      migrations: names.map((name) => ({ name, state: "applied" })),
    });
  });

  test("provision --json tells all of a toy in one line, and writes no file", async () => {
    const ended = await bear(["provision", "--json"], env, folder.path);
    expect(answerOf(ended)).toEqual({
      device_id: expect.stringMatching(/^bear-[0-9a-hjkmnp-tv-z]{16}$/) as string,
      device_secret: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      pairing_code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/) as string,
      url: `http://127.0.0.1:${env.PORT}`,
    });
    expect(ended.stderr).toBe("");
    expect(readdirSync(folder.path)).toEqual(["data"]);
  });

  test("provision --out writes the secret for its owner alone, shows it to nobody, and never writes over a file", async () => {
    const made = await here("provision", "--out", toyFile);
    const toy = readToy();
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toContain(toy.device_id);
    expect(made.stdout).toContain(toy.pairing_code);
    expect(made.stdout).not.toContain(toy.device_secret);
    expect(statSync(toyFile).mode & 0o777).toBe(0o600);

    expectFault(await here("provision", "--out", toyFile), 2, /^bear: .*toy\.json is there already/);
    expect(readToy()).toEqual(toy);
  });

  test("pair gives it to the demo family, and again without harm", async () => {
    const { device_id } = readToy();
    const paired = answerOf(await here("pair", "--toy", toyFile, "--json"));
    expect(paired).toMatchObject({ device_id, account_id: expect.any(String) as string });
    expect(answerOf(await here("pair", "--toy", toyFile, "--json"))).toEqual(paired);
  });

  test("the record holds neither the toy's secret nor its code", () => {
    const { device_id, device_secret = "", pairing_code = "" } = readToy();
    const record = readdirSync(env.DATA_DIR!, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    const holds = (bytes: Buffer | string) => record.some((file) => file.includes(bytes));
    expect(holds(device_id!)).toBe(true);
    expect(holds(createHash("sha256").update(pairing_code).digest())).toBe(true);
    for (const secret of [device_secret, Buffer.from(device_secret, "hex"), pairing_code])
      expect(holds(secret)).toBe(false);
  });
});

describe("what cannot be done is told in one line", () => {
  const [wav, noWav, noToy, stranger] = ["question.wav", "no.wav", "no.json", "stranger.json"].map(
    folder.file,
  );
  beforeAll(() => {
    writeFileSync(wav!, writeWav(new Int16Array(800)));
    writeFileSync(noWav!, "no sound");
    writeFileSync(noToy!, "{}");
    const device = { device_id: "bear-0000000000000000", device_secret: "ab".repeat(32) };
    writeFileSync(stranger!, JSON.stringify(device));
  });

  test.each<[string, string[], number, RegExp]>([
    ["a cell that does not run", ["talk", "--toy", toyFile, "--in", wav!], 1, /no cell answers at http/],
    [
      "a file that is not there",
      ["talk", "--toy", "nobody.json", "--in", wav!],
      2,
      /nobody\.json is not there/,
    ],
    ["a toy's file that is none", ["pair", "--toy", noToy!], 2, /.*no\.json is not a toy's file/],
    ["a question without sound", ["talk", "--toy", toyFile, "--in", noWav!], 2, /.*no\.wav: .*not a WAV/],
    [
      "a folder that is not there",
      ["provision", "--out", "nowhere/toy.json"],
      2,
      /nowhere\/toy\.json is not/,
    ],
    ["an option that does not exist", ["start", "--prot", "80"], 2, /unknown option '--prot'/],
    [
      "an option that is missing",
      ["talk", "--toy", toyFile],
      2,
      /required option '--in <wav>' not specified/,
    ],
    [
      "an option that is nearly right",
      ["provision", "--oot", "x"],
      2,
      /unknown option '--oot' .*Did you mean --out/,
    ],
    ["a word too many", ["provision", "toy.json"], 2, /too many arguments for 'provision'/],
    ["a command that does not exist", ["dance"], 2, /unknown command 'dance'/],
    ["a number that is none", ["migrate", "down", "--count", "all"], 2, /--count must be/],
    ["a toy that the record does not know", ["pair", "--toy", stranger!, "--json"], 1, /refused \(PAIRING/],
  ])("%s", async (_, args, code, line) => {
    expectFault(await here(...args), code, new RegExp(`^bear: ${line.source}`));
  });
});

test("bear start in production names every setting that is missing, in one line: exit 2", async () => {
  const empty = newFolder();
  const { code, stdout, stderr } = await bear(["start"], { NODE_ENV: "production" }, empty.path);
  expect({ code, stdout, left: readdirSync(empty.path) }).toEqual({ code: 2, stdout: "", left: [] });
  expect(linesOf(stderr)).toEqual([expect.stringMatching(/^bear: the configuration has faults: /)]);
  for (const name of ["DATABASE_URL", "REDIS_URL", "BEARLINK_MASTER_KEY", "PUBLIC_MQTT_HOST"])
    expect(stderr).toContain(`${name} is missing`);
  empty.remove();
});

test("a setting of the wrong form is named, and not repeated: exit 2", async () => {
  const wrong = { PORT: "http", BEARLINK_MASTER_KEY: "ABCD", DATABASE_URL: "mysql://bear:hunter2@db/x" };
  const { code, stderr } = await bearHere(["start"], wrong);
  expect(code).toBe(2);
  expect(linesOf(stderr)).toHaveLength(1);
  for (const name of Object.keys(wrong)) expect(stderr).toContain(name);
  expect(stderr).not.toMatch(/ABCD|hunter2/);
});
