/** A record in two slots: a power cut at any write leaves the former one readable. PROTOCOL.md §2 */
import { concat, readU32, sameBytes, u32 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import type { ToyStore } from "./host.ts";

const DIGEST_BYTES = 8;

/** `generation` rises with each write. */
export interface SlotRecord {
  generation: number;
  body: Uint8Array;
}

/** What the two slots say. */
export interface Slots {
  latest: SlotRecord | undefined;
  /** the name of the slot to write next: the one that does not hold `latest` */
  free: string;
  /** the slot that holds `latest` */
  kept: string;
  /** both slots can be read, and are at most one generation apart */
  sound: boolean;
}

function readSlot(store: ToyStore, hash: Hash, name: string): SlotRecord | undefined {
  const bytes = store.get(name);
  if (bytes === undefined || bytes.length < 4 + DIGEST_BYTES) return undefined;
  const end = bytes.length - DIGEST_BYTES;
  const digest = hash.sha256(bytes.slice(0, end)).slice(0, DIGEST_BYTES);
  if (!sameBytes(digest, bytes.slice(end))) return undefined;
  return { generation: readU32(bytes, 0), body: bytes.slice(4, end) };
}

export function readSlots(store: ToyStore, hash: Hash, name: string): Slots {
  const a = readSlot(store, hash, name + "0");
  const b = readSlot(store, hash, name + "1");
  const firstIsLatest = a !== undefined && (b === undefined || a.generation >= b.generation);
  const apart = a !== undefined && b !== undefined ? Math.abs(a.generation - b.generation) : 2;
  return {
    latest: firstIsLatest ? a : b,
    free: name + (firstIsLatest ? "1" : "0"),
    kept: name + (firstIsLatest ? "0" : "1"),
    sound: apart < 2,
  };
}

/** Writes one slot; `slot` is a name that `readSlots` gave. */
export function writeSlot(store: ToyStore, hash: Hash, slot: string, record: SlotRecord): void {
  const bytes = concat([u32(record.generation), record.body]);
  store.set(slot, concat([bytes, hash.sha256(bytes).slice(0, DIGEST_BYTES)]));
}

/** Writes both slots, the free one first: whichever write is cut, the other slot is whole. */
export function writeBoth(store: ToyStore, hash: Hash, name: string, record: SlotRecord): void {
  const slots = readSlots(store, hash, name);
  writeSlot(store, hash, slots.free, record);
  writeSlot(store, hash, slots.kept, record);
}
