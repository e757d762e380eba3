/** A Wi-Fi over Bluetooth's UART, where a build has one that is on: against a stand-in of Espruino's `Bluetooth`, for no build without a radio has it. PROTOCOL.md §12.1 */
import { afterEach, expect, test } from "vitest";
import { buildFirmware } from "../../tools/firmware/build.ts";
import type { Profile } from "../../tools/firmware/build.ts";
import { tellWifiOver } from "../../tools/flash/wifi.ts";
import type { SerialLine } from "../../tools/flash/line.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { pause, until } from "../support/wait.ts";
import { serialOf, twinToy } from "./walk/toy.ts";
import type { FirmwareToy } from "./walk/toy.ts";

const SAID = "#ble ";
/** Runs before the loader. */
const RADIO = `
global.$ble={};
global.Bluetooth={
  setup:function(){},
  on:function(e,f){$ble.heard=f},
  removeAllListeners:function(){$ble.heard=undefined},
  write:function(t){print("${SAID}"+JSON.stringify(t))}
};
`;
const WIFI = { ssid: "home", password: "teddy-bears" };
const TOY: ToyFile = {
  device_id: "bear-0123456789abcdef",
  device_secret: "0123456789abcdef".repeat(4),
  pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
  url: "http://127.0.0.1:1",
};

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function open(profile: Profile): Promise<FirmwareToy> {
  const toy = twinToy(await buildFirmware({ profile }), TOY, { wifi: false, before: RADIO });
  closing.push(() => void toy.close());
  toy.boot();
  await until("it listens", async () => (await toy.ask("typeof SETUP")) === "function");
  return toy;
}

/** The radio, as a telephone has it. */
function radioTo(toy: FirmwareToy): SerialLine {
  const { line, said } = serialOf((text) => void toy.ask(`$ble.heard(${JSON.stringify(text)})`));
  let told = 0;
  const look = setInterval(() => {
    for (; told < toy.lines.length; told++)
      if (toy.lines[told]!.startsWith(SAID)) said(JSON.parse(toy.lines[told]!.slice(SAID.length)) as string);
  }, 5);
  closing.push(() => clearInterval(look));
  return line;
}

test("is taken by who holds the pairing code, and the serial line hears nothing of it", async () => {
  const toy = await open("development");
  let overSerial = "";
  toy.line.listen((bytes) => (overSerial += Buffer.from(bytes).toString("latin1")));
  const radio = radioTo(toy);
  const other = { ...TOY, pairing_code: "0".repeat(26) };
  await expect(tellWifiOver(radio, other, WIFI)).rejects.toThrow(/does not know this pairing code/);
  expect(toy.record("wifi")).toBeUndefined();
  await tellWifiOver(radio, TOY, WIFI);
  expect(JSON.parse(Buffer.from(toy.record("wifi")!).toString())).toEqual(WIFI);
  expect(overSerial).toBe("");
}, 60_000);

test("is not listened for by a shipped toy, whose Bluetooth is off", async () => {
  const toy = await open("production");
  await pause(100);
  expect(await toy.ask("typeof $ble.heard+' '+ESP32.getState().BLE")).toBe("undefined false");
}, 60_000);
