/** Small secrets sealed at rest: bound to their row, under a key that can be changed while the former still opens. MISSION B10 */
import { createHash, createSecretKey, hkdfSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { concat, fromHex, sameBytes, utf8 } from "@bearlink/sdk/protocol";
import { Refusal } from "../errors.ts";
import type { Chance, Vault } from "../ports.ts";
import { checkLength, KEY_BYTES, NONCE_BYTES, openWith, sealWith } from "./cipher.ts";

const VERSION = 1;
const ID_BYTES = 4;
const HEAD_BYTES = 1 + ID_BYTES;

export interface SealingVault extends Vault {
  /** Whether these bytes are under a former key: seal them again when they are next written. */
  needsRotation(sealed: Uint8Array): boolean;
  /** Holds these keys from now on, and no others. */
  change(keys: VaultKeys): void;
}

interface VaultKeys {
  masterKey: Uint8Array;
  /** Each opens, and none of them seals. */
  formerKeys?: readonly Uint8Array[];
}

/**
 * `masterKey` and each of `formerKeys` are 32 bytes. What it seals is
 * `version ‖ key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`; the context and the first five bytes are authenticated with it.
 *
 *     const vault = createVault({ masterKey, chance });
 *     vault.open(vault.seal(prk, sealContext.prk(id)), sealContext.prk(id));
 */
export function createVault({ chance, ...options }: VaultKeys & { chance: Chance }): SealingVault {
  let keys = keysOf(options);

  return {
    seal(plain, context) {
      const [current] = keys;
      const head = concat([new Uint8Array([VERSION]), current.id]);
      const nonce = chance.bytes(NONCE_BYTES);
      return sealWith(current.key, { head, nonce, bound: utf8(context) }, plain);
    },

    open(sealed, context) {
      checkLength(sealed, HEAD_BYTES);
      if (sealed[0] !== VERSION) throw new Error("no vault sealed these bytes");
      const key = keys.find(({ id }) => isUnder(sealed, id));
      // a master key that another cell has, and this one has not learned of: who asks may ask again
      if (!key)
        throw new Refusal("UNAVAILABLE", undefined, new Error("no key of this vault sealed these bytes"));
      return openWith(key.key, { headBytes: HEAD_BYTES, bound: utf8(context) }, sealed);
    },

    needsRotation: (sealed) => !isUnder(sealed, keys[0].id),
    change: (next) => void (keys = keysOf(next)),
  };
}

/** The 32 bytes of `BEARLINK_MASTER_KEY` (64 hex characters), or undefined where it is not that. */
export function parseMasterKey(text: string): Uint8Array | undefined {
  return fromHex(text.trim().toLowerCase(), KEY_BYTES);
}

type VaultKey = ReturnType<typeof vaultKey>;

const keysOf = ({ masterKey, formerKeys = [] }: VaultKeys): [VaultKey, ...VaultKey[]] => [
  vaultKey(masterKey),
  ...formerKeys.map(vaultKey),
];

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
