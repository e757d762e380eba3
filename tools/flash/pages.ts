/** A toy's records into pages of its flash outside Storage, over its console, each read back by its digest. */
import {
  PAGE_BYTES,
  PAGES_ADDRESS,
  RECORD_HEAD_BYTES,
  RECORD_CHAR_BYTES,
  RECORDS,
} from "../../firmware/record.ts";
import { Fault } from "../fault.ts";
import { says } from "./console.ts";
import type { Console } from "./console.ts";
import { digestAt, digestOf, parcel, PIECE_BYTES } from "./parcel.ts";
import type { StoredFile } from "./storage.ts";

/** of one record here: what a digest is taken of at once */
const MAX_RECORD_BYTES = 1_200;
const FLASH = `require("Flash")`;

export const RECORD_NAMES = RECORDS.split(/ +/);

/** Where a record's page begins; `pages` is another place than an ESP32's. */
const addressOf = (name: string, pages: number): number => pages + RECORDS.indexOf(name) * RECORD_CHAR_BYTES;

const isThere = `n<=${PAGE_BYTES - RECORD_HEAD_BYTES}`;

/** What `expression` makes of the record `r` of `n` bytes; null where there is none. */
async function ask(toy: Console, name: string, expression: string, pages: number): Promise<unknown> {
  const at = addressOf(name, pages);
  return toy.insist(
    `(function(f){var n=f.read(2,${at}),r;n=n[0]*256+n[1];if(${isThere}){r=f.read(n,${at + RECORD_HEAD_BYTES});return ${expression}}})(${FLASH})`,
  );
}

/** As text, and for small ones. */
export async function readRecord(
  toy: Console,
  name: string,
  pages = PAGES_ADDRESS,
): Promise<string | undefined> {
  return ((await ask(toy, name, "E.toString(r)", pages)) as string | null) ?? undefined;
}

export async function hasRecord(toy: Console, name: string, pages = PAGES_ADDRESS): Promise<boolean> {
  return (await ask(toy, name, "true", pages)) === true;
}

export async function eraseRecords(
  toy: Console,
  names: readonly string[] = RECORD_NAMES,
  pages = PAGES_ADDRESS,
): Promise<void> {
  for (const name of names) await toy.insist(`(${FLASH}.erasePage(${addressOf(name, pages)}),0)`);
}

/** Throws a Fault where what lies there is another. No secret comes back: its digest does. */
export async function putRecord(
  toy: Console,
  { name, bytes }: StoredFile,
  pages = PAGES_ADDRESS,
): Promise<void> {
  if (!RECORD_NAMES.includes(name) || bytes.length > MAX_RECORD_BYTES)
    throw new Fault(`${name} is no record of at most ${MAX_RECORD_BYTES} bytes`);
  await eraseRecords(toy, [name], pages);
  const whole = Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]);
  for (let at = 0; at < whole.length; at += PIECE_BYTES) {
    const piece = whole.subarray(at, at + PIECE_BYTES);
    const sent = { name, at: addressOf(name, pages) + at, size: whole.length, piece };
    // the same bytes over themselves change nothing
    await toy.insist(parcel(sent, `(${FLASH}.write(d,a),true)`), undefined, (kept) => kept === true);
  }
  if (!(await says(digestOf(bytes), () => ask(toy, name, digestAt("r"), pages))))
    throw new Fault(`${name} is not what was written: use a shorter cable, and flash again`);
}
