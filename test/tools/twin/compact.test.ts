/** Storage put in order as the interpreter does it, and what a power cut in the midst of that, or of a new file's header, leaves: why a toy's life does neither. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compact } from "../../../tools/twin/compact.ts";
import {
  createFile,
  eraseFile,
  flashWith,
  isSound,
  openFlash,
  putFile,
  readFile,
} from "../../../tools/twin/flash.ts";
import type { Flash } from "../../../tools/twin/flash.ts";
import { Death } from "../../../tools/twin/loop.ts";
import { ESPRUINO } from "../../support/interpreter.ts";

/** of the interpreter's Linux build */
const BYTES = 256 * 1024;
const NAMES = ["a", "b", "c", "d", "e", "f"];
const contentOf = (name: string, i: number): Uint8Array =>
  new Uint8Array(3_000 + 2_111 * i).map((_, at) => (at * 7 + name.charCodeAt(0)) & 255);

/** Six files, two of which are no more. */
function used(): Flash {
  const flash = flashWith({}, BYTES);
  NAMES.forEach((name, i) => putFile(flash, name, contentOf(name, i)));
  eraseFile(flash, "b");
  eraseFile(flash, "e");
  return flash;
}
const wholeIn = (flash: Flash): string[] =>
  NAMES.filter((name, i) => Buffer.from(readFile(flash, name) ?? []).equals(contentOf(name, i)));
const KEPT = ["a", "c", "d", "f"];

/** The power fails at this change; whether there was one. */
function cutAt(flash: Flash, at: number, left: number, work: () => void): boolean {
  let changes = 0;
  const arm = (): void => {
    if (++changes === at) flash.cut = () => {};
  };
  flash.left = left;
  flash.changed = arm;
  arm();
  try {
    work();
    return false;
  } catch (error) {
    if (!(error instanceof Death)) throw error;
    return true;
  }
}

test("files that are left move together, and the rest is erased", () => {
  const flash = used();
  compact(flash);
  expect(wholeIn(flash)).toEqual(KEPT);
  const end = KEPT.reduce((sum, name) => sum + 32 + ((readFile(flash, name)!.length + 3) & ~3), 0);
  expect(flash.image.subarray(end).every((byte) => byte === 0xff)).toBe(true);
  expect(isSound(flash)).toBe(true);
});

test("cut in the midst of it, files are lost, or all of Storage is", () => {
  let cuts = 0;
  let losses = 0;
  let ruins = 0;
  for (let at = 1; ; at++) {
    const flash = used();
    if (!cutAt(flash, at, 0.5, () => compact(flash))) break;
    cuts++;
    if (!isSound(flash)) ruins++;
    else if (wholeIn(flash).length < KEPT.length) losses++;
  }
  expect(cuts).toBeGreaterThan(10);
  expect(losses + ruins).toBeGreaterThan(cuts / 2);
});

test("where a header was cut, the next file that is written is lost", () => {
  const flash = used();
  expect(cutAt(flash, 1, 0.06, () => createFile(flash, "g", 100))).toBe(true);
  expect(isSound(flash)).toBe(true);
  putFile(flash, "h", new Uint8Array(27).fill(1)); // of 27 and 100 no bit is the same
  expect(readFile(flash, "h")).toBeUndefined();
});

function onEspruino(): void {
  /** What the interpreter makes of a flash. */
  const run = ({ image }: Flash, program: string): { flash: Flash; said: string } => {
    const folder = mkdtempSync(join(tmpdir(), "storage-"));
    try {
      writeFileSync(join(folder, "espruino.flash"), image);
      const { stdout } = spawnSync(ESPRUINO!, ["-e", `${program};quit()`], { cwd: folder, timeout: 20_000 });
      const flash = openFlash(new Uint8Array(readFileSync(join(folder, "espruino.flash"))));
      return { flash, said: String(stdout) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  test("the flash is the same, byte for byte, after it was put in order", () => {
    const ours = used();
    const { flash } = run(ours, `require("Storage").compact()`);
    compact(ours);
    expect(Buffer.from(flash.image).equals(ours.image)).toBe(true);
  });

  test("a file behind a header that was cut is lost there as well", () => {
    const ours = used();
    cutAt(ours, 1, 0.06, () => createFile(ours, "g", 100));
    const { said } = run(
      ours,
      `require("Storage").write("h","x");print("<"+require("Storage").read("h")+">")`,
    );
    expect(said).toContain("<undefined>");
  });
}

// of `npm run test:espruino`
if (ESPRUINO) describe("on Espruino", { timeout: 60_000 }, onEspruino);
