/** The whole story of a toy, told by its very bundle to a real cell: on the twin, and on a real Espruino where ESPRUINO names one. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CODEC } from "@bearlink/sdk/protocol";
import { decodeSound, encodeSound, readWav, writeWav } from "@bearlink/sdk/node";
import { buildFirmware } from "../../../tools/firmware/build.ts";
import type { Firmware } from "../../../tools/firmware/build.ts";
import { phraseTexts } from "../../../server/adapters/speech/phrases.ts";
import { startCell } from "../../support/cell.ts";
import type { TestCell } from "../../support/cell.ts";
import { ESPRUINO } from "../../support/interpreter.ts";
import { pause, until } from "../../support/wait.ts";
import { post } from "../../second-bear/post.ts";
import { expectSound, newToy, QUESTION, startModels, toneSamples } from "../../walks/support.ts";
import type { Models } from "../../walks/support.ts";
import { interpreterToy } from "./interpreter-toy.ts";
import { said, twinToy } from "./toy.ts";
import type { FirmwareToy } from "./toy.ts";

const RATE = 8_000;
/** of 8-bit sound, in 16 bits */
const STEP = 256;
const SILENT_SAMPLES = 160;
/** of the toy's microphone */
const FRAME_SAMPLES = 800;
const ANSWER =
  "Bears sleep all winter, deep in the soft snow, and they dream of honey and of long summer days.";
/** what the speaker's buffers still hold when the last sample was handed over */
const PLAYS_OUT_MS = 300;
const SILENCE = new Uint8Array(RATE).fill(128);
const NEWER = "9.0.0";
/** what a small volume of frames, credits and an answer may take of the chip's 16,383 variables */
const MAX_VARIABLES = 9_000;

let models: Models;
let cell: TestCell;
let firmware: Firmware;

beforeAll(async () => {
  firmware = await buildFirmware({ profile: "development" });
  models = await startModels({ reply: ANSWER });
  cell = await startCell(models.env);
});

afterAll(async () => {
  await cell.stop();
  await models.close();
});

/** A WAV file as the microphone's converter hands it on, and back. */
const throughMicrophone = (wav: Uint8Array): Uint8Array => encodeSound(CODEC.U8, readWav(wav));
const asWav = (heard: Uint8Array): Uint8Array => writeWav(decodeSound(CODEC.U8, heard), RATE);

/** Samples that are no silence of 20 ms or more. */
function withoutSilence(samples: Int16Array): number {
  let sounded = 0;
  let quiet = 0;
  for (const sample of samples) {
    quiet = Math.abs(sample) <= STEP ? quiet + 1 : 0;
    sounded += quiet === SILENT_SAMPLES ? 1 - SILENT_SAMPLES : quiet > SILENT_SAMPLES ? 0 : 1;
  }
  return sounded;
}

const hosts = [
  { host: "the twin", make: twinToy, there: true },
  { host: "the interpreter", make: interpreterToy, there: ESPRUINO !== undefined },
].filter(({ there }) => there);

/** Its paw, for so many ms. */
async function held(toy: FirmwareToy, ms: number): Promise<void> {
  toy.press(true);
  await pause(ms);
  toy.press(false);
}

