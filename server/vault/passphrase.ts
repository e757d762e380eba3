/** `local` by a passphrase: what a person can keep in a safe wraps the master keys, each under a salt of its own. MISSION B13 */
import { createHash, scrypt } from "node:crypto";
import { concat, lp, toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Chance, Kms } from "../ports.ts";
import { KEY_BYTES } from "./cipher.ts";
import { createVault } from "./seal.ts";

const SALT_BYTES = 16;
const ID_BYTES = 4;
/** OWASP's first choice for scrypt: 128 MB, and a part of a second, for each guess */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 2 ** 20 };
/** what a passphrase is known by must say nothing quicker of it than what it wrapped */
const ID_SALT = createHash("sha256")
  .update(lp(["bearlink/1 passphrase"]))
  .digest();

export async function passphraseKms(passphrase: string, chance: Chance): Promise<Kms> {
  // typed on one keyboard or another, it is the same
  const text = utf8(passphrase.normalize("NFKC"));
  const vaultOf = async (salt: Uint8Array) => createVault({ masterKey: await keyOf(text, salt), chance });
  const id = (await keyOf(text, ID_SALT)).subarray(0, ID_BYTES);
  return {
    kek: `passphrase ${toHex(id)}`,
    async wrap(plain) {
      const salt = chance.bytes(SALT_BYTES);
      return concat([salt, (await vaultOf(salt)).seal(plain, "kms")]);
    },
    async unwrap(wrapped) {
      return (await vaultOf(wrapped.subarray(0, SALT_BYTES))).open(wrapped.subarray(SALT_BYTES), "kms");
    },
  };
}

function keyOf(text: Uint8Array, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) =>
    scrypt(text, salt, KEY_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key))),
  );
}
