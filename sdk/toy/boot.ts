/** The boot counter: stored before it is used, and never the same twice, wherever the power fails. PROTOCOL.md §2 */
import type { Hash } from "@bearlink/sdk/protocol";
import type { ToyStore } from "./host.ts";
import { readSlots, writeBoth, writeSlot } from "./slots.ts";

const NAME = "boot";

/** This start's `boot`, already stored. Throws where the store refused: then nothing may be claimed. */
export function raiseBoot(store: ToyStore, hash: Hash): number {
  const slots = readSlots(store, hash, NAME);
  if (slots.latest !== undefined && slots.sound) {
    const boot = slots.latest.generation + 1;
    writeSlot(store, hash, slots.free, { generation: boot, body: new Uint8Array(0) });
    return boot;
  }
  // the slot that cannot be read may have held one more than the other, and been used
  const boot = slots.latest === undefined ? 2 : slots.latest.generation + 2;
  writeBoth(store, hash, NAME, { generation: boot, body: new Uint8Array(0) });
  return boot;
}

/** `boot = floor + 1`, or more, stored, after a floor that held. §3.3 */
export function raiseBootOver(store: ToyStore, hash: Hash, floor: number): number {
  const latest = readSlots(store, hash, NAME).latest;
  // what was stored may be above it: a setup takes boots of its own
  const boot = Math.max(floor, latest === undefined ? 0 : latest.generation) + 1;
  writeBoth(store, hash, NAME, { generation: boot, body: new Uint8Array(0) });
  return boot;
}
