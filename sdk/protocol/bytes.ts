/** Bytes as the wire writes them: big-endian integers, hex, text, and `lp`, the list no two of which look alike. PROTOCOL.md §1 */

import { concat, utf8 } from "./native.ts";

export { ascii, concat, sameBytes, utf8 } from "./native.ts";

/** 2^32: Espruino and JSON hold larger integers as doubles, exact to 2^53. */
const HIGH = 0x100000000;

export function u8(n: number): Uint8Array {
  return new Uint8Array([n]);
}

export function u16(n: number): Uint8Array {
  return new Uint8Array([n >>> 8, n]);
}

export function u32(n: number): Uint8Array {
  return new Uint8Array([n >>> 24, n >>> 16, n >>> 8, n]);
}

/** `n` up to 2^53: enough for epoch milliseconds. */
export function u64(n: number): Uint8Array {
  const high = Math.floor(n / HIGH);
  const low = n % HIGH;
  return new Uint8Array([high >>> 24, high >>> 16, high >>> 8, high, low >>> 24, low >>> 16, low >>> 8, low]);
}

export function readU16(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 0x1000000 + bytes[at + 1]! * 65536 + bytes[at + 2]! * 256 + bytes[at + 3]!;
}

export function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) * HIGH + readU32(bytes, at + 4);
}

const DIGITS = "0123456789abcdef";

/** Lower case. §1.4 */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += DIGITS[bytes[i]! >> 4]! + DIGITS[bytes[i]! & 15]!;
  return text;
}

/** The bytes of exactly `length` bytes of lower-case hex, or undefined. §1.4 */
export function fromHex(text: unknown, length: number): Uint8Array | undefined {
  if (typeof text !== "string" || text.length !== length * 2) return undefined;
  const out = new Uint8Array(length);
  for (let i = 0; i < text.length; i++) {
    const digit = DIGITS.indexOf(text.charAt(i));
    if (digit < 0) return undefined;
    out[i >> 1] = (out[i >> 1]! << 4) | digit;
  }
  return out;
}

/** A field of an `lp`: text enters as UTF-8. §1.2 */
export type Field = Uint8Array | string;

/** `u8 n`, then for each field `u16 length` and its bytes. Injective. §1.2 */
export function lp(fields: Field[]): Uint8Array {
  if (fields.length > 255) throw new Error("lp takes at most 255 fields");
  const parts = [u8(fields.length)];
  for (const field of fields) {
    const bytes = typeof field === "string" ? utf8(field) : field;
    if (bytes.length > 65535) throw new Error("lp takes fields of at most 65535 bytes");
    parts.push(u16(bytes.length), bytes);
  }
  return concat(parts);
}
