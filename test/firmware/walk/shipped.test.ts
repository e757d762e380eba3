/** A toy as it is shipped, whose program says nothing to a console: shut, claimed, paired by three spoken words and a paw, talked to, reset, and told its Wi-Fi anew. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { encodeSound, readWav, writeWav } from "@bearlink/sdk/node";
import { CODEC } from "@bearlink/sdk/protocol";
import { buildFirmware } from "../../../tools/firmware/build.ts";
import type { Firmware } from "../../../tools/firmware/build.ts";
import { tellWifiOver } from "../../../tools/flash/wifi.ts";
import type { ToyFile } from "../../../tools/toy-file.ts";
import { startCell } from "../../support/cell.ts";
import type { TestCell } from "../../support/cell.ts";
import { ESPRUINO } from "../../support/interpreter.ts";
import { pause, until } from "../../support/wait.ts";
import { consent, fromU8, newChild, newParent, wordsHeard } from "../../walks/family.ts";
import type { Answer, Parent } from "../../walks/family.ts";
import { expectSound, newToy, QUESTION } from "../../walks/support.ts";
import { interpreterToy } from "./interpreter-toy.ts";
import { ready } from "./ready.ts";
import { twinToy } from "./toy.ts";
import type { FirmwareToy } from "./toy.ts";

const RATE = 8_000;
const WIFI = { ssid: "M\u00e4rchen", password: "teddy-bears" };
const HOLD_MS = 5_200;
/** ms of quiet after which a toy has said what it had to say */
const SAID_MS = 2_500;
/** samples that are more than the clip of a toy that thinks: an answer has begun */
const ANSWER = RATE * 2;
/** ms in which the longest of the bear's stories is told */
const ANSWER_MS = 150_000;
/** ms of a test whose waits all come to their ends: for the toy to be ready, twice, and for what it is told */
const ALL_WAITS_MS = 450_000;
const SILENCE = new Uint8Array(RATE).fill(128);
/** a parent may open five windows an hour */
const TRIES = 4;

let cell: TestCell;
let firmware: Firmware;
beforeAll(async () => {
  firmware = await buildFirmware({ profile: "production" });
  cell = await startCell();
}, 240_000);
afterAll(() => cell.stop());

const hosts = [
  { host: "the twin", make: twinToy, there: true },
  { host: "the interpreter", make: interpreterToy, there: ESPRUINO !== undefined },
].filter(({ there }) => there);

