/**
 * The chain of the audit trail, as pure functions: how rows become links, and days are opened, sealed and let go.
 *
 * An act writes its row in its own transaction, unchained: acts never wait for one another. Within a second one cell
 * links what waits, under a lock of the database that no act takes. What that proves, as long as a second place has a
 * head that the chain led to:
 * - a row that was linked cannot be edited, removed, added or moved unseen, but by who has the master key;
 * - what follows on a head that was exported cannot be cut off unseen, nor can the whole chain be written anew;
 * - a row that waits can be edited, and with links since the last export (AUDIT_EXPORT_MS) be removed from the end, by
 *   who has the database at that moment. That is a second, or as long as he holds the lock: a cell then tells that the
 *   chain stands still, and of what waited before it links it, by the times that rows have (AUDIT_LATE_MS). A chain made
 *   inside the acts would shorten this, but not for links, and would have every claim wait for every other.
 *
 * A folder that the master of the database can write as well is no witness against him: he can empty both, and have a
 * cell link all rows anew, as of today. A cell that ran meanwhile finds its end gone; one that starts then tells of rows
 * that waited, unless he wrote new times into them as well: then nothing tells. A folder on another machine, or a bucket
 * that keeps former versions, does.
 */
import { hmac, toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import type {
  AuditRow,
  ChainDay,
  ChainLink,
  ChainStep,
  ChainTail,
  ExportedHead,
  SealedEnd,
} from "../ports.ts";
import { macOf } from "./keys.ts";
import type { ChainKey, ChainKeys } from "./keys.ts";

const DAY_MS = 86_400_000;

/** The (UTC) day of a moment: 2026-11-28. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
export const dayAfter = (day: string): string => dayOf(Date.parse(day) + DAY_MS);

/** A link's MAC: over the one before it and all of the row. The JSON of a list of texts, numbers and nulls is one for each list. */
export function linkMac(
  hash: Hash,
  key: ChainKey,
  before: Uint8Array,
  { day, place }: Pick<ChainLink, "day" | "place">,
  row: AuditRow,
): Uint8Array {
  const { id, at, action, outcome, actor, resource, address, device, reason, accountId } = row;
  const who = [actor, resource, address, device, accountId];
  const text = JSON.stringify(["row", day, place, id, at, action, outcome, ...who, reason]);
  return hmac(hash, key.ofDay(day), [before, utf8(text)]);
}

/** What the first link of a day follows on: it holds the day before, however that ended. */
export function openingOf(hash: Hash, key: ChainKey, day: string, before: ChainDay | undefined): Uint8Array {
  const seal = before?.sealed ? toHex(before.sealed.seal) : null;
  return macOf(hash, key.seal, ["open", day, key.id, before?.day ?? null, seal]);
}

export function sealOf(
  hash: Hash,
  key: ChainKey,
  { day, opening }: Pick<ChainDay, "day" | "opening">,
  { places, head }: Omit<SealedEnd, "seal">,
): Uint8Array {
  return macOf(hash, key.seal, ["seal", day, key.id, places, toHex(head), toHex(opening)]);
}

/** That it was we who let the rows of a day go, and into how many parts of an archive. */
export function dropProof(
  hash: Hash,
  key: ChainKey,
  { day, archived }: Pick<ChainDay, "day" | "archived">,
  { seal }: SealedEnd,
): Uint8Array {
  return macOf(hash, key.seal, ["dropped", day, toHex(seal), ...(archived === undefined ? [] : [archived])]);
}

/** Where a day stands, for the second place, which cannot forge it either. */
export function headOf(hash: Hash, key: ChainKey, { day, place, mac }: ChainTail): ExportedHead {
  const head = {
    ...{ day: day.day, key_id: key.id, places: place, head: toHex(mac) },
    ...{ opening: toHex(day.opening), sealed: day.sealed !== undefined },
  };
  return { ...head, mac: headMac(hash, key, head) };
}

export function headMac(hash: Hash, key: ChainKey, head: Omit<ExportedHead, "mac">): string {
  const { day, key_id, places, opening, sealed } = head;
  return toHex(macOf(hash, key.seal, ["head", day, key_id, places, head.head, opening, sealed]));
}

/** A key that a day needs and this process does not have. */
export class MissingKey extends Error {
  constructor(id: string) {
    super(`the audit chain needs the master key behind ${id}, which is not here`);
  }
}

export function keyOfDay(keys: ChainKeys, { keyId }: Pick<ChainDay, "keyId">): ChainKey {
  const key = keys.find(keyId);
  if (!key) throw new MissingKey(keyId);
  return key;
}

/** The next step of a chain: a day that is over is sealed, rows that wait are linked, in a new day where there is none. Throws MissingKey. */
export function nextStep(
  { hash, keys }: { hash: Hash; keys: ChainKeys },
  tail: ChainTail | undefined,
  rows: readonly AuditRow[],
  now: number,
): ChainStep {
  const step: ChainStep = { links: [], tail };
  // a clock that went back does not open a day again
  const today = [dayOf(now), ...(tail ? [tail.day.sealed ? dayAfter(tail.day.day) : tail.day.day] : [])]
    .sort()
    .at(-1)!;
  if (tail && !tail.day.sealed && tail.day.day < today) {
    const end = { places: tail.place, head: tail.mac };
    const seal = sealOf(hash, keyOfDay(keys, tail.day), tail.day, end);
    step.seal = { day: tail.day.day, end: { ...end, seal } };
    step.tail = { ...tail, day: { ...tail.day, sealed: step.seal.end } };
  }
  if (rows.length === 0) return step;
  if (!step.tail || step.tail.day.sealed) {
    const opening = openingOf(hash, keys.current, today, step.tail?.day);
    const [sealed, dropped, archived] = [undefined, undefined, undefined];
    step.open = { day: today, keyId: keys.current.id, opening, sealed, dropped, archived };
    step.tail = { day: step.open, place: 0, mac: opening };
  }
  const { day } = step.tail;
  const key = keyOfDay(keys, day);
  let { place, mac } = step.tail;
  for (const row of rows) {
    place++;
    mac = linkMac(hash, key, mac, { day: day.day, place }, row);
    step.links.push({ day: day.day, place, auditId: row.id, mac });
  }
  step.tail = { day, place, mac };
  return step;
}
