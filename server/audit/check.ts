/** What one day, and one exported head, must fulfil to be believed. */
import { fromHex, sameBytes, toHex } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import type { ChainDay, ExportedHead } from "../ports.ts";
import { dropProof, headMac, openingOf, sealOf } from "./chain.ts";
import type { ChainKey } from "./keys.ts";

/**
 * `changed`: a link does not follow on the one before it: its row was edited or moved, or links were made anew.
 * `missing`: a row, or a link in the midst, is gone. `cut`: the chain ends before it did. `added`: a row that no link has,
 * or one that waited for its link and is gone. `day`: a day does not follow on the one before it, or not on its own seal.
 * `head`: the chain is not the one that was exported. `forged`: an exported head that we did not make.
 * `key`: the master key of a day is not here. `late`: rows have waited for their link for longer than a cell that runs
 * lets them, and nothing proves what they were: none runs, or somebody holds it up.
 */
export type Fault = "changed" | "missing" | "cut" | "added" | "day" | "head" | "forged" | "key" | "late";

const MAC_BYTES = 32;

/** That it opens on the day before, is sealed as it says, went into no more parts than it has links, and was let go by us where it was. */
export function checkDay(hash: Hash, key: ChainKey, day: ChainDay, before: ChainDay | undefined): boolean {
  if (!sameBytes(day.opening, openingOf(hash, key, day.day, before))) return false;
  const { sealed, dropped, archived = 0 } = day;
  if (!sealed) return dropped === undefined;
  if (!sameBytes(sealed.seal, sealOf(hash, key, day, sealed))) return false;
  if (archived > sealed.places) return false;
  return dropped === undefined || sameBytes(dropped, dropProof(hash, key, day, sealed));
}

/** That we made it. */
export function isOurs(hash: Hash, key: ChainKey, head: ExportedHead): boolean {
  const told = fromHex(head.mac, MAC_BYTES);
  return told !== undefined && sameBytes(told, fromHex(headMac(hash, key, head), MAC_BYTES)!);
}

/** undefined where the day leads to this head. */
export function checkHead(
  hash: Hash,
  key: ChainKey,
  day: ChainDay,
  head: ExportedHead,
  macs: { last: number; at: ReadonlyMap<number, string> },
): Fault | undefined {
  // the id of its key is in its MAC
  if (!isOurs(hash, key, head)) return "forged";
  if (head.opening !== toHex(day.opening)) return "head";
  if (macs.last < head.places) return "cut";
  if (head.sealed && !(day.sealed?.places === head.places && toHex(day.sealed.head) === head.head))
    return "head";
  // of a day that was let go its end alone is known
  const there = macs.at.get(head.places);
  if (there === undefined && day.dropped) return undefined;
  return there === head.head ? undefined : "head";
}