describe.each(hosts)("on $host, a shipped toy", { timeout: ALL_WAITS_MS }, ({ host, make }) => {
  let toy: FirmwareToy;
  let record: ToyFile;
  let parent: Parent;
  let childId: string;
  beforeAll(async () => {
    parent = await newParent(cell, host.replace(" ", "."));
    childId = await newChild(parent);
    await consent(cell, parent, childId);
    record = await newToy(cell, { paired: false });
    toy = make(firmware, record);
  });
  afterAll(() => toy.close());

  let isDown = false;
  const press = (down: boolean): void => {
    if (down !== isDown) toy.press(down);
    isDown = down;
  };
  // what a try that failed may have left
  beforeEach(() => {
    press(false);
    toy.wifi(true);
  });

  /** Its whole answer, which may be a story: at its end it lets its amplifier go. */
  const ask = async (): Promise<Int16Array> => {
    await ready(cell, record.device_id);
    toy.heard();
    toy.say(encodeSound(CODEC.U8, readWav(writeWav(QUESTION, RATE))));
    press(true);
    await until("its light shows that it listens", async () => (await toy.ask("digitalRead(D2)")) === "1");
    await pause(900);
    press(false);
    const begun = await listen(ANSWER, 0);
    await until("it has answered", async () => (await toy.ask("digitalRead(D27)")) === "0", ANSWER_MS);
    return Int16Array.from([...begun, ...fromU8(toy.heard())]);
  };
  const kept = (): { ssid: string } | undefined => {
    const file = toy.record("wifi");
    return file && (JSON.parse(Buffer.from(file).toString("latin1")) as { ssid: string });
  };
  const hold = async (ms: number): Promise<void> => {
    press(true);
    await pause(ms);
    press(false);
  };
  /** What its speaker plays until it has been quiet for so long, from its first sound on. */
  const listen = async (atLeast: number, quietMs = SAID_MS): Promise<Int16Array> => {
    const pieces: Uint8Array[] = [];
    let heard = 0;
    let last = performance.now();
    await until(
      "it said what it had to say",
      () => {
        const piece = toy.heard();
        if (piece.length > 0) last = performance.now();
        heard += piece.length;
        pieces.push(piece);
        return heard >= atLeast && performance.now() - last >= quietMs;
      },
      60_000,
    );
    return fromU8(Buffer.concat(pieces));
  };

  test("has shut its console and its Bluetooth before it claims, and says nothing", async () => {
    const starts = toy.starts();
    toy.boot();
    await ready(cell, record.device_id);
    expect(await toy.ask("E.getConsole()===null&&!ESP32.getState().BLE")).toBe("true");
    // the chip starts anew without its radio's other half
    if (host === "the twin" && starts === 0) expect(toy.starts()).toBe(2);
    expect(toy.lines.filter((line) => /^(state|sent|claim|connack)/.test(line))).toEqual([]);
  });

  test("is its parent's by three words that it speaks, and a paw", async () => {
    // a toy that waits to be paired already takes a long press for the end of that
    toy.powerCut();
    toy.boot();
    await ready(cell, record.device_id);
    press(true);
    await pause(HOLD_MS - 1_200);
    toy.heard();
    await pause(1_200);
    press(false);
    // its clip: the server has heard it
    await until("it says that it wants to be paired", () => toy.heard().length > 0, 60_000);
    let opened: Answer | undefined;
    for (let tries = 0; tries < TRIES && opened?.status !== 201; tries++) {
      if (tries > 0) await pause(1_500);
      toy.heard();
      const { device_id, pairing_code } = record;
      opened = await parent.ask("POST", "/api/v1/pair/windows", {
        device_id,
        pairing_code,
        child_id: childId,
      });
    }
    expect(opened).toMatchObject({ status: 201 });
    const { window_id, choices } = opened!.body as { window_id: string; choices: string[] };
    const path = `/api/v1/pair/windows/${window_id}`;
    const said: number[] = [];
    let words: string[] = [];
    const isWhole = async (): Promise<boolean> => {
      said.push(...(await listen(1)));
      try {
        words = wordsHeard(Int16Array.from(said), choices);
      } catch {
        // not twice yet, or not to the end: it goes on
      }
      return words.length > 0;
    };
    await until("it says its three words twice", isWhole, 120_000);
    expect(await parent.ask("POST", `${path}/words`, { words })).toMatchObject({ body: { picked: true } });
    expect((await parent.ask("GET", path)).body.state).toBe("open");
    // a press before it has said what to press is none
    const isPaired = async (): Promise<boolean> => {
      if ((await parent.ask("GET", path)).body.state === "paired") return true;
      await hold(100);
      await pause(1_500);
      return false;
    };
    await until("it is paired", isPaired, 60_000);
    // its clip
    expect((await listen(RATE / 4)).length).toBeGreaterThan(RATE / 4);
  });

  test("hears a question and answers it", async () => {
    expectSound(await ask(), RATE);
  });

  test("forgets its Wi-Fi after ten seconds of the paw, is told another, and is still its parent's", async () => {
    const starts = toy.starts();
    toy.say(SILENCE);
    press(true);
    await until("a start", () => toy.starts() > starts, 60_000);
    press(false);
    await until("it listens", async () => (await toy.ask("typeof SETUP")) === "function", 60_000);
    expect(kept()).toBeUndefined();
    expect(toy.record("id")).toBeDefined();

    const other = { ...record, pairing_code: "0".repeat(26) };
    await expect(tellWifiOver(toy.line, other, WIFI)).rejects.toThrow(/does not know this pairing code/);
    expect(kept()).toBeUndefined();
    await tellWifiOver(toy.line, record, WIFI);
    expect(kept()).toEqual({ ssid: "M\xc3\xa4rchen", password: "teddy-bears" });
    await until("a start", () => toy.starts() > starts + 1, 60_000);
    await ready(cell, record.device_id);
    const { body } = await parent.ask("GET", "/api/v1/toys");
    expect(body.toys).toMatchObject([{ device_id: record.device_id, child_id: childId }]);
    expectSound(await ask(), RATE);
    // it listens for a network no more, and holds nothing of that
    expect(await toy.ask("typeof SETUP")).toBe("undefined");
  });

  test("listens again after a press of five seconds, and keeps its network where another cannot be joined", async () => {
    // whatever a former try left: it is there, and listens for no network
    await ready(cell, record.device_id);
    await toy.ask("typeof SETUP==='function'&&SETUP()");
    toy.wifi(true, kept()!.ssid);
    toy.say(SILENCE); // who talks means no gesture
    await hold(HOLD_MS);
    await until("it listens", async () => (await toy.ask("typeof SETUP")) === "function", 60_000);
    const wrong = { ssid: "elsewhere", password: "" };
    await expect(tellWifiOver(toy.line, record, wrong)).rejects.toThrow(/could not join/);
    expect(kept()).toMatchObject({ password: "teddy-bears" });
    await ready(cell, record.device_id);
  });
});
