/** `require("Storage")` and `require("Flash")`: files of at most 28 characters' name in the toy's flash. */
import { bytesOf, flatBytes, fromLatin, toLatin } from "./bytes.ts";
import { compact } from "./compact.ts";
import {
  clearBits,
  createFile,
  eraseAll,
  eraseFile,
  erasePage,
  FLASH_START,
  findFile,
  freeFlash,
  listFiles,
  PAGE_BYTES,
  PAGES_START,
  readFile,
} from "./flash.ts";
import type { Flash } from "./flash.ts";
import type { Realm } from "./realm.ts";

/** chars of a text that is as cheap in memory */
const SHORT = 9;
/** where the chip maps its flash for reading; only an address's low half stays */
const MAPPED_AT = 0x3f400000;

export interface Storage {
  module: object;
  flash: object;
  /** where the bytes of a string lie, if it was read from a file: what E.getAddressOf answers */
  addressOf(text: string): number;
  /** a text that was read from a file, or a piece of one: it takes no memory */
  inFlash(text: string): boolean;
}

export function openStorage(realm: Realm, flash: Flash): Storage {
  const json = (): JSON => realm.global("JSON") as JSON;
  let lastRead = { text: "", at: 0 };
  const texts = new Map<string, string>();

  const refuse = (why: string): never => {
    throw realm.error(why);
  };

  const read = (name: string, offset = 0, length = 0): string | undefined => {
    const file = findFile(flash, String(name));
    if (!file) return undefined;
    const from = file.at + Math.min(Math.max(0, offset), file.size);
    const most = file.at + file.size;
    const end = length > 0 ? Math.min(most, from + length) : most;
    const text = toLatin(flash.image.subarray(from, end));
    lastRead = { text, at: from };
    texts.set(name, text);
    return text;
  };

  const isErased = (at: number, size: number): boolean =>
    flash.image.subarray(at, at + size).every((byte) => byte === 0xff);

  /** As Espruino: at offset 0 a file is made anew unless it is the same; later bytes are put where none lie. */
  const write = (name: string, data: unknown, offset = 0, size = 0): boolean => {
    if (offset < 0 || size < 0) return false;
    const isPlain = typeof data === "object" && data !== null && !flatBytes(data);
    const content = flatBytes(isPlain ? json().stringify(data) : data);
    if (!content) return refuse("Can't get pointer to data to write");
    const whole = size || content.length;
    if (whole === 0) refuse("Can't create zero length file");
    let file = findFile(flash, name);
    if (offset === 0 && (!file || file.size !== whole || !isErased(file.at, whole))) {
      const same = file && content.length === whole && file.size === whole;
      if (same && Buffer.from(readFile(flash, name)!).equals(content)) return true;
      eraseFile(flash, name);
      const at = createFile(flash, name, whole, compact);
      file = at === undefined ? undefined : { at, size: whole };
    }
    if (!file) return refuse("Unable to find or create file");
    if (offset + content.length > file.size) refuse("Too much data for file size");
    if (!isErased(file.at + offset, content.length)) refuse("File already written with different data");
    clearBits(flash, file.at + offset, content);
    return true;
  };

  const module = realm.object({
    read,
    write,
    erase: (name: string) => eraseFile(flash, String(name)),
    eraseAll: () => eraseAll(flash),
    list: (pattern?: RegExp) =>
      realm.array(listFiles(flash).filter((name) => pattern === undefined || pattern.test(name))),
    readArrayBuffer(name: string) {
      const content = readFile(flash, String(name));
      return content && realm.buffer(content);
    },
    readJSON(name: string, quietly?: boolean): unknown {
      const text = read(name);
      if (text === undefined) return undefined;
      try {
        return json().parse(text) as unknown;
      } catch (fault) {
        if (quietly) return undefined;
        throw fault;
      }
    },
    writeJSON: (name: string, data: unknown) => write(name, json().stringify(data)),
    compact: () => compact(flash),
    getFree: () => freeFlash(flash),
    getStats: () =>
      realm.object({
        totalBytes: flash.image.length,
        freeBytes: freeFlash(flash),
        fileCount: listFiles(flash).length,
      }),
  });

  /** The bytes that an address means, and where in them. */
  const within = (address: number): [bytes: Uint8Array, at: number] => {
    const isPage = address >= PAGES_START && address < FLASH_START;
    const [bytes, from] = isPage ? [flash.pages, PAGES_START] : [flash.image, FLASH_START];
    if (!(address >= from && address < from + bytes.length)) refuse("no such address of the twin's flash");
    return [bytes, address - from];
  };
  const raw = realm.object({
    read(length: number, address: number) {
      const [bytes, at] = within(address);
      return realm.view("Uint8Array", bytes.slice(at, at + length));
    },
    write(data: unknown, address: number) {
      const [bytes, at] = within(address);
      clearBits(flash, at, bytesOf(data), bytes);
    },
    erasePage(address: number) {
      const [bytes, at] = within(address);
      erasePage(flash, at - (at % PAGE_BYTES), bytes);
    },
  });

  const addressOf = (text: string): number => {
    const bytes = fromLatin(text);
    const lies = (at: number): boolean =>
      Buffer.from(flash.image.subarray(at, at + bytes.length)).equals(Buffer.from(bytes));
    if (lastRead.text === text && lies(lastRead.at)) return MAPPED_AT + (FLASH_START % 0x10000) + lastRead.at;
    return 0;
  };

  const inFlash = (text: string): boolean =>
    text.length > SHORT && [...texts.values()].some((file) => file.includes(text));

  return { module, flash: raw, addressOf, inFlash };
}
