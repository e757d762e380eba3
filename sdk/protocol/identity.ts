/** Who a toy is: its id, its secret, its pairing code, and the keys both sides derive from them. PROTOCOL.md §2, §11 */
import { lp, u32, utf8 } from "./bytes.ts";
import { hkdfExpand, hkdfExtract, mac, macKey } from "./hash.ts";
import type { Hash, MacKey } from "./hash.ts";

/** Crockford's base32: no i, l, o, u. */
const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";
const PREFIX = "bear-";
const ID_BYTES = 10;
const CODE_BYTES = 16;
export const SECRET_BYTES = 32;
export const NONCE_BYTES = 16;

/** What a toy keeps of its secret. `prk` moves on with each rekey, `rng` stays. §11 */
export interface ToyKeys {
  auth: MacKey;
  /** K_auth as bytes: the input of a session's keys. §3.5 */
  authBytes: Uint8Array;
  rng: MacKey;
}

function base32(bytes: Uint8Array, characters: number): string {
  let text = "";
  let bits = 0;
  let held = 0;
  let at = 0;
  while (text.length < characters) {
    if (bits < 5) {
      // past the last byte the rest is zero bits: 128 bits are 25.6 characters
      held = ((held << 8) | (at < bytes.length ? bytes[at]! : 0)) & 0xfff;
      at++;
      bits += 8;
    }
    bits -= 5;
    text += BASE32[(held >> bits) & 31]!;
  }
  return text;
}

function isOf(alphabet: string, text: string, characters: number): boolean {
  if (text.length !== characters) return false;
  for (let i = 0; i < text.length; i++) if (alphabet.indexOf(text.charAt(i)) < 0) return false;
  return true;
}

/** `bear-` and 16 characters from 10 random bytes. */
export function makeDeviceId(random: Uint8Array): string {
  if (random.length !== ID_BYTES) throw new Error("a device id takes 10 random bytes");
  return PREFIX + base32(random, 16);
}

/** Lower case only: mixed case is refused, not folded. MISSION C12 */
export function isDeviceId(value: unknown): value is string {
  return (
    typeof value === "string" && value.indexOf(PREFIX) === 0 && isOf(BASE32, value.substr(PREFIX.length), 16)
  );
}

/** 26 upper-case characters from 16 random bytes. */
export function makePairingCode(random: Uint8Array): string {
  if (random.length !== CODE_BYTES) throw new Error("a pairing code takes 16 random bytes");
  return base32(random, 26).toUpperCase();
}

export function isPairingCode(value: unknown): value is string {
  return typeof value === "string" && isOf(BASE32.toUpperCase(), value, 26);
}

/** Whether a secret is constant, a short pattern repeated, or a plain count: provisioning refuses these. */
export function isWeakSecret(secret: Uint8Array): boolean {
  if (secret.length !== SECRET_BYTES) return true;
  for (let period = 1; period <= SECRET_BYTES / 2; period++) {
    let repeats = true;
    for (let i = period; i < SECRET_BYTES; i++) if (secret[i] !== secret[i - period]) repeats = false;
    if (repeats) return true;
  }
  const step = (secret[1]! - secret[0]!) & 255;
  for (let i = 1; i < SECRET_BYTES; i++) if (((secret[i]! - secret[i - 1]!) & 255) !== step) return false;
  return true;
}

/** `prk`, 32 bytes: what is kept in place of the secret once a toy has been rekeyed. */
export function secretPrk(hash: Hash, secret: Uint8Array): Uint8Array {
  return hkdfExtract(hash, utf8("bearlink/1"), secret);
}

/** K_auth of a `prk`, 32 bytes. */
export function authKey(hash: Hash, prk: Uint8Array, deviceId: string): Uint8Array {
  return hkdfExpand(hash, prk, lp(["auth", deviceId]));
}

/** K_rng, 32 bytes: from the first `prk` only, and kept beside it. §11 */
export function rngKey(hash: Hash, prk: Uint8Array, deviceId: string): Uint8Array {
  return hkdfExpand(hash, prk, lp(["rng", deviceId]));
}

export function toyKeys(hash: Hash, prk: Uint8Array, rng: Uint8Array, deviceId: string): ToyKeys {
  const auth = authKey(hash, prk, deviceId);
  return { auth: macKey(hash, auth), authBytes: auth, rng: macKey(hash, rng) };
}

/** The `prk` that a rekey puts in the place of this one. §11 */
export function nextPrk(hash: Hash, prk: Uint8Array, deviceId: string): Uint8Array {
  return hkdfExpand(hash, prk, lp(["next", deviceId]));
}

/** 16 bytes that no `(boot, seq)` repeats: the toy has no random numbers. §2 */
export function deviceNonce(hash: Hash, rng: MacKey, boot: number, seq: number): Uint8Array {
  return mac(hash, rng, ["device-nonce", u32(boot), u32(seq)]).slice(0, NONCE_BYTES);
}

/** A number in 0 … 1, the toy's only chance: `label` is `backoff` or `renew`. §4.6, §3.5 */
export function chance(
  hash: Hash,
  rng: MacKey,
  label: string,
  boot: number,
  seq: number,
  tries: number,
): number {
  const bytes = mac(hash, rng, [label, u32(boot), u32(seq), u32(tries)]);
  return (bytes[0]! * 16777216 + bytes[1]! * 65536 + bytes[2]! * 256 + bytes[3]!) / 0x100000000;
}

/** SHA-256 of a pairing code: all that the server keeps of it. */
export function pairingCodeHash(hash: Hash, code: string): Uint8Array {
  return hash.sha256(utf8(code));
}
