/** What the shipped program may cost: variables at rest and while it talks. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeWav, encodeSound, readWav } from "@bearlink/sdk/node";
import { CODEC } from "@bearlink/sdk/protocol";
import { buildFirmware } from "../../tools/firmware/build.ts";
import type { Firmware } from "../../tools/firmware/build.ts";
import { startCell } from "../support/cell.ts";
import type { TestCell } from "../support/cell.ts";
import { ESPRUINO } from "../support/interpreter.ts";
import { pause, until } from "../support/wait.ts";
import { newToy, QUESTION, startModels } from "../walks/support.ts";
import type { Models } from "../walks/support.ts";
import { PROBE } from "./probe.ts";
import { interpreterToy } from "./walk/interpreter-toy.ts";
import { ready } from "./walk/ready.ts";
import { twinToy } from "./walk/toy.ts";
import type { FirmwareToy } from "./walk/toy.ts";

const AT_REST = 700;
const TALKING = 2_500;

const ANSWER = "Bears sleep all winter, deep in the soft snow, and they dream of honey.";

let models: Models;
let cell: TestCell;
let firmware: Firmware;

beforeAll(async () => {
  firmware = await buildFirmware({ profile: "production" });
  models = await startModels({ reply: ANSWER });
  cell = await startCell(models.env);
});
afterAll(async () => {
  await cell.stop();
  await models.close();
});

/** Asks a question, and hears the answer begin. */
async function talk(toy: FirmwareToy): Promise<void> {
  toy.say(encodeSound(CODEC.U8, readWav(writeWav(QUESTION, 8_000))));
  toy.press(true);
  await pause(1_200);
  toy.press(false);
  let heard = 0;
  await until("an answer", () => (heard += toy.heard().length) > 8_000, 10_000);
}

test("on the twin, a toy's variables fit an ESP32", { timeout: 60_000 }, async () => {
  const record = await newToy(cell);
  const toy = twinToy(firmware, record);
  toy.boot();
  await ready(cell, record.device_id);
  const used = async (): Promise<number> => Number(await toy.ask("process.memory().usage"));
  expect(await used()).toBeLessThanOrEqual(AT_REST);
  await talk(toy);
  expect(await used()).toBeLessThanOrEqual(TALKING);
  await toy.close();
});

function onEspruino(): void {
  test("a toy's variables are within their budget", async () => {
    const record = await newToy(cell);
    const toy = interpreterToy({ ...firmware, loader: PROBE + firmware.loader }, record);
    toy.boot();
    await ready(cell, record.device_id);
    const ask = async (what: string): Promise<number> => Number(await toy.ask(what));
    await pause(1_000); // the claim's sockets are gone by then
    expect(await ask("$now-$base")).toBeLessThanOrEqual(AT_REST);
    await talk(toy);
    expect(await ask("$peak-$base")).toBeLessThanOrEqual(TALKING);
    await toy.close();
  });
}

// of `npm run test:espruino`
if (ESPRUINO) describe("on Espruino", { timeout: 90_000 }, onEspruino);
