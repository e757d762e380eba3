/** The base image goes into the flash through esptool-js, and every fault is a sentence with its cure. */
import { randomBytes } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { writeImages } from "../../../tools/flash/chip.ts";
import { startBoard } from "../../../tools/flash/reset.ts";
import { fakeChip, OPS } from "./fake-chip.ts";

const images = () => [
  { name: "bootloader.bin", address: 0x1000, bytes: new Uint8Array(randomBytes(5_000)) },
  { name: "app.bin", address: 0x10000, bytes: new Uint8Array(randomBytes(40_001)) },
];

describe("the base image", () => {
  test("lies in the flash as its files say, at the faster rate, and all progress is told", async () => {
    const chip = fakeChip();
    const [boot, app] = images();
    const parts: number[] = [];
    const spoken = vi.spyOn(console, "log");
    await writeImages(chip, [boot!, app!], {
      erase: false,
      baud: 460_800,
      told: (doing, part) => doing === "writing" && parts.push(part),
    });
    expect(chip.flash.slice(0x1000, 0x1000 + 5_000)).toEqual(boot!.bytes);
    expect(chip.flash.slice(0x10000, 0x10000 + 40_001)).toEqual(app!.bytes);
    expect(chip.flash.slice(0, 0x1000).every((byte) => byte === 0xff)).toBe(true);
    expect(parts.at(-1)).toBeCloseTo(1, 2);
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    expect(chip.bauds[0]).toBe(115_200);
    expect(chip.bauds).toContain(460_800);
    expect(chip.bauds.at(-1)).toBe(115_200);
    expect(chip.ops).not.toContain(OPS.ERASE);
    expect(spoken).not.toHaveBeenCalled(); // stdout is the answer's
  });

  test("is written to an empty flash where that is asked", async () => {
    const chip = fakeChip();
    chip.flash.fill(7);
    const [boot] = images();
    await writeImages(chip, [boot!], { erase: true });
    expect(chip.flash[0x900]).toBe(0xff);
    expect(chip.flash.slice(0x1000, 0x1000 + 5_000)).toEqual(boot!.bytes);
  });

  test("resets the chip into its loader first, and startBoard starts its own program", async () => {
    const chip = fakeChip();
    await writeImages(chip, images().slice(0, 1), { erase: false });
    expect(chip.wires.slice(0, 3)).toEqual([
      { dtr: false, rts: true },
      { dtr: true, rts: false },
      { dtr: false, rts: false },
    ]);
    chip.wires.length = 0;
    await startBoard(chip);
    expect(chip.wires).toEqual([
      { dtr: false, rts: true },
      { dtr: false, rts: false },
    ]);
  });
});

describe("what can go wrong", () => {
  const fault = async (chip = fakeChip()): Promise<string> =>
    writeImages(chip, images(), { erase: false, attempts: 1 }).then(
      () => "nothing",
      (error: Error) => error.message,
    );

  test("a chip that gives no answer", async () =>
    expect(await fault(fakeChip({ answers: false }))).toMatch(/no answer: hold its BOOT button/));

  test("another chip is told before anything is written", async () => {
    const chip = fakeChip({ magic: "ESP8266" });
    expect(await fault(chip)).toMatch(/this is an ESP8266, and the bear needs a classic ESP32/);
    expect(chip.ops).not.toContain(OPS.DEFL_BEGIN);
    expect(await fault(fakeChip({ magic: "unknown" }))).toMatch(/an unknown chip/);
  });

  test("a flash that does not hold what was sent", async () =>
    expect(await fault(fakeChip({ corrupts: true }))).toMatch(/is not the image/));
});
