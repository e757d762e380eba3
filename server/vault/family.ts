/** What belongs to a family is sealed under the family's own key: once that is destroyed, no copy of it opens again. MISSION B11, SAFETY S5 */
import { createSecretKey, hkdfSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { lp } from "@bearlink/sdk/protocol";
import { MAX_OWNER_KEYS, OWNER_KEY_MS } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import { isUnderOwner, OWNER_FORM, sealContext } from "../ports.ts";
import type { Bus, Chance, Clock, FamilyVault, OwnerSecret, Vault, VaultOwners } from "../ports.ts";
import { KEY_BYTES, NONCE_BYTES, openWith, sealWith } from "./cipher.ts";
import { boundedCache } from "./cache.ts";

/** Bus channel; its text is the id of an owner whose key was destroyed. */
export const OWNER_DESTROYED = "owner-destroyed";

export interface FamilyVaultPorts {
  owners: VaultOwners;
  /** seals the owners' secrets */
  vault: Vault;
  bus: Bus;
  clock: Clock;
  chance: Chance;
}

/** What a key of an owner is for; no two of them share one. */
export interface KeyUse {
  /** whose installation it is */
  tenant: string;
  owner: string;
  purpose: string;
}

interface OwnerKey {
  version: number;
  key: KeyObject;
}

const HEAD_BYTES = 2;
const HKDF_SALT = "bearlink/1 owner";

/** HKDF-SHA256 over the owner's secret: `('a:b','c')` and `('a','b:c')` have different keys. */
export function ownerKey(secret: Uint8Array, { tenant, owner, purpose }: KeyUse): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, HKDF_SALT, lp([tenant, owner, purpose]), KEY_BYTES));
}

/**
 * What it seals is `2 ‖ version (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`; owner and context are authenticated with it.
 * A secret is made at an owner's first `seal`. `start` hears of keys that other cells destroy.
 */
export function createFamilyVault(
  ports: FamilyVaultPorts,
  { tenant = "bearlink" } = {},
): FamilyVault & { start(): Promise<() => Promise<void>> } {
  const { owners, vault, bus, clock, chance } = ports;
  const keys = boundedCache<OwnerKey>(clock, { most: MAX_OWNER_KEYS, ms: OWNER_KEY_MS });

  function keyOf(ownerId: string, { version, sealedSecret }: OwnerSecret): OwnerKey {
    if (!sealedSecret) throw new Refusal("NOT_FOUND");
    const secret = vault.open(sealedSecret, sealContext.owner(ownerId, version));
    return {
      version,
      key: createSecretKey(ownerKey(secret, { tenant, owner: ownerId, purpose: "seal" })),
    };
  }

  async function found(ownerId: string): Promise<OwnerKey | undefined> {
    const there = await orUnavailable(owners.find(ownerId));
    return there && keyOf(ownerId, there);
  }

  async function foundOrMade(ownerId: string): Promise<OwnerKey> {
    const there = await found(ownerId);
    if (there) return there;
    const secret = vault.seal(chance.bytes(KEY_BYTES), sealContext.owner(ownerId, 1));
    return keyOf(ownerId, await orUnavailable(owners.add(ownerId, secret, clock.now())));
  }

  return {
    async seal(ownerId, plain, context) {
      const { version, key } = await keys.get(ownerId, () => foundOrMade(ownerId));
      const head = new Uint8Array([OWNER_FORM, version]);
      return sealWith(key, { head, nonce: chance.bytes(NONCE_BYTES), bound: lp([ownerId, context]) }, plain);
    },

    async open(ownerId, sealed, context) {
      if (!isUnderOwner(sealed)) throw new Error("these bytes are under no owner's key");
      const held = await keys.get(ownerId, () => found(ownerId));
      if (!held) throw new Error("this owner has no key");
      if (sealed[1] !== held.version)
        throw new Error("another version of this owner's key sealed these bytes");
      return openWith(held.key, { headBytes: HEAD_BYTES, bound: lp([ownerId, context]) }, sealed);
    },

    async destroy(ownerId) {
      keys.drop(ownerId);
      await orUnavailable(owners.destroy(ownerId, clock.now()));
      keys.drop(ownerId); // whoever read it meanwhile
      // a cell that does not hear of it forgets the key after OWNER_KEY_MS
      await bus.publish(OWNER_DESTROYED, ownerId).catch(() => undefined);
    },

    start: () => bus.subscribe(OWNER_DESTROYED, keys.drop, keys.clear),
  };
}
