/** The toy's records, each in a page of flash outside Storage: what is replaced is erased where it lies, and Storage is never put in order. */
import { concat, sameBytes } from "@bearlink/sdk/protocol";
import type { ToyStore } from "@bearlink/sdk/toy";
import { PAGE_BYTES, PAGES_ADDRESS, RECORD_HEAD_BYTES, RECORD_CHAR_BYTES, RECORDS } from "../record.ts";

export const flash = espruino("Flash") as EspruinoFlash;

function addressOf(name: string): number {
  return PAGES_ADDRESS + RECORDS.indexOf(name) * RECORD_CHAR_BYTES;
}

function readRecord(name: string): Uint8Array | undefined {
  const at = addressOf(name);
  const head = flash.read(RECORD_HEAD_BYTES, at);
  const length = head[0]! * 256 + head[1]!;
  // of an empty page, or one that was cut
  return length > PAGE_BYTES - RECORD_HEAD_BYTES ? undefined : flash.read(length, at + RECORD_HEAD_BYTES);
}

function eraseRecord(name: string): void {
  flash.erasePage(addressOf(name));
}

function keepRecord(name: string, bytes: Uint8Array): void {
  eraseRecord(name);
  flash.write(concat([[bytes.length >> 8, bytes.length & 255], bytes]), addressOf(name));
  const kept = readRecord(name);
  if (kept === undefined || !sameBytes(kept, bytes)) throw new Error("not kept");
}

export const store: ToyStore = { get: readRecord, set: keepRecord, erase: eraseRecord };
