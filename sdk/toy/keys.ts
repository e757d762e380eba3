/** The keys a toy keeps: its `prk` in two slots, moved on by a rekey, and the K_rng that never moves. PROTOCOL.md §2, §11 */
import { nextPrk, rngKey, sameBytes, SECRET_BYTES, secretPrk, toyKeys } from "@bearlink/sdk/protocol";
import type { Hash, ToyKeys } from "@bearlink/sdk/protocol";
import type { ToyStore } from "./host.ts";
import { readSlots, writeBoth, writeSlot } from "./slots.ts";

const PRK = "prk";
const RNG = "rng";
/** what provisioning leaves: `device_secret`, 32 bytes */
export const SECRET_RECORD = "secret";

/** The keys of the next claim. Throws where the store holds none. */
export function loadKeys(store: ToyStore, hash: Hash, deviceId: string): ToyKeys {
  let kept = readSlots(store, hash, PRK).latest;
  let rng = readSlots(store, hash, RNG).latest;
  if (kept === undefined || rng === undefined) {
    const secret = store.get(SECRET_RECORD);
    if (secret === undefined || secret.length !== SECRET_BYTES) throw new Error("no device secret");
    const prk = secretPrk(hash, secret);
    rng = { generation: 0, body: rngKey(hash, prk, deviceId) };
    writeBoth(store, hash, RNG, rng);
    kept = { generation: 0, body: prk };
    writeBoth(store, hash, PRK, kept);
  }
  return toyKeys(hash, kept.body, rng.body, deviceId);
}

/** Takes the step of COMMAND `id`. Its id is kept in the same write, so it is never taken twice. */
export function stepKeys(store: ToyStore, hash: Hash, deviceId: string, id: number): void {
  const slots = readSlots(store, hash, PRK);
  if (slots.latest === undefined || slots.latest.generation >= id) return;
  writeSlot(store, hash, slots.free, { generation: id, body: nextPrk(hash, slots.latest.body, deviceId) });
}

/** The id of the last rekey taken; 0 before the first. */
export function rekeyedBy(store: ToyStore, hash: Hash): number {
  const latest = readSlots(store, hash, PRK).latest;
  return latest === undefined ? 0 : latest.generation;
}

/** After a claim under the latest key held, forgets the former one, and the secret it came from. */
export function forgetFormerKeys(store: ToyStore, hash: Hash): void {
  const slots = readSlots(store, hash, PRK);
  if (slots.latest === undefined || slots.latest.generation === 0) return;
  const secret = store.get(SECRET_RECORD);
  if (secret !== undefined) store.erase(SECRET_RECORD);
  const other = store.get(slots.free);
  const kept = store.get(slots.kept);
  if (other === undefined || kept === undefined || !sameBytes(other, kept)) {
    writeSlot(store, hash, slots.free, slots.latest);
  }
}
