/** Keyed hashes over SHA-256: HMAC with its pads cached, MAC over a list, one-block HKDF. PROTOCOL.md §1.3, §1.4 */
import { concat, lp } from "./bytes.ts";
import type { Field } from "./bytes.ts";
import { padded } from "./native.ts";

/** The two primitives a host must bring; every key and tag of the wire is made of them. */
export interface Hash {
  /** 32 bytes. */
  sha256(data: Uint8Array): Uint8Array;
  /** AES-128 in counter mode under a zero initial block; the same call both ways. §6 */
  aes128Ctr(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** HMAC-SHA256 over padded keys, where the machine has a quicker one than two calls of `sha256`. */
  hmac?(key: MacKey, parts: ArrayLike<number>[]): Uint8Array;
}

/** An HMAC key as its two padded blocks of 64 bytes: caching them halves the cost on the toy. */
export interface MacKey {
  inner: Uint8Array;
  outer: Uint8Array;
}

const BLOCK_BYTES = 64;

/** Pads a key of any length once, for `hmac` and `mac`. RFC 2104 */
export function macKey(hash: Hash, key: Uint8Array): MacKey {
  const short = key.length > BLOCK_BYTES ? hash.sha256(key) : key;
  return { inner: padded(short, BLOCK_BYTES, 0x36), outer: padded(short, BLOCK_BYTES, 0x5c) };
}

/** HMAC-SHA256 over the parts, one after the other: 32 bytes. */
export function hmac(hash: Hash, key: MacKey, parts: ArrayLike<number>[]): Uint8Array {
  if (hash.hmac !== undefined) return hash.hmac(key, parts);
  const inner: ArrayLike<number>[] = [key.inner];
  return hash.sha256(concat([key.outer, hash.sha256(concat(inner.concat(parts)))]));
}

/** `MAC(key, f1 … fn)`: 32 bytes over `lp("bearlink/1", f1 … fn)`. §1.3 */
export function mac(hash: Hash, key: MacKey, fields: Field[]): Uint8Array {
  return hmac(hash, key, [lp((["bearlink/1"] as Field[]).concat(fields))]);
}

/** RFC 5869 Extract: 32 bytes. */
export function hkdfExtract(hash: Hash, salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hmac(hash, macKey(hash, salt), [ikm]);
}

/** RFC 5869 Expand, one block: 32 bytes. §1.4 */
export function hkdfExpand(hash: Hash, prk: Uint8Array, info: Uint8Array): Uint8Array {
  return hmac(hash, macKey(hash, prk), [info, [1]]);
}
