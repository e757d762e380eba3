/** The loops of sdk/protocol/native.ts as Espruino's own functions: the build puts this room in that one's place. */

export function concat(parts: (ArrayLike<number> | string)[]): Uint8Array {
  return new Uint8Array(E.toArrayBuffer(E.toFlatString(parts)));
}

/** As a flat string, of fewer variables than an array: what is padded is only ever hashed. */
export function padded(bytes: Uint8Array, length: number, mask: number): Uint8Array {
  const out = new Uint8Array(length).fill(mask);
  for (let i = 0; i < bytes.length; i++) out[i]! ^= bytes[i]!;
  return E.toFlatString(out) as unknown as Uint8Array;
}

/** Not in constant time: PROTOCOL.md §1.5 leaves that to the server. */
export function sameBytes(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return E.toString(a) === E.toString(b);
}

/** Of ASCII, as all texts are that a toy sends; another one makes a proof that does not hold. */
export function utf8(text: string): Uint8Array {
  return concat([text]);
}

/** Whatever the bytes are: what is not ASCII here does not parse as JSON, or names nothing. */
export function ascii(bytes: Uint8Array): string {
  return E.toString(bytes);
}

export function encodeJson(value: unknown): Uint8Array {
  return concat([JSON.stringify(value)]);
}
