/** The flash a toy boots from: pages that are erased whole and then only lose bits, and Espruino's Storage in them, byte for byte. */
import { fromLatin, toLatin } from "./bytes.ts";
import { Death } from "./loop.ts";

/** The partition before Storage, which Espruino leaves to programs. */
export const PAGES_START = 0x310000;
export const PAGES_BYTES = 64 * 1024;
/** Where an ESP32's Storage lies, and how much there is of it. */
export const FLASH_START = 0x320000;
export const FLASH_BYTES = 896 * 1024;
export const PAGE_BYTES = 4096;
const NAME_BYTES = 28;
export const HEADER_BYTES = 32;
const MAX_FILE_BYTES = 0xffffff;
const UNSET = 0xffffffff;
/** bits that an erase has freed where it was cut */
const WEAK = 0x5a;

export interface Flash {
  /** Storage */
  image: Uint8Array;
  /** what lies before it */
  pages: Uint8Array;
  /** Told after each change. */
  changed(): void;
  /** the power fails in the middle of the next change: told then, and nothing that was running runs on */
  cut: (() => void) | undefined;
  /** how much of that change is done then, 0-1 */
  left: number;
}

export interface FlashFile {
  /** of its header */
  at: number;
  size: number;
  name: string;
  replaced: boolean;
  /** neither 0 nor another that Espruino writes: one that was cut */
  odd: boolean;
}

export const align = (bytes: number): number => (bytes + 3) & ~3;

const erased = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0xff);

export function openFlash(image: Uint8Array = erased(FLASH_BYTES), pages = erased(PAGES_BYTES)): Flash {
  return { image, pages, changed: () => {}, cut: undefined, left: 0.5 };
}

/** Does `change` to as many bytes as reach the flash. */
function touch(flash: Flash, bytes: number, change: (done: number) => void): void {
  const { cut } = flash;
  change(cut ? Math.floor(bytes * flash.left) : bytes);
  flash.changed();
  if (!cut) return;
  flash.cut = undefined;
  cut();
  throw new Death("the power failed");
}

/** Clears bits: what flash can do without erasing. `within` are the bytes of it that are meant, its Storage by itself. */
export function clearBits(flash: Flash, at: number, bytes: Uint8Array, within = flash.image): void {
  touch(flash, bytes.length, (done) => {
    for (let i = 0; i < done; i++) within[at + i]! &= bytes[i]!;
  });
}

/** The page of 4 KB that begins at `at`; one whose erasing was cut holds anything. */
export function erasePage(flash: Flash, at: number, within = flash.image): void {
  touch(flash, PAGE_BYTES, (done) => {
    within.fill(0xff, at, at + done);
    for (let i = at + done; i < at + PAGE_BYTES; i++) within[i]! |= WEAK;
  });
}

function headerAt(flash: Flash, at: number): FlashFile | undefined {
  const view = new DataView(flash.image.buffer, flash.image.byteOffset, flash.image.length);
  const word = view.getUint32(at, true);
  const size = word & MAX_FILE_BYTES;
  if (word === UNSET || word === 0 || at + HEADER_BYTES + size > flash.image.length) return undefined;
  const name = toLatin(flash.image.subarray(at + 4, at + HEADER_BYTES)).replace(/\0.*$/s, "");
  const odd = ![0, 64, 128].includes(word >>> 24);
  return { at, size, name, replaced: view.getUint32(at + 4, true) === 0, odd };
}

const endOf = ({ at, size }: FlashFile): number => align(at + HEADER_BYTES + size);

/** Undefined behind the last one. */
export function nextPage(flash: Flash, at: number): number | undefined {
  const next = at - (at % PAGE_BYTES) + PAGE_BYTES;
  return next < flash.image.length ? next : undefined;
}

/** From a header on; at the end of what is written, one look into the next page. The answer: where it looked last, if there was room. */
export function* walk(flash: Flash, from = 0): Generator<FlashFile, number | undefined> {
  let at = from;
  for (let file = headerAt(flash, at); file;) {
    yield file;
    at = endOf(file);
    if (at + HEADER_BYTES > flash.image.length) return undefined;
    file = headerAt(flash, at);
    if (file) continue;
    const next = nextPage(flash, at);
    if (next === undefined) return undefined;
    at = next;
    file = headerAt(flash, at);
  }
  return at;
}

/** What Espruino asks of its Storage at each start; where the answer is no, it erases all of it. */
export function isSound(flash: Flash): boolean {
  const files = walk(flash);
  let step = files.next();
  while (!step.done) step = files.next();
  const at = step.value;
  if (at === undefined) return true;
  const end = at === 0 ? flash.image.length : at + HEADER_BYTES;
  return flash.image.subarray(at, end).every((byte) => byte === 0xff);
}

export function freeFlash(flash: Flash): number {
  let end = 0;
  for (const file of walk(flash)) end = endOf(file);
  return flash.image.length - end;
}

/** Names are cut at 28 characters. */
export const fileName = (name: string): string => name.slice(0, NAME_BYTES);

export function listFiles(flash: Flash): string[] {
  return [...walk(flash)].filter(({ replaced, odd }) => !replaced && !odd).map(({ name }) => name);
}

/** Where a file's bytes lie, and how many there are. */
export function findFile(flash: Flash, name: string): { at: number; size: number } | undefined {
  const wanted = fileName(name);
  for (const file of walk(flash)) {
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

export function eraseAll(flash: Flash): void {
  flash.image.fill(0xff);
  flash.changed();
}

/** The first hole that is large enough. What was cut in mid-header is taken for a hole. */
function findRoom(flash: Flash, needed: number): number | undefined {
  for (let page: number | undefined = 0; page !== undefined;) {
    let at = page;
    for (let file = headerAt(flash, at); file; file = headerAt(flash, at)) {
      at = endOf(file);
      if (at + HEADER_BYTES > flash.image.length) return undefined;
    }
    const next = nextPage(flash, at);
    const end = next !== undefined && headerAt(flash, next) ? next : flash.image.length;
    if (end - at >= needed) return at;
    page = next;
  }
  return undefined;
}

/** Room for a file; undefined where there is none, not even after `compact`. */
export function createFile(
  flash: Flash,
  name: string,
  size: number,
  compact?: (flash: Flash) => void,
): number | undefined {
  const needed = HEADER_BYTES + align(size);
  let at = findRoom(flash, needed);
  if (at === undefined && compact) {
    compact(flash);
    at = findRoom(flash, needed);
  }
  if (at === undefined) return undefined;
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
  const flash = openFlash(erased(bytes));
  for (const [name, content] of Object.entries(files)) putFile(flash, name, content);
  return flash;
}
