/** Records in the pages of a twin's flash; and a toy's kept in a store of the Node host's, so that one toy is the same toy on either. */
import type { ToyStore } from "@bearlink/sdk/toy";
import { PAGE_BYTES, RECORD_HEAD_BYTES, RECORD_CHAR_BYTES, RECORDS } from "../../firmware/record.ts";
import type { Flash } from "./flash.ts";

const NAMES = RECORDS.split(/ +/);
/** those that both hosts keep alike */
const SHARED = /^(secret|(boot|done|prk|set)[01])$/;

const pageOf = (name: string): number => RECORDS.indexOf(name) * RECORD_CHAR_BYTES;

/** Undefined where there is none. */
export function readRecord({ pages }: Flash, name: string): Uint8Array | undefined {
  const at = pageOf(name);
  const length = pages[at]! * 256 + pages[at + 1]!;
  const from = at + RECORD_HEAD_BYTES;
  return from + length > at + PAGE_BYTES ? undefined : pages.slice(from, from + length);
}

/** What the flashing host does. */
export function putRecord(flash: Flash, name: string, bytes: Uint8Array | string): void {
  const content = Buffer.from(bytes as string, "latin1");
  const at = pageOf(name);
  flash.pages.fill(0xff, at, at + PAGE_BYTES);
  flash.pages.set([content.length >> 8, content.length & 255, ...content], at);
}

/** Puts the store's records into the flash, and from then on each change of them back into the store. */
export function keepRecords(flash: Flash, store: ToyStore): void {
  const kept = new Map<string, string>();
  const names = NAMES.filter((name) => SHARED.test(name));
  for (const name of names) {
    const bytes = store.get(name);
    if (!bytes) continue;
    putRecord(flash, name, bytes);
    kept.set(name, Buffer.from(bytes).toString("hex"));
  }
  flash.changed = () => {
    for (const name of names) {
      const bytes = readRecord(flash, name);
      const now = bytes && Buffer.from(bytes).toString("hex");
      if (now === kept.get(name)) continue;
      if (bytes) store.set(name, bytes);
      else store.erase(name);
      if (now === undefined) kept.delete(name);
      else kept.set(name, now);
    }
  };
}
