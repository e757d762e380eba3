/** Updates that go wrong in every way we thought of: the toy always comes back with a program that talks. PROTOCOL.md §10 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildFirmware, buildProgram } from "../../tools/firmware/build.ts";
import type { Firmware } from "../../tools/firmware/build.ts";
import { programIn, placesOf } from "../../tools/firmware/places.ts";
import { openFlash, putFile, readFile } from "../../tools/twin/flash.ts";
import type { Flash } from "../../tools/twin/flash.ts";
import { openTwin } from "../../tools/twin/twin.ts";
import type { Twin } from "../../tools/twin/twin.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { fakeClock, settle } from "../support/clock.ts";
import { ESPRUINO } from "../support/interpreter.ts";
import { pause, until } from "../support/wait.ts";
import { serveDownloads } from "./walk/downloads.ts";
import type { Asked, Downloads } from "./walk/downloads.ts";
import { interpreterToy } from "./walk/interpreter-toy.ts";
import type { InterpreterToy } from "./walk/interpreter-toy.ts";
import { said, twinToy } from "./walk/toy.ts";
import type { FirmwareToy } from "./walk/toy.ts";

const OLD = "1.0.0";
const NEW = "2.0.0";
/** bytes that a program may have */
const MOST = 49_152;
/** parts of a write that are done when the power fails in it */
const LEFT = [0, 0.02, 0.5, 0.9];
const RECORD: ToyFile = {
  device_id: "bear-0123456789abcdef",
  device_secret: "0123456789abcdef".repeat(4),
  pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
  url: "http://127.0.0.1:1",
};

let firmware: Firmware;
let newer: string;
let throws: string;
let downloads: Downloads;
beforeAll(async () => {
  const program = async (version: string, name = "updating"): Promise<string> =>
    (await buildProgram(`test/firmware/${name}.ts`, { profile: "development", version })).program;
  // the toy's own loader, and a program that does nothing but update
  firmware = { ...(await buildFirmware({ profile: "production" })), bundle: await program(OLD) };
  newer = await program(NEW);
  throws = await program(NEW, "throwing");
  downloads = await serveDownloads();
}, 120_000);
afterAll(() => downloads.close());

const hosts = [
  { host: "the twin", make: twinToy, there: true },
  { host: "the interpreter", make: interpreterToy, there: ESPRUINO !== undefined },
].filter(({ there }) => there);

describe.each(hosts)("on $host, a toy", { timeout: 60_000 }, ({ make }) => {
  let toy: FirmwareToy;
  beforeAll(async () => {
    toy = make(firmware, RECORD);
    toy.boot();
    await said(toy, /^runs 1.0.0/);
  });
  afterAll(() => toy.close());

  const order = async (asked: Asked): Promise<string> => {
    const from = toy.lines.length;
    await toy.ask(`TAKE_UPDATE(${JSON.stringify(JSON.stringify(asked))})`);
    return toy.lines[(await said(toy, /^taken/, from)) - 1]!;
  };
  const runs = (): Promise<string> => toy.ask("PROGRAM+' '+TRIAL");

  test.each<[string, () => Asked]>([
    ["whose digest is another", () => ({ ...downloads.of(NEW, newer), sha256: "ab".repeat(32) })],
    ["that is cut short", () => downloads.of(NEW, newer, (response) => response.end(newer.slice(0, -99)))],
    [
      "that breaks off in mid-download",
      () =>
        downloads.of(NEW, newer, (response) => {
          response.writeHead(200, { "content-length": newer.length });
          response.write(newer.slice(0, 1_000), () => response.destroy());
        }),
    ],
    [
      "that is longer than it was said",
      () => downloads.of(NEW, newer, (response) => response.end(newer + " ")),
    ],
    ["that is not there", () => downloads.of(NEW, newer, (response) => response.writeHead(404).end(newer))],
    ["that is older", () => downloads.of("0.9.9", newer)],
    ["that is larger than a program may be", () => ({ ...downloads.of(NEW, newer), size: MOST + 1 })],
    ["at no address", () => ({ ...downloads.of(NEW, newer), url: "http://127.0.0.1:1/" })],
  ])("does not take an update %s, and runs its own after a start", async (_what, asked) => {
    expect(await order(asked())).toBe("taken false");
    const from = toy.lines.length;
    toy.powerCut();
    await pause(50);
    toy.boot();
    await said(toy, /^runs 1.0.0/, from);
    expect(await runs()).toBe("0 false");
  });

  test("leaves a program that throws as it starts, three times, and then takes that one no more", async () => {
    const broken = downloads.of(NEW, throws);
    for (let tries = 1; tries <= 3; tries++) {
      const from = toy.lines.length;
      expect(await order(broken)).toBe("taken true");
      const born = await said(toy, /^born broken/, from);
      await said(toy, /^runs 1.0.0/, born);
      expect(await runs()).toBe("0 false");
    }
    const fetched = downloads.fetched();
    expect(await order(broken)).toBe("taken false");
    expect(downloads.fetched()).toBe(fetched);
  });

  test("takes another one all the same, keeps it once it talks, and goes back to none that is older", async () => {
    const from = toy.lines.length;
    expect(await order(downloads.of(NEW, newer))).toBe("taken true");
    await said(toy, /^runs 2.0.0/, from);
    expect(await runs()).toBe("1 true");
    // while it is on trial it takes no other
    expect(await order(downloads.of("3.0.0", newer))).toBe("taken false");
    await toy.ask("SETTLE_TRIAL()");
    expect(await order(downloads.of(OLD, firmware.bundle))).toBe("taken false");
    const settled = toy.lines.length;
    toy.powerCut();
    await pause(50);
    toy.boot();
    await said(toy, /^runs 2.0.0/, settled);
    expect(await runs()).toBe("1 false");
  });
});

