/** A shipped toy is told its Wi-Fi by `bear wifi`, under the seal of its pairing code: on the twin, and on a real Espruino where ESPRUINO names one. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildFirmware } from "../../tools/firmware/build.ts";
import type { Firmware } from "../../tools/firmware/build.ts";
import { tellWifiOver } from "../../tools/flash/wifi.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { ESPRUINO } from "../support/interpreter.ts";
import { until } from "../support/wait.ts";
import { interpreterToy } from "./walk/interpreter-toy.ts";
import { twinToy } from "./walk/toy.ts";
import type { FirmwareToy } from "./walk/toy.ts";

const WIFI = { ssid: "M\u00e4rchen", password: "teddy-bears" };
const RECORD: ToyFile = {
  device_id: "bear-0123456789abcdef",
  device_secret: "0123456789abcdef".repeat(4),
  pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
  url: "http://127.0.0.1:1",
};

let firmware: Firmware;
beforeAll(async () => {
  firmware = await buildFirmware({ profile: "production" });
}, 120_000);

const hosts = [
  { host: "the twin", make: twinToy, there: true },
  { host: "the interpreter", make: interpreterToy, there: ESPRUINO !== undefined },
].filter(({ there }) => there);

describe.each(hosts)("on $host, a toy that knows no network", { timeout: 60_000 }, ({ make }) => {
  let toy: FirmwareToy;
  const kept = (): unknown => {
    const file = toy.record("wifi");
    return file && JSON.parse(Buffer.from(file).toString("latin1"));
  };
  beforeAll(async () => {
    toy = make(firmware, RECORD, { wifi: false });
    toy.boot();
    await until("it listens", async () => (await toy.ask("typeof SETUP")) === "function");
  }, 60_000);
  afterAll(() => toy.close());

  test("takes none from who does not hold its pairing code", async () => {
    const other = { ...RECORD, pairing_code: "0".repeat(26) };
    await expect(tellWifiOver(toy.line, other, WIFI)).rejects.toThrow(/does not know this pairing code/);
    expect(kept()).toBeUndefined();
  });

  test("takes it from who does: it joins, starts anew, and listens no more", async () => {
    const starts = toy.starts();
    await tellWifiOver(toy.line, RECORD, WIFI);
    expect(kept()).toEqual({ ssid: "M\xc3\xa4rchen", password: "teddy-bears" });
    await until("a start", () => toy.starts() > starts);
    await until("it runs", async () => (await toy.ask("typeof BOOK").catch(() => "")) === "string");
    expect(await toy.ask("typeof SETUP")).toBe("undefined");
  });
});
