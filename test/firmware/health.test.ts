/** A toy that cannot trust its own hands does nothing with them, and one that is not well starts anew, or sleeps. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildFirmware } from "../../tools/firmware/build.ts";
import type { Firmware } from "../../tools/firmware/build.ts";
import { openTwin } from "../../tools/twin/twin.ts";
import type { Twin } from "../../tools/twin/twin.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { fakeClock, settle } from "../support/clock.ts";
import { ESPRUINO } from "../support/interpreter.ts";
import { pause, until } from "../support/wait.ts";
import { interpreterToy } from "./walk/interpreter-toy.ts";
import { provisioned, twinToy } from "./walk/toy.ts";

/** ms in which a toy that means to claim has asked its server */
const CLAIM_MS = 3_000;
/** a cipher that gets one bit wrong: the claim itself needs none */
const SPOILED_CIPHER = `
global.$crypto=require("crypto");
Modules.addCached("crypto","exports.SHA256=function(d){return $crypto.SHA256(d)};exports.AES={encrypt:function(d,k,o){var b=new Uint8Array($crypto.AES.encrypt(d,k,o));b[0]=b[0]^1;return b.buffer}}");
`;
/** doors that say they are open, whatever was done to shut them */
const OPEN_CONSOLE = `E.getConsole=function(){return "Serial1"};`;
const OPEN_BLUETOOTH = `ESP32.enableBLE=function(){};ESP32.getState=function(){return{BLE:true}};`;

/** so that a test can lose those that ring once */
const MARKED_TIMERS = `
global.$rings=[];global.$once=setTimeout;
setTimeout=function(f,ms){var id=$once(f,ms);$rings.push(id);return id};
`;

const toy: ToyFile = {
  device_id: "bear-0123456789abcdef",
  device_secret: "0123456789abcdef".repeat(4),
  pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
  url: "",
};

let firmware: Firmware;
let server: Server;
let claims = 0;
beforeAll(async () => {
  firmware = await buildFirmware({ profile: "production" });
  server = createServer((_request, response) => {
    claims++;
    response.writeHead(503).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  toy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 120_000);
afterAll(() => void server.close());

const hosts = [
  { host: "the twin", make: twinToy, there: true },
  { host: "the interpreter", make: interpreterToy, there: ESPRUINO !== undefined },
].filter(({ there }) => there);

describe.each(hosts)("on $host, a shipped toy", ({ make }) => {
  const claimsOf = async (spoil: string, isEnough: () => boolean): Promise<number> => {
    const one = make({ ...firmware, loader: spoil + firmware.loader }, toy);
    const before = claims;
    one.boot();
    await until(
      "its program has run",
      async () => (await one.ask("typeof BOOK").catch(() => "")) === "string",
    );
    for (let ms = 0; ms < CLAIM_MS && !(claims > before && isEnough()); ms += 100) await pause(100);
    await one.close();
    return claims - before;
  };

  test("asks its server for a session", async () =>
    expect(await claimsOf("", () => true)).toBeGreaterThan(0));

  test.each([
    ["a cipher that fails its vector", SPOILED_CIPHER],
    ["a console that stays open", OPEN_CONSOLE],
    ["a Bluetooth that stays on", OPEN_BLUETOOTH],
  ])("with %s never does", async (_what, spoil) => expect(await claimsOf(spoil, () => false)).toBe(0));
});

describe("on the twin, a toy", () => {
  const twins: Twin[] = [];
  afterEach(() => twins.splice(0).forEach((twin) => twin.close()));

  const open = async () => {
    const clock = fakeClock();
    const twin = openTwin({ clock, flash: provisioned(firmware, toy, { before: MARKED_TIMERS }) });
    twins.push(twin);
    twin.pin("D35", 0.6);
    twin.boot();
    const seconds = async (count: number): Promise<void> => {
      for (let second = 0; second < count; second++) {
        await clock.advance(1_000);
        for (let pass = 0; pass < 4; pass++) await settle();
      }
    };
    // the radio's other half goes with a start of its own
    await seconds(2);
    return { twin, seconds, starts: twin.starts };
  };

  test("that is well feeds its watchdog", async () => {
    const { twin, seconds, starts } = await open();
    await seconds(200);
    expect(twin.starts).toBe(starts);
  });

  test.each([
    ["whose timers are all lost", "clearInterval()"],
    ["whose next step is lost", "$rings.forEach(function(id){clearTimeout(id)})"],
    [
      "whose memory is full",
      "$full=[];while(process.memory().free>1300)$full.push(new Uint8Array(5000));while(process.memory().free>390)$full.push(new Uint8Array(100))",
    ],
  ])("%s lets it bite, and starts anew", async (_what, harm) => {
    const { twin, seconds, starts } = await open();
    twin.evaluate(harm);
    const ending = async (): Promise<boolean> => {
      await seconds(1);
      return twin.starts > starts;
    };
    await until("another start", ending);
    expect(twin.ended).toBe("watchdog");
  });

  test("sleeps before its battery is empty, until its paw is pressed; a dip is no empty battery", async () => {
    const { twin, seconds, starts } = await open();
    twin.pin("D35", 0.45);
    await seconds(30);
    twin.pin("D35", 0.6);
    await seconds(60);
    expect(twin.isOn()).toBe(true);
    twin.pin("D35", 0.45);
    await seconds(70);
    expect([twin.isOn(), twin.ended]).toEqual([false, { seconds: Infinity }]);
    await seconds(600);
    expect(twin.starts).toBe(starts);
    twin.pin("D35", 0.6);
    twin.press(true);
    expect(twin.isOn()).toBe(true);
  });
});
