/** Bytes joined and compared by Espruino itself: the build puts this room in the place of sdk/protocol/join.ts. */

export function concat(parts: ArrayLike<number>[]): Uint8Array {
  return new Uint8Array(E.toArrayBuffer(E.toFlatString(parts)));
}

/** Not in constant time: PROTOCOL.md §1.5 leaves that to the server. */
export function sameBytes(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return E.toString(a) === E.toString(b);
}
