/** The flash a toy boots from, byte for byte as Espruino lays its files down: a journal that only clears bits until it is compacted. */
import { fromLatin, toLatin } from "./bytes.ts";
import { Death } from "./loop.ts";

/** Where an ESP32's Storage lies, and how much there is of it. */
export const FLASH_START = 0x320000;
export const FLASH_BYTES = 896 * 1024;
const NAME_BYTES = 28;
const HEADER_BYTES = 32;
const MAX_FILE_BYTES = 0xffffff;

export interface Flash {
  image: Uint8Array;
  /** Told after each change. */
  changed(): void;
  /** the power fails in the middle of the next write: told then, and nothing that was running runs on */
  cut: (() => void) | undefined;
}

interface FlashFile {
  /** of its header */
  at: number;
  size: number;
  name: string;
  replaced: boolean;
}

const align = (bytes: number): number => (bytes + 3) & ~3;

export function openFlash(image: Uint8Array = new Uint8Array(FLASH_BYTES).fill(0xff)): Flash {
  return { image, changed: () => {}, cut: undefined };
}

/** Clears bits: what flash can do without erasing. */
export function clearBits(flash: Flash, at: number, bytes: Uint8Array): void {
  const { cut } = flash;
  const end = cut ? bytes.length >> 1 : bytes.length;
  for (let i = 0; i < end; i++) flash.image[at + i]! &= bytes[i]!;
  flash.changed();
  if (!cut) return;
  flash.cut = undefined;
  cut();
  throw new Death("the power failed");
}

function* entries(flash: Flash): Generator<FlashFile> {
  const view = new DataView(flash.image.buffer, flash.image.byteOffset, flash.image.length);
  for (let at = 0; at + HEADER_BYTES <= flash.image.length;) {
    const word = view.getUint32(at, true);
    const size = word & MAX_FILE_BYTES;
    if (word === 0xffffffff || word === 0 || at + HEADER_BYTES + size > flash.image.length) return;
    const name = toLatin(flash.image.subarray(at + 4, at + HEADER_BYTES)).replace(/\0.*$/s, "");
    yield { at, size, name, replaced: view.getUint32(at + 4, true) === 0 };
    at += HEADER_BYTES + align(size);
  }
}

function endOf(flash: Flash): number {
  let end = 0;
  for (const { at, size } of entries(flash)) end = at + HEADER_BYTES + align(size);
  return end;
}

export const freeFlash = (flash: Flash): number => flash.image.length - endOf(flash);

/** Names are cut at 28 characters. */
export const fileName = (name: string): string => name.slice(0, NAME_BYTES);

export function listFiles(flash: Flash): string[] {
  return [...entries(flash)].filter(({ replaced }) => !replaced).map(({ name }) => name);
}

/** Where a file's bytes lie, and how many there are. */
export function findFile(flash: Flash, name: string): { at: number; size: number } | undefined {
  const wanted = fileName(name);
  for (const file of entries(flash)) {
    if (!file.replaced && file.name === wanted) return { at: file.at + HEADER_BYTES, size: file.size };
  }
  return undefined;
}

export function readFile(flash: Flash, name: string): Uint8Array | undefined {
  const file = findFile(flash, name);
  return file && flash.image.slice(file.at, file.at + file.size);
}

/** Its name is gone; its bytes lie there until Storage is compacted. */
export function eraseFile(flash: Flash, name: string): void {
  const file = findFile(flash, name);
  if (file) clearBits(flash, file.at - NAME_BYTES, new Uint8Array(4));
}

/** Moves what is left together, and erases the rest. */
export function compact(flash: Flash): void {
  const kept = [...entries(flash)].filter(({ replaced }) => !replaced);
  const whole = kept.map(({ at, size }) => flash.image.slice(at, at + HEADER_BYTES + align(size)));
  flash.image.fill(0xff);
  let at = 0;
  for (const piece of whole) {
    flash.image.set(piece, at);
    at += piece.length;
  }
  flash.changed();
}

/** Room for a file; undefined where there is none, not even after compacting. */
export function createFile(flash: Flash, name: string, size: number): number | undefined {
  const needed = HEADER_BYTES + align(size);
  if (freeFlash(flash) < needed) compact(flash);
  if (freeFlash(flash) < needed) return undefined;
  const at = endOf(flash);
  const header = new Uint8Array(HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, size, true);
  header.set(fromLatin(fileName(name)), 4);
  clearBits(flash, at, header);
  return at + HEADER_BYTES;
}

/** A new file with these bytes, in the place of any former one: what the flashing host does. */
export function putFile(flash: Flash, name: string, bytes: Uint8Array | string): void {
  const content = typeof bytes === "string" ? fromLatin(bytes) : bytes;
  eraseFile(flash, name);
  const at = createFile(flash, name, content.length);
  if (at === undefined) throw new Error(`the flash has no room for ${name}`);
  clearBits(flash, at, content);
}

/**
 * A flash with these files.
 *
 *     const flash = flashWith({ ".bootcde": 'print("hello")' });
 */
export function flashWith(files: Record<string, Uint8Array | string>, bytes = FLASH_BYTES): Flash {
  const flash = openFlash(new Uint8Array(bytes).fill(0xff));
  for (const [name, content] of Object.entries(files)) putFile(flash, name, content);
  return flash;
}
