/** `require("crypto")` and AES as Espruino has them, with their faults: CTR without its `iv`, and wrong when decrypting. */
import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync } from "node:crypto";
import { bytesOf, flatBytes } from "./bytes.ts";
import type { Realm } from "./realm.ts";

const BLOCK_BYTES = 16;
const KEY_BITS = [128, 192, 256];
const MODES = ["CBC", "CFB", "CTR", "OFB", "ECB"];
const HASHES = ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512"];

interface AesOptions {
  iv?: unknown;
  mode?: string;
}

interface Pbkdf2Options {
  keySize?: number;
  iterations?: number;
  hasher?: string;
}

const inverseBlock = (key: Uint8Array, block: Uint8Array): Uint8Array => {
  const cipher = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
};

/** What mbedtls makes of a counter when it was keyed for decrypting. */
function wrongCounter(key: Uint8Array, data: Uint8Array): Uint8Array {
  const out = Uint8Array.from(data);
  const counter = new Uint8Array(BLOCK_BYTES);
  for (let at = 0; at < out.length; at += BLOCK_BYTES) {
    new DataView(counter.buffer).setUint32(12, at / BLOCK_BYTES);
    const stream = inverseBlock(key, counter);
    for (let i = 0; i < BLOCK_BYTES && at + i < out.length; i++) out[at + i]! ^= stream[i]!;
  }
  return out;
}

export function openCipher(realm: Realm): { module: object; AES: object } {
  const flat = (value: unknown): Uint8Array => {
    const bytes = flatBytes(value);
    if (!bytes) throw realm.error("Unable to get pointer to data");
    return bytes;
  };

  const crypt = (encrypt: boolean, message: unknown, key: unknown, options?: AesOptions): ArrayBuffer => {
    const mode = options?.mode ?? "CBC";
    if (!MODES.includes(mode)) throw realm.error(`Unknown Crypto mode ${JSON.stringify(mode)}`);
    const data = flat(message);
    const secret = flat(key);
    if (!KEY_BITS.includes(secret.length * 8)) throw realm.error("Invalid key length");
    if (mode === "CTR" && !encrypt) return realm.buffer(wrongCounter(secret, data));
    const iv = new Uint8Array(BLOCK_BYTES);
    if (mode !== "CTR" && options?.iv !== undefined) iv.set(bytesOf(options.iv).subarray(0, BLOCK_BYTES));
    const name = `aes-${secret.length * 8}-${mode === "CFB" ? "cfb8" : mode.toLowerCase()}`;
    const make = encrypt ? createCipheriv : createDecipheriv;
    const cipher = make(name, secret, mode === "ECB" ? null : iv).setAutoPadding(false);
    return realm.buffer(Buffer.concat([cipher.update(data), cipher.final()]));
  };

  const AES = realm.object({
    encrypt: (message: unknown, key: unknown, options?: AesOptions) => crypt(true, message, key, options),
    decrypt: (message: unknown, key: unknown, options?: AesOptions) => crypt(false, message, key, options),
  });

  const hashes = HASHES.map((name): [string, unknown] => [
    name,
    (message: unknown) => realm.buffer(createHash(name.toLowerCase()).update(flat(message)).digest()),
  ]);
  const PBKDF2 = (passphrase: unknown, salt: unknown, options?: Pbkdf2Options): ArrayBuffer => {
    const hasher = options?.hasher ?? "SHA1";
    if (!HASHES.includes(hasher)) throw realm.error(`Unknown Hasher ${JSON.stringify(hasher)}`);
    const bytes = (options?.keySize || 4) * 4;
    const rounds = Math.max(1, options?.iterations ?? 1);
    return realm.buffer(pbkdf2Sync(flat(passphrase), flat(salt), rounds, bytes, hasher.toLowerCase()));
  };
  return { module: realm.object({ ...Object.fromEntries(hashes), PBKDF2, AES }), AES };
}
