/** Small secrets sealed at rest: bound to their row, under a key that can be changed while the former still opens. MISSION B10 */
import { createHash, createSecretKey, hkdfSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { concat, fromHex, sameBytes, utf8 } from "@bearlink/sdk/protocol";
import type { Chance, Vault } from "../ports.ts";
import { checkLength, KEY_BYTES, NONCE_BYTES, openWith, sealWith } from "./cipher.ts";

const VERSION = 1;
const ID_BYTES = 4;
const HEAD_BYTES = 1 + ID_BYTES;

export interface SealingVault extends Vault {
  /** Whether these bytes are under a former key: seal them again when they are next written. */
  needsRotation(sealed: Uint8Array): boolean;
}

/**
 * `masterKey` and each of `formerKeys` are 32 bytes. What it seals is
 * `version ‖ key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`; the context and the first five bytes are authenticated with it.
 *
 *     const vault = createVault({ masterKey, chance });
 *     vault.open(vault.seal(prk, sealContext.prk(id)), sealContext.prk(id));
 */
export function createVault(options: {
  masterKey: Uint8Array;
  formerKeys?: readonly Uint8Array[];
  chance: Chance;
}): SealingVault {
  const { masterKey, formerKeys = [], chance } = options;
  const keys = [masterKey, ...formerKeys].map(vaultKey);
  const current = keys[0]!;

  return {
    seal(plain, context) {
      const head = concat([new Uint8Array([VERSION]), current.id]);
      const nonce = chance.bytes(NONCE_BYTES);
      return sealWith(current.key, { head, nonce, bound: utf8(context) }, plain);
    },

    open(sealed, context) {
      checkLength(sealed, HEAD_BYTES);
      const key = keys.find(({ id }) => isUnder(sealed, id));
      if (!key) throw new Error("no key of this vault sealed these bytes");
      return openWith(key.key, { headBytes: HEAD_BYTES, bound: utf8(context) }, sealed);
    },

    needsRotation: (sealed) => !isUnder(sealed, current.id),
  };
}

/** The 32 bytes of `BEARLINK_MASTER_KEY` (64 hex characters), or undefined where it is not that. */
export function parseMasterKey(text: string): Uint8Array | undefined {
  return fromHex(text.trim().toLowerCase(), KEY_BYTES);
}

/** A key for this use alone, so that the master key may serve others; its id tells nothing of it. */
function vaultKey(master: Uint8Array): { key: KeyObject; id: Uint8Array } {
  if (master.length !== KEY_BYTES) throw new Error("a master key has 32 bytes");
  const key = new Uint8Array(hkdfSync("sha256", master, "", "bearlink/1 vault", KEY_BYTES));
  return {
    key: createSecretKey(key),
    id: new Uint8Array(createHash("sha256").update(key).digest()).slice(0, ID_BYTES),
  };
}

function isUnder(sealed: Uint8Array, id: Uint8Array): boolean {
  return sealed[0] === VERSION && sameBytes(sealed.subarray(1, HEAD_BYTES), id);
}