describe("on the twin", () => {
  const twins: Twin[] = [];
  afterAll(() => twins.forEach((twin) => twin.close()));

  const open = (flash: Flash, clock?: ReturnType<typeof fakeClock>): Twin => {
    const twin = openTwin({ flash, ...(clock && { clock }) });
    twins.push(twin);
    return twin;
  };
  const flashed = (): Flash => {
    const flash = openFlash();
    for (const { name, bytes } of placesOf(firmware.bundle)) putFile(flash, name, bytes);
    putFile(flash, ".boot0", firmware.loader);
    return flash;
  };
  const programIs = async (twin: Twin, version: RegExp, from = 0): Promise<void> =>
    until(`a program ${version}`, () => twin.lines.slice(from).some((line) => version.test(line)));
  const order = (twin: Twin, asked: Asked): void =>
    void twin.evaluate(`TAKE_UPDATE(${JSON.stringify(JSON.stringify(asked))})`);

  test("a program that has not claimed within 120 s is left for the former one", async () => {
    const clock = fakeClock();
    const twin = open(flashed(), clock);
    const seen = async (line: RegExp, from: number): Promise<void> => {
      await until(`${line}`, async () => {
        await clock.advance(50);
        return twin.lines.slice(from).some((one) => line.test(one));
      });
    };
    /** A pass of its loop that begins another is one more turn of ours. */
    const seconds = async (count: number): Promise<void> => {
      for (let second = 0; second < count; second++) {
        await clock.advance(1_000);
        for (let pass = 0; pass < 4; pass++) await settle();
      }
    };
    twin.boot();
    await seen(/^runs 1.0.0/, 0);
    order(twin, downloads.of(NEW, newer));
    await until("the download", () => twin.lines.includes("taken true"));
    await seen(/^runs 2.0.0/, 0);
    const from = twin.lines.length;
    // it feeds the watchdog as a healthy loop does, and never says that it talks
    twin.evaluate("setInterval(function(){E.kickWatchdog()},5000)");
    await seconds(118);
    expect(twin.evaluate("PROGRAM+' '+TRIAL")).toBe("1 true");
    await seconds(5);
    await seen(/^runs 1.0.0/, from);
    expect(twin.evaluate("PROGRAM+' '+TRIAL")).toBe("0 false");
  });

  test("with the power cut at any write of an update, what starts is whole, talks, and can be updated", async () => {
    /** The whole way to the new program, cut at write number `cutAt`; how many writes there were. */
    const walk = async (flash: Flash, cutAt: number): Promise<number> => {
      let writes = 0;
      flash.left = LEFT[cutAt % LEFT.length]!;
      const twin = open(flash);
      const count = (): void => {
        if (++writes === cutAt - 1) twin.cutNextWrite();
      };
      flash.changed = count;
      if (cutAt === 1) twin.cutNextWrite();
      const isOver = (line: string) => (): boolean => !twin.isOn() || twin.lines.includes(line);
      twin.boot();
      await until("a start", isOver(`runs ${OLD}`));
      if (twin.isOn()) order(twin, downloads.of(NEW, newer));
      // a start that the program asked for is no cut
      await until(
        "the new program",
        () => twin.lines.includes(`runs ${NEW}`) || (!twin.isOn() && writes >= cutAt),
      );
      if (twin.isOn()) twin.evaluate("SETTLE_TRIAL()");
      twin.close();
      flash.changed = () => {};
      flash.cut = undefined;
      return writes;
    };
    const all = await walk(flashed(), Infinity);
    expect(all).toBeGreaterThan(15);
    for (let cutAt = 1; cutAt <= all; cutAt++) {
      const flash = flashed();
      await walk(flash, cutAt);
      const twin = open(flash);
      twin.boot();
      await programIs(twin, /^runs/);
      const ran = twin.evaluate("PROGRAM") as number;
      const text = programIn(readFile(flash, `bear.${ran}`)!);
      expect([firmware.bundle, newer], `cut at write ${cutAt}`).toContain(text);
      if (twin.evaluate("TRIAL")) twin.evaluate("SETTLE_TRIAL()");
      if (text !== newer) {
        order(twin, downloads.of(NEW, newer));
        await programIs(twin, /^runs 2.0.0/);
        twin.evaluate("SETTLE_TRIAL()");
      }
      twin.boot();
      await until("the new program", () => twin.lines.at(-1) === `runs ${NEW}`);
      expect(twin.evaluate("TRIAL"), `cut at write ${cutAt}`).toBe(false);
      twin.close();
    }
  }, 120_000);
});

