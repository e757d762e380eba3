/** Which of the two programs runs, and how a new one has fared: one record in two slots. PROTOCOL.md §10 */
import type { Hash } from "@bearlink/sdk/protocol";
import { readSlots, writeSlot } from "@bearlink/sdk/toy";
import type { ToyStore } from "@bearlink/sdk/toy";
import { USE_RECORD } from "../record.ts";

/** bytes of a program's digest that tell it from another */
const DIGEST_BYTES = 8;

export interface Use {
  running: number;
  /** 1: the other program is to be tried at the next start; 2: it was, and has not claimed */
  trial: number;
  /** starts of the program on trial, or last on trial, that did not claim */
  failures: number;
  /** of that program, its digest's first bytes */
  digest: Uint8Array;
}

export function readUse(store: ToyStore, hash: Hash): Use {
  const latest = readSlots(store, hash, USE_RECORD).latest;
  const body = latest === undefined ? new Uint8Array(3 + DIGEST_BYTES) : latest.body;
  return { running: body[0]! & 1, trial: body[1]!, failures: body[2]!, digest: body.slice(3) };
}

export function keepUse(store: ToyStore, hash: Hash, use: Use): void {
  const slots = readSlots(store, hash, USE_RECORD);
  const body = new Uint8Array(3 + DIGEST_BYTES);
  body.set([use.running, use.trial, use.failures]);
  body.set(use.digest.slice(0, DIGEST_BYTES), 3);
  const generation = slots.latest === undefined ? 1 : slots.latest.generation + 1;
  writeSlot(store, hash, slots.free, { generation, body });
}

/** The program to run. A trial is counted as failed before it begins: a cut, a hang or a throw changes nothing then. */
export function chooseProgram(
  store: ToyStore,
  hash: Hash,
  isThere: (program: number) => boolean,
): { program: number; trial: boolean } {
  const use = readUse(store, hash);
  const other = 1 - use.running;
  if (use.trial === 1 && isThere(other)) {
    keepUse(store, hash, { running: use.running, trial: 2, failures: use.failures + 1, digest: use.digest });
    return { program: other, trial: true };
  }
  return { program: isThere(use.running) ? use.running : other, trial: false };
}
