/** Keys made, told of and ended: never above who makes them, never longer, shown once, and gone with who made them. MISSION B15, B17 */
import type { Hash } from "@bearlink/sdk/protocol";
import { MAX_KEYS_OF_MAKER } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import type {
  AuditEntry,
  Bus,
  Chance,
  Clock,
  DeveloperKey,
  DeveloperKeys,
  DeveloperPrincipal,
  Log,
  Scope,
} from "../ports.ts";
import { keyIdOf, makeDeveloperKey, tokenHash } from "./developer-key.ts";

/** Bus channel; its text is the id of a key that no longer holds. */
export const KEY_ENDED = "key-ended";

export interface KeyPorts {
  keys: DeveloperKeys;
  bus: Bus;
  hash: Hash;
  clock: Clock;
  chance: Chance;
  log: Log;
  /** Tells every cell of sessions that ended. */
  sessionsEnded(ids: readonly string[]): Promise<void>;
  /** such as dev or prod: part of each key, so that none is taken for another place's */
  env: string;
}

export interface KeyMaker extends DeveloperPrincipal {
  address: string;
  device: string;
}

const DAY_MS = 86_400_000;

/** As the trail names whoever asks with a key. */
export const keyActor = ({ keyId }: Pick<DeveloperPrincipal, "keyId">): string => `key:${keyId}`;

/** As the record has it: the cell's own, which is nobody's to revoke, is not there, and has made what has no maker. */
export const recordedIdOf = ({ keyId, expiresAt }: DeveloperPrincipal): string | undefined =>
  expiresAt === undefined ? undefined : keyId;

/** Whether whoever holds these scopes holds that one. */
export const holds = (scopes: readonly Scope[], one: Scope): boolean =>
  scopes.includes(one) || scopes.includes("admin");

/** The key itself is in this answer and nowhere else. Throws FORBIDDEN where it would be above its maker, KEY_LIMIT where that one has too many. */
export async function makeKey(
  ports: KeyPorts,
  maker: KeyMaker,
  { name, scopes, days }: { name: string; scopes: readonly Scope[]; days: number },
): Promise<{ key: string; made: DeveloperKey }> {
  if (!scopes.every((scope) => holds(maker.scopes, scope))) throw new Refusal("FORBIDDEN");
  const now = ports.clock.now();
  const key = makeDeveloperKey(ports.chance, ports.env);
  const made: DeveloperKey = {
    ...{ id: keyIdOf(key), name, scopes: [...new Set(scopes)], makerId: recordedIdOf(maker) },
    ...{ createdAt: now, expiresAt: endOf(maker, now, days) },
    ...{ revokedAt: undefined, lastUsedAt: undefined, uses: 0 },
  };
  const entry = entryOf("key_created", maker, made.id, now, made.scopes.join(" "));
  const added = await orUnavailable(
    ports.keys.add(made, tokenHash(ports.hash, key), MAX_KEYS_OF_MAKER, entry),
  );
  if (!added) throw new Refusal("KEY_LIMIT");
  return { key, made };
}

/** Those that one made, and those that these made; the cell's own key sees all, and so does an admin. */
export async function listKeys({ keys }: KeyPorts, maker: KeyMaker): Promise<DeveloperKey[]> {
  const all = await orUnavailable(
    keys.list(maker.scopes.includes("admin") ? undefined : recordedIdOf(maker)),
  );
  const self = all.some(({ id }) => id === maker.keyId)
    ? undefined
    : await orUnavailable(keys.find(maker.keyId));
  return self ? [withoutHash(self), ...all] : all;
}

/** Throws NOT_FOUND for one that this maker does not see. */
export async function findKey(ports: KeyPorts, maker: KeyMaker, id: string): Promise<DeveloperKey> {
  const found = (await listKeys(ports, maker)).find((key) => key.id === id);
  if (!found) throw new Refusal("NOT_FOUND");
  return found;
}

export async function changeKey(
  ports: KeyPorts,
  maker: KeyMaker,
  id: string,
  { name, days }: { name: string | undefined; days: number | undefined },
): Promise<DeveloperKey> {
  const found = await findKey(ports, maker, id);
  // nobody gives themselves more time
  if (days !== undefined && id === maker.keyId) throw new Refusal("FORBIDDEN");
  const now = ports.clock.now();
  const expiresAt = days === undefined ? undefined : await endWithin(ports, maker, found, now, days);
  const entry = entryOf("key_changed", maker, id, now);
  const changed = await orUnavailable(ports.keys.change(id, { name, expiresAt }, entry));
  if (!changed) throw new Refusal("NOT_FOUND");
  return changed;
}

/** At once: the next request with it is refused, here and everywhere, the visits of support that it opened end, and its connections close. */
export async function revokeKey(ports: KeyPorts, maker: KeyMaker, id: string): Promise<void> {
  await findKey(ports, maker, id);
  const now = ports.clock.now();
  const ended = await orUnavailable(ports.keys.revoke(id, now, entryOf("key_revoked", maker, id, now)));
  if (ended.keys.length === 0) throw new Refusal("NOT_FOUND");
  for (const one of ended.keys)
    await ports.bus
      .publish(KEY_ENDED, one)
      // each cell looks again by itself after a while; and no request passes
      .catch((error: unknown) => ports.log.warn({ error }, "the end of a key was not announced"));
  await ports.sessionsEnded(ended.visits);
}

function endOf({ expiresAt }: Pick<DeveloperPrincipal, "expiresAt">, now: number, days: number): number {
  return Math.min(now + days * DAY_MS, expiresAt ?? Infinity);
}

/** Not longer than who changes it, nor than who made it. */
async function endWithin(
  { keys }: KeyPorts,
  maker: KeyMaker,
  { makerId }: DeveloperKey,
  now: number,
  days: number,
): Promise<number> {
  const made = makerId === undefined ? undefined : await orUnavailable(keys.find(makerId));
  return Math.min(endOf(maker, now, days), made?.expiresAt ?? Infinity);
}

function withoutHash({ hash, ...key }: DeveloperKey & { hash: Uint8Array }): DeveloperKey {
  void hash;
  return key;
}

function entryOf(action: string, maker: KeyMaker, id: string, at: number, reason?: string): AuditEntry {
  const { address, device } = maker;
  const entry = { at, action, outcome: "success" as const, actor: keyActor(maker), resource: id };
  return { ...entry, address, device, ...(reason !== undefined && { reason }) };
}