describe.each(hosts)("on $host, a toy", { timeout: 60_000 }, ({ make }) => {
  let toy: FirmwareToy;
  let id: string;
  const headers = () => ({ authorization: `Bearer ${cell.developerKey}` });
  const now = () => toy.lines.length;

  beforeAll(async () => {
    const record = await newToy(cell, { paired: false });
    id = record.device_id;
    toy = make(firmware, record);
  });
  afterAll(() => toy.close());

  test("boots, joins the Wi-Fi, claims a session and is ready", async () => {
    toy.boot();
    const joined = await said(toy, /^state wifi/);
    const claimed = await said(toy, /^state claiming/, joined);
    await said(toy, /^state ready/, claimed);
    expect(toy.starts()).toBe(1);
  });

  test("that is nobody's does not listen, and says so", async () => {
    const from = now();
    await held(toy, 400);
    await pause(600);
    expect(toy.lines.slice(from).filter((line) => line.startsWith("state listening"))).toEqual([]);
    expectSound(decodeSound(CODEC.U8, toy.heard()), RATE);
  });

  test("takes a long press for a wish to be paired, and learns whose it is", async () => {
    const from = now();
    toy.press(true);
    await said(toy, /^state pairing/, from);
    toy.press(false);
    await said(toy, /^cue pairing/, from);
    expect(await post(`${cell.url}/api/v1/dev/pair`, { device_id: id }, headers())).toMatchObject({
      status: 200,
    });
    expect(await cell.command(id, "pair_done", 10, {})).toMatchObject({ ok: true });
    await said(toy, /^state ready/, from);
  });

  test("asks out of a WAV file, and its answer makes another", async () => {
    toy.heard();
    const from = now();
    toy.say(throughMicrophone(writeWav(QUESTION, RATE)));
    toy.press(true);
    await said(toy, /^state listening/, from);
    expect(await toy.ask("digitalRead(D2)")).toBe("1"); // it shows that it listens
    await pause(900);
    toy.press(false);
    const thinking = await said(toy, /^state thinking/, from);
    await said(toy, /^state speaking/, thinking);
    await said(toy, /^state ready/, thinking, 30_000);
    await pause(PLAYS_OUT_MS);
    const answer = readWav(asWav(toy.heard()));
    expectSound(answer, RATE);
    // whole, and once: a busy machine's frames may be late, and what plays then is silence
    const spoken = toneSamples(phraseTexts.machine + ANSWER, RATE);
    const sounded = withoutSilence(answer);
    expect(sounded).toBeGreaterThan(spoken * 0.98);
    expect(sounded).toBeLessThan(spoken + RATE / 2); // its clip was heard before
    expect(toy.lines.slice(from).filter((line) => /^(lost|dropped)/.test(line))).toEqual([]);
    expect(Number(await toy.ask("process.memory().usage"))).toBeLessThan(MAX_VARIABLES);
  });

  test("listens after a tap until its child falls silent, and answers", async () => {
    const from = now();
    toy.say(throughMicrophone(writeWav(QUESTION, RATE)));
    await held(toy, 100);
    await said(toy, /^state listening/, from);
    const thinking = await said(toy, /^state thinking/, from);
    // all of the question went up, though the paw was let go at its start
    const frames = toy.lines.slice(from, thinking).filter((line) => line === "sent 2").length;
    expect(frames * FRAME_SAMPLES).toBeGreaterThanOrEqual(QUESTION.length);
    await said(toy, /^state speaking/, thinking);
    await said(toy, /^state ready/, thinking, 30_000);
  });

  test("is interrupted: it falls silent at once, and the next answer is whole", async () => {
    const from = now();
    toy.say(throughMicrophone(writeWav(QUESTION, RATE)));
    await held(toy, 800);
    const speaking = await said(toy, /^state speaking/, from);
    await pause(500);
    toy.heard();
    toy.press(true);
    const listening = await said(toy, /^state listening/, speaking);
    await pause(150); // what was in the speaker's two buffers
    toy.heard();
    await pause(500);
    expect(toy.heard().length).toBe(0);
    toy.press(false);
    const again = await said(toy, /^state speaking/, listening);
    await said(toy, /^state ready/, again, 30_000);
    await pause(PLAYS_OUT_MS);
    expect(decodeSound(CODEC.U8, toy.heard()).length).toBeGreaterThanOrEqual(toneSamples(ANSWER, RATE));
  });

  test("loses the network in mid-turn, says so, and comes back by itself", async () => {
    const from = now();
    toy.say(SILENCE);
    toy.press(true);
    await said(toy, /^state listening/, from);
    await pause(300);
    toy.wifi(false);
    const over = await said(toy, /^turn_over offline/, from);
    toy.press(false);
    await pause(500);
    toy.heard();
    toy.wifi(true);
    await said(toy, /^state ready/, over, 30_000);
  });

  test("loses its power, and claims under a higher boot", async () => {
    const from = now();
    toy.powerCut();
    await pause(100);
    toy.boot();
    await said(toy, /^state ready/, from);
  });

  test("takes an update, tries it, keeps it, and refuses an older one", async () => {
    const { bundle } = await buildFirmware({ profile: "development", version: NEWER });
    const server = createServer((_request, response) => response.end(bundle)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bear.js`;
    const sha256 = createHash("sha256").update(bundle).digest("hex");
    const update = (version: string) =>
      cell.command(id, "update", 30, { version, url, size: bundle.length, sha256 });

    const from = now();
    const starts = toy.starts();
    expect(await update(NEWER)).toMatchObject({ ok: true });
    const updating = await said(toy, /^state updating/, from);
    await until("a start", () => toy.starts() > starts, 30_000);
    await said(toy, /^state ready/, updating, 30_000);
    expect(toy.program(1)).toBe(bundle);
    expect(await toy.ask("PROGRAM+' '+TRIAL")).toBe("1 false");

    toy.powerCut();
    const after = now();
    toy.boot();
    const ready = await said(toy, /^state ready/, after);
    expect(await toy.ask("PROGRAM+' '+TRIAL")).toBe("1 false");
    expect(await update("0.0.1")).toMatchObject({ ok: true });
    await said(toy, /^state updating/, ready);
    await said(toy, /^state ready/, ready);
    expect(await toy.ask("PROGRAM")).toBe("1");
    server.close();
  });

  test("forgets the Wi-Fi after ten seconds' press, and keeps who it is", async () => {
    const starts = toy.starts();
    expect(toy.record("wifi")).toBeDefined();
    toy.say(SILENCE); // who talks means no gesture
    toy.press(true);
    await until("a start", () => toy.starts() > starts, 15_000);
    toy.press(false);
    await pause(500);
    expect(toy.record("wifi")).toBeUndefined();
    expect(toy.record("id")).toBeDefined();
    expect(toy.record("secret")).toBeDefined();
  });
});
