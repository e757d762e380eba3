/** What the shipped program may cost: variables at rest and while it talks, and the time a frame takes, in empty loops of the same interpreter. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeWav, encodeSound, readWav } from "@bearlink/sdk/node";
import { CODEC } from "@bearlink/sdk/protocol";
import { buildFirmware, buildProgram } from "../../tools/firmware/build.ts";
import type { Firmware } from "../../tools/firmware/build.ts";
import { startCell } from "../support/cell.ts";
import type { TestCell } from "../support/cell.ts";
import { ESPRUINO, runOnInterpreter } from "../support/interpreter.ts";
import { pause, until } from "../support/wait.ts";
import { newToy, QUESTION, startModels } from "../walks/support.ts";
import type { Models } from "../walks/support.ts";
import { PROBE } from "./probe.ts";
import { interpreterToy } from "./walk/interpreter-toy.ts";
import { twinToy } from "./walk/toy.ts";
import type { FirmwareToy } from "./walk/toy.ts";

const AT_REST = 700;
const TALKING = 2_500;
const SEAL_LOOPS = 300;
const UP_LOOPS = 1_000;
const DOWN_LOOPS = 700;

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

/** A shipped toy says nothing of its state: it is ready when it does what it is told. */
async function ready(id: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const answer = await cell.command(id, "volume", 2, { level: 60 }).catch(() => undefined);
    if (answer && "ok" in answer && answer.ok) return;
    if (tries > 20) throw new Error("never ready");
    await pause(200);
  }
}

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
  await ready(record.device_id);
  const used = async (): Promise<number> => Number(await toy.ask("process.memory().usage"));
  expect(await used()).toBeLessThanOrEqual(AT_REST);
  await talk(toy);
  expect(await used()).toBeLessThanOrEqual(TALKING);
  await toy.close();
});

function onEspruino(): void {
  test("a toy's variables and its frames' time are within their budget", async () => {
    const record = await newToy(cell);
    const toy = interpreterToy({ ...firmware, loader: PROBE + firmware.loader }, record);
    toy.boot();
    await ready(record.device_id);
    const ask = async (what: string): Promise<number> => Number(await toy.ask(what));
    await pause(1_000); // the claim's sockets are gone by then
    expect(await ask("$now-$base")).toBeLessThanOrEqual(AT_REST);
    await talk(toy);
    expect(await ask("$peak-$base")).toBeLessThanOrEqual(TALKING);
    expect(await ask("$up")).toBeLessThanOrEqual(UP_LOOPS);
    await toy.close();
  });

  /** The least number of loops that `each` took, of this program's own. */
  const loopsOf = async (entry: string, each: string): Promise<number> => {
    const { program } = await buildProgram(entry, { profile: "production" });
    const run = `
      var PROGRAM=0,DATA;
      Modules.addCached("net",function(){exports.connect=function(){return{
        on:function(e,f){if(e=="data")DATA=f},write:function(){},end:function(){},removeAllListeners:function(){}
      }}});
      // from RAM, which is as quick as the ESP32's flash; the Linux build's flash is a file that it opens for each few bytes
      var TEXT=${JSON.stringify(program)};
      Modules.addCached("Storage",function(){exports.read=function(){return TEXT}});
      eval(TEXT);
      // in a function: the program's own short names are at the top
      (function(){
      var best=1e9;
      for(var n=0;n<200;n++){
        var spent=0;
        ${each}
        var l=getTime();for(var i=0;i<2000;i++);l=(getTime()-l)/2000;
        if(spent/l<best)best=spent/l;
      }
      print("#loops "+best);
      })();`;
    const lines = await runOnInterpreter(run, { ms: 30_000, until: (line) => line.startsWith("#loops") });
    const found = lines.find((line) => line.startsWith("#loops"));
    if (found === undefined) throw new Error(lines.join("\n"));
    return Number(found.slice("#loops ".length));
  };

  test("sealing an 800-byte frame takes 300 loops at most", async () => {
    const loops = await loopsOf(
      "test/firmware/sealing.ts",
      "var t=getTime();for(var i=0;i<10;i++)SEAL_FRAME();spent=(getTime()-t)/10;",
    );
    expect(loops).toBeGreaterThan(20);
    expect(loops).toBeLessThanOrEqual(SEAL_LOOPS);
  });

  test("opening and queueing a reply's frame takes 700 loops at most", async () => {
    const loops = await loopsOf(
      "test/firmware/receiving.ts",
      `var p=FRAME_OF(n),t=getTime();DATA(p.substr(0,536));DATA(p.substr(536));spent=getTime()-t;
       if(TAKE_HELD()!=800)throw new Error("lost");`,
    );
    expect(loops).toBeGreaterThan(50);
    expect(loops).toBeLessThanOrEqual(DOWN_LOOPS);
  });
}

// of `npm run test:espruino`
if (ESPRUINO) describe("on Espruino", { timeout: 90_000 }, onEspruino);
