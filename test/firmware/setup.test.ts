/** When a toy listens for a Wi-Fi, and for how long. PROTOCOL.md §12.4 */
import { beforeAll, describe, expect, test } from "vitest";
import { buildFirmware } from "../../tools/firmware/build.ts";
import type { Firmware } from "../../tools/firmware/build.ts";
import { tellWifiOver } from "../../tools/flash/wifi.ts";
import { readRecord } from "../../tools/twin/records.ts";
import { openTwin } from "../../tools/twin/twin.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { fakeClock, settle } from "../support/clock.ts";
import { provisioned, serialOf } from "./walk/toy.ts";

const MINUTE_MS = 60_000;

let firmware: Firmware;
beforeAll(async () => {
  firmware = await buildFirmware({ profile: "production" });
}, 120_000);

describe("the setup of a toy on the twin", () => {
  const toy: ToyFile = {
    device_id: "bear-0123456789abcdef",
    device_secret: "0123456789abcdef".repeat(4),
    pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
    url: "http://127.0.0.1:1",
  };
  /** A toy whose time stands still. */
  const open = (built: Firmware) => {
    const clock = fakeClock();
    const heard: string[] = [];
    const serial = serialOf((text) => twin.type(text));
    serial.line.listen((bytes) => heard.push(Buffer.from(bytes).toString("latin1")));
    const flash = provisioned(built, toy, { wifi: false });
    const twin = openTwin({ clock, flash, onSerial: serial.said, wifi: { ssid: "home" } });
    twin.pin("D35", 0.6);
    twin.boot();
    const passes = async (ms: number): Promise<void> => {
      // a pass of its loop that begins another is one more turn of ours; the watchdog is fed in time
      for (let left = ms; left > 0; left -= 1_000) {
        await clock.advance(Math.min(1_000, left));
        for (let pass = 0; pass < 4; pass++) await settle();
      }
    };
    const kept = (): string | undefined => {
      const file = readRecord(twin.flash, "wifi");
      return file && (JSON.parse(Buffer.from(file).toString("latin1")) as { ssid: string }).ssid;
    };
    return { twin, heard, passes, kept, line: serial.line };
  };

  test("closes after ten minutes, and a start opens it again", async () => {
    const { twin, heard, passes } = open(firmware);
    await passes(2_000);
    twin.type("hello\n");
    await passes(100);
    expect(heard.splice(0).join("")).toMatch(/^bear bear-0123456789abcdef [0-9a-f]{32}\n$/);
    await passes(10 * MINUTE_MS - 3_000);
    twin.type("hello\n");
    await passes(100);
    expect(heard.splice(0).join("")).toMatch(/^bear /);
    await passes(3_000);
    expect(heard.splice(0)).toEqual(["no closed\n"]);
    twin.type("hello\n");
    await passes(100);
    expect(heard).toEqual([]);
    twin.boot();
    await passes(2_000);
    twin.type("hello\n");
    await passes(100);
    expect(heard.join("")).toMatch(/^bear /);
    twin.close();
  });

  test("says no name twice: each time it opens it takes a boot of its own", async () => {
    const { twin, heard, passes } = open(firmware);
    for (let start = 0; start < 5; start++) {
      await passes(2_000);
      twin.type("hello\n");
      await passes(100);
      twin.boot();
    }
    expect(new Set(heard).size).toBe(5);
    twin.close();
  });

  test("gives up a network that it tries for another that it is told, and keeps neither of two it cannot join", async () => {
    const { twin, passes, kept, line } = open(firmware);
    await passes(2_000);
    const tell = (ssid: string) => expect(tellWifiOver(line, toy, { ssid, password: "" })).rejects;
    const first = tell("mistyped").toThrow(/could not join/);
    await passes(1_000);
    expect(kept()).toBe("mistyped");
    const second = tell("elsewhere").toThrow(/could not join/);
    await passes(1_000);
    expect(kept()).toBe("elsewhere");
    await first;
    await passes(10_000);
    await second;
    expect(kept()).toBeUndefined();
    twin.close();
  });

  test("gives up a network that it tries where it is shut, and does not take back what is told it later", async () => {
    const { twin, passes, kept, line } = open(firmware);
    await passes(2_000);
    const told = expect(tellWifiOver(line, toy, { ssid: "mistyped", password: "" })).rejects;
    const ends = told.toThrow(/listens no more/);
    await passes(1_000);
    expect(kept()).toBe("mistyped");
    // as a press of five seconds does, before it opens it anew
    twin.evaluate("SETUP()");
    expect(kept()).toBeUndefined();
    await ends;
    twin.close();
  });

  test("gives a toy in development its console back for a Ctrl-C, and a shipped one none", async () => {
    const { twin, heard, passes } = open(await buildFirmware({ profile: "development" }));
    await passes(2_000);
    expect(twin.evaluate("E.getConsole()")).toBe(null);
    twin.type("\x03");
    await passes(100);
    expect(twin.evaluate("E.getConsole()")).toBe("Serial1");
    twin.close();

    const shipped = open(firmware);
    await shipped.passes(2_000);
    shipped.twin.type("\x03");
    await shipped.passes(100);
    expect(shipped.twin.evaluate("E.getConsole()")).toBe(null);
    expect(heard).toEqual([]);
    shipped.twin.close();
  });
});
