/** What a parent set, kept over a start: whether the microphone is off, and how loud. MISSION C37 */
import type { Hash } from "@bearlink/sdk/protocol";
import type { ToyStore } from "./host.ts";
import { readSlots, writeSlot } from "./slots.ts";

const NAME = "set";

export interface Settings {
  micOff: boolean;
  /** 0–100 */
  volume: number;
}

export function loadSettings(store: ToyStore, hash: Hash): Settings {
  const latest = readSlots(store, hash, NAME).latest;
  if (latest === undefined) return { micOff: false, volume: 70 };
  return { micOff: latest.body[0] === 1, volume: latest.body[1]! };
}

export function keepSettings(store: ToyStore, hash: Hash, settings: Settings): void {
  const slots = readSlots(store, hash, NAME);
  const generation = slots.latest === undefined ? 1 : slots.latest.generation + 1;
  const body = new Uint8Array([settings.micOff ? 1 : 0, settings.volume]);
  writeSlot(store, hash, slots.free, { generation, body });
}
