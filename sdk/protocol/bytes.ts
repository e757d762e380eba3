/** Bytes as the wire writes them: big-endian integers, hex, text, and `lp`, the list no two of which look alike. PROTOCOL.md §1 */

import { concat } from "./join.ts";

export { concat, sameBytes } from "./join.ts";

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
  return readU16(bytes, at) * 65536 + readU16(bytes, at + 2);
}

export function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) * HIGH + readU32(bytes, at + 4);
}

/** UTF-8, by hand: the toy has no TextEncoder. A lone surrogate becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xe000) {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (code < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
        code = 0x10000 + (code - 0xd800) * 1024 + (next - 0xdc00);
        i++;
      } else code = 0xfffd;
    }
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      out.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return new Uint8Array(out);
}

/** The text of ASCII bytes, or undefined where one is not ASCII. §1.4 */
export function ascii(bytes: Uint8Array): string | undefined {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! > 127) return undefined;
    text += String.fromCharCode(bytes[i]!);
  }
  return text;
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

/** `u8 n`, then for each field `u16 length` and its bytes. Injective. §1.2 */
export function lp(fields: Uint8Array[]): Uint8Array {
  if (fields.length > 255) throw new Error("lp takes at most 255 fields");
  const parts = [u8(fields.length)];
  for (const field of fields) {
    if (field.length > 65535) throw new Error("lp takes fields of at most 65535 bytes");
    parts.push(u16(field.length), field);
  }
  return concat(parts);
}
