/** Who a key lets in: the check sum first, then its digest by its id; and how often it did, written down once a while. MISSION B14, B17 */
import { sameBytes } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { KEY_USES_MS } from "../bounds.ts";
import { SCOPES } from "../ports.ts";
import type { Clock, DeveloperKeys, KeyDoor, KeyUses, Log } from "../ports.ts";
import { isDeveloperKey, keyIdOf, tokenHash } from "./developer-key.ts";

export interface KeyDoorPorts {
  keys: DeveloperKeys;
  hash: Hash;
  clock: Clock;
  log: Log;
}

export interface OpenKeyDoor extends KeyDoor {
  start(): void;
  /** Writes down what was counted. */
  stop(): Promise<void>;
}

/** `own`: the cell's own key, of the settings or of its folder; it may all there is. */
export function createKeyDoor(ports: KeyDoorPorts, { own }: { own: string | undefined }): OpenKeyDoor {
  const { keys, hash, clock, log } = ports;
  const ownHash = own === undefined ? undefined : tokenHash(hash, own);
  let uses = new Map<string, KeyUses>();
  let cancel = (): void => {};
  let writing = Promise.resolve();

  function count(id: string, at: number): void {
    uses.set(id, { count: (uses.get(id)?.count ?? 0) + 1, at });
  }

  async function write(): Promise<void> {
    if (uses.size === 0) return;
    const counted = uses;
    uses = new Map();
    await keys
      .used(counted)
      .catch((error: unknown) => log.warn({ error }, "the use of keys was not written down"));
  }

  function again(): void {
    writing = write();
    cancel = clock.after(KEY_USES_MS, again);
  }

  return {
    async principal(token) {
      if (!isDeveloperKey(token)) return undefined;
      const digest = tokenHash(hash, token);
      const id = keyIdOf(token);
      if (ownHash && sameBytes(digest, ownHash))
        return { kind: "developer", keyId: id, scopes: SCOPES, expiresAt: undefined };
      const key = await keys.find(id);
      const now = clock.now();
      if (!key || !sameBytes(digest, key.hash)) return undefined;
      if (key.revokedAt !== undefined || key.expiresAt <= now) return undefined;
      count(id, now);
      return { kind: "developer", keyId: id, scopes: key.scopes, expiresAt: key.expiresAt };
    },
    start() {
      cancel = clock.after(KEY_USES_MS, again);
    },
    async stop() {
      cancel();
      await writing;
      await write();
    },
  };
}
