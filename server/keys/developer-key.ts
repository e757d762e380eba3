/** A developer key: how it looks and how it is made; and the token that a request carries. MISSION B14, B17 */
import { sameBytes, toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { MAX_AUTHORIZATION_CHARS } from "../bounds.ts";
import type { Chance } from "../ports.ts";

/** `brl_<env>_<id>_<secret>_<crc>`: 8, 64 and 8 characters of hex, the CRC-32 over all before its underscore. */
const FORM = /^brl_[a-z]{2,12}_[0-9a-f]{8}_[0-9a-f]{64}_[0-9a-f]{8}$/;
const CRC_CHARS = 8;

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function crcOf(text: string): string {
  return crc32(utf8(text)).toString(16).padStart(CRC_CHARS, "0");
}

/** A new key, for `env` such as `dev` or `prod`; 256 of its bits are secret. */
export function makeDeveloperKey(chance: Chance, env: string): string {
  const body = `brl_${env}_${toHex(chance.bytes(4))}_${toHex(chance.bytes(32))}`;
  return `${body}_${crcOf(body)}`;
}

/** Whether this is a key's form with a right check sum: a typing error is told from a wrong key without a look-up. */
export function isDeveloperKey(text: string): boolean {
  return FORM.test(text) && crcOf(text.slice(0, -CRC_CHARS - 1)) === text.slice(-CRC_CHARS);
}

/** By which a key is looked up; of one that has the form. */
export const keyIdOf = (key: string): string => key.split("_")[2]!;

/** What is kept of a key or a token. */
export function tokenHash(hash: Hash, token: string): Uint8Array {
  return hash.sha256(utf8(token));
}

/** The token of `Authorization: Bearer …`, the only place one is read from. */
export function bearer(authorization: string | undefined): string | undefined {
  if (!authorization || authorization.length > MAX_AUTHORIZATION_CHARS) return undefined;
  return /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
}

/** Whether a request carries the token of this hash, compared in constant time. */
export function carries(hash: Hash, expected: Uint8Array, authorization: string | undefined): boolean {
  const token = bearer(authorization);
  return token !== undefined && sameBytes(tokenHash(hash, token), expected);
}
