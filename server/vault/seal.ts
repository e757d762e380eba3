/** Small secrets sealed at rest: bound to their row, under a key that can be changed while the former still opens. MISSION B10 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { concat, fromHex, sameBytes, utf8 } from "@bearlink/sdk/protocol";
import type { Chance, Vault } from "../ports.ts";

const CIPHER = "aes-256-gcm";
const VERSION = 1;
const MASTER_BYTES = 32;
const ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
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
      const nonce = chance.bytes(NONCE_BYTES);
      const head = concat([new Uint8Array([VERSION]), current.id]);
      const cipher = createCipheriv(CIPHER, current.key, nonce);
      cipher.setAAD(concat([head, utf8(context)]));
      return concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },

    open(sealed, context) {
      if (sealed.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES) throw new Error("sealed bytes are too short");
      const key = keys.find(({ id }) => isUnder(sealed, id));
      if (!key) throw new Error("no key of this vault sealed these bytes");
      const text = sealed.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES);
      const decipher = createDecipheriv(
        CIPHER,
        key.key,
        sealed.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES),
        {
          authTagLength: TAG_BYTES,
        },
      );
      decipher.setAAD(concat([sealed.subarray(0, HEAD_BYTES), utf8(context)]));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return concat([decipher.update(text), decipher.final()]);
    },

    needsRotation: (sealed) => !isUnder(sealed, current.id),
  };
}

/** The 32 bytes of `BEARLINK_MASTER_KEY` (64 hex characters), or undefined where it is not that. */
export function parseMasterKey(text: string): Uint8Array | undefined {
  return fromHex(text.trim().toLowerCase(), MASTER_BYTES);
}

/** A key for this use alone, so that the master key may serve others; its id tells nothing of it. */
function vaultKey(master: Uint8Array): { key: Uint8Array; id: Uint8Array } {
  if (master.length !== MASTER_BYTES) throw new Error("a master key has 32 bytes");
  const key = new Uint8Array(hkdfSync("sha256", master, "", "bearlink/1 vault", MASTER_BYTES));
  return { key, id: new Uint8Array(createHash("sha256").update(key).digest()).slice(0, ID_BYTES) };
}

function isUnder(sealed: Uint8Array, id: Uint8Array): boolean {
  return sealed[0] === VERSION && sameBytes(sealed.subarray(1, HEAD_BYTES), id);
}