function onEspruino(): void {
  const programIs = (toy: FirmwareToy, version: string, from = 0): Promise<number> =>
    said(toy, new RegExp(`^runs ${version}`), from, 30_000);
  const order = (toy: InterpreterToy, asked: Asked): void =>
    toy.tell(`TAKE_UPDATE(${JSON.stringify(JSON.stringify(asked))})`);

  test("a program that has not claimed within 120 s is left for the former one", async () => {
    const toy = interpreterToy(firmware, RECORD);
    toy.boot();
    await programIs(toy, OLD);
    order(toy, downloads.of(NEW, newer));
    const from = await programIs(toy, NEW);
    expect(await toy.ask("PROGRAM+' '+TRIAL")).toBe("1 true");
    // by its own clock
    toy.tell("setTimeout(function(){print('still on trial '+TRIAL)},115000)");
    const still = await said(toy, /^still on trial true/, from, 150_000);
    await programIs(toy, OLD, still);
    expect(await toy.ask("PROGRAM+' '+TRIAL")).toBe("0 false");
    await toy.close();
  });

  test("with the power cut at any write of an update, what starts is whole, talks, and can be updated", async () => {
    /** The whole way to the new program, cut at change number `cutAt`; how many there were. */
    const walk = async (toy: InterpreterToy, cutAt: number): Promise<number> => {
      toy.cutAt(cutAt, LEFT[cutAt % LEFT.length]!);
      const isOver = (line: string) => (): boolean => !toy.isOn() || toy.lines.includes(line);
      toy.boot();
      await until("a start", isOver(`runs ${OLD}`));
      if (toy.isOn()) order(toy, downloads.of(NEW, newer));
      await until("the new program", isOver(`runs ${NEW}`));
      if (toy.isOn()) toy.tell("SETTLE_TRIAL();print('settled')");
      await until("it is settled", isOver("settled"));
      toy.powerCut();
      return toy.changes();
    };
    const first = interpreterToy(firmware, RECORD);
    const all = await walk(first, 0);
    await first.close();
    expect(all).toBeGreaterThan(15);
    for (let cutAt = 1; cutAt <= all; cutAt++) {
      const toy = interpreterToy(firmware, RECORD);
      await walk(toy, cutAt);
      expect(toy.changes()).toBe(cutAt);
      toy.cutAt(0, 0);
      let from = toy.lines.length;
      toy.boot();
      await said(toy, /^runs/, from);
      const [ran, trial] = (await toy.ask("PROGRAM+' '+TRIAL")).split(" ");
      const text = toy.program(Number(ran) as 0 | 1);
      expect([firmware.bundle, newer], `cut at change ${cutAt}`).toContain(text);
      if (trial === "true") await toy.ask("SETTLE_TRIAL()");
      if (text !== newer) {
        from = toy.lines.length;
        order(toy, downloads.of(NEW, newer));
        await programIs(toy, NEW, from);
        await toy.ask("SETTLE_TRIAL()");
      }
      from = toy.lines.length;
      toy.powerCut();
      toy.boot();
      await programIs(toy, NEW, from);
      expect(await toy.ask("TRIAL"), `cut at change ${cutAt}`).toBe("false");
      await toy.close();
    }
  });
}

// of `npm run test:espruino`
if (ESPRUINO) describe("on Espruino", { timeout: 300_000 }, onEspruino);
