/** The toy's very bundle is updated by its own cell: to a program that throws as it starts, after which the toy talks as before, and then to one that it keeps. PROTOCOL.md §10 */
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeSound, readWav, writeWav } from "@bearlink/sdk/node";
import { CODEC } from "@bearlink/sdk/protocol";
import { buildFirmware, buildProgram } from "../../../tools/firmware/build.ts";
import { startCell } from "../../support/cell.ts";
import type { TestCell } from "../../support/cell.ts";
import { ESPRUINO } from "../../support/interpreter.ts";
import { answerOf, bearHere, newFolder } from "../../support/processes.ts";
import { pause, until } from "../../support/wait.ts";
import { newToy, QUESTION, startModels } from "../../walks/support.ts";
import type { Models } from "../../walks/support.ts";
import { interpreterToy } from "./interpreter-toy.ts";
import { said, twinToy } from "./toy.ts";
import type { FirmwareToy } from "./toy.ts";

const BOARD = "esp32-classic";
const RATE = 8_000;
/** short: what the companion says without it may be a story of half a minute */
const ANSWER = "Bears sleep all winter, deep in the soft snow.";

const folder = newFolder();
afterAll(() => folder.remove());

const publish = async (cell: TestCell, version: string, bundle: string): Promise<void> => {
  const file = folder.file(`${version}.js`);
  writeFileSync(file, bundle, "latin1");
  const env = { BEARLINK_URL: cell.url, BEARLINK_KEY: cell.developerKey, DATA_DIR: cell.dataDir };
  const ended = await bearHere(["publish", "--version", version, "--bundle", file, "--json"], env);
  expect(answerOf(ended)).toMatchObject({ version, percent: 100, paused: false });
};

const hosts = [
  { host: "the twin", make: twinToy, there: true },
  { host: "the interpreter", make: interpreterToy, there: ESPRUINO !== undefined },
].filter(({ there }) => there);

describe.each(hosts)("on $host, a toy", { timeout: 120_000 }, ({ make }) => {
  const profile = "development";
  let models: Models;
  let cell: TestCell;
  let toy: FirmwareToy;
  beforeAll(async () => {
    models = await startModels({ reply: ANSWER });
    cell = await startCell(models.env);
    const firmware = await buildFirmware({ profile, version: `0.1.0+${BOARD}` });
    toy = make(firmware, await newToy(cell));
    toy.boot();
    await said(toy, /^state ready/, 0, 30_000);
  }, 120_000);
  afterAll(async () => {
    await toy.close();
    await cell.stop();
    await models.close();
  });

  const talks = async (): Promise<void> => {
    const from = toy.lines.length;
    toy.say(encodeSound(CODEC.U8, readWav(writeWav(QUESTION, RATE))));
    toy.press(true);
    await said(toy, /^state listening/, from);
    await pause(900);
    toy.press(false);
    await said(toy, /^state speaking/, from, 30_000);
    await said(toy, /^turn_over done/, from, 60_000);
  };

  test("takes a program that throws as it starts, leaves it, and talks", async () => {
    const starts = toy.starts();
    const { program } = await buildProgram("test/firmware/throwing.ts", { profile });
    await publish(cell, "9.0.0", program);
    const born = await said(toy, /^born broken/, 0, 60_000);
    await said(toy, /^state ready/, born, 60_000);
    expect(toy.starts()).toBe(starts + 2);
    expect(toy.program(1)).toBe(program);
    expect(await toy.ask("PROGRAM+' '+TRIAL")).toBe("0 false");
    await talks();
  });

  test("takes a better one after that, keeps it, and talks", async () => {
    const { bundle } = await buildFirmware({ profile, version: `9.0.1+${BOARD}` });
    const from = toy.lines.length;
    await publish(cell, "9.0.1", bundle);
    const updating = await said(toy, /^state updating/, from, 60_000);
    await said(toy, /^state ready/, updating, 60_000);
    expect(toy.program(1)).toBe(bundle);
    await until("it is no trial", async () => (await toy.ask("PROGRAM+' '+TRIAL")) === "1 false");
    await talks();
  });
});
