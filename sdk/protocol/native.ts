/** Loops over bytes that a slow machine has natively: its build may put a room of its own here. PROTOCOL.md §1 */

export function concat(parts: ArrayLike<number>[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The bytes, and zeros up to `length`, each under exclusive or with `mask`. */
export function padded(bytes: Uint8Array, length: number, mask: number): Uint8Array {
  const out = new Uint8Array(length).fill(mask);
  for (let i = 0; i < bytes.length; i++) out[i]! ^= bytes[i]!;
  return out;
}

/** Whether two byte strings are equal, in a time that tells only their lengths. §1.5 */
export function sameBytes(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
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

/** JSON with everything over 0x7e escaped, as bytes. §1.4 */
export function encodeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value);
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    out += code < 0x7f ? text.charAt(i) : "\\u" + ("000" + code.toString(16)).substr(-4);
  }
  const bytes = new Uint8Array(out.length);
  for (let i = 0; i < out.length; i++) bytes[i] = out.charCodeAt(i);
  return bytes;
}
