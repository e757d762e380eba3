/** Bytes to the toy, in pieces that its console takes: each under a digest that the toy itself holds it against before it keeps it. */
import { createHash } from "node:crypto";

/** of one piece: in base64, with what is done with it, it fits a statement of the console */
export const PIECE_BYTES = 420;
/** of a digest in base64, enough to tell a piece that lost or changed a byte */
const MARK_CHARS = 12;

export const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");

/** For the toy: the digest of the value of `expression`, in base64. */
export const digestAt = (expression: string): string =>
  `btoa(E.toString(require("crypto").SHA256(${expression})))`;

export interface Parcel {
  /** the file or record that it is for */
  name: string;
  /** where it goes */
  at: number;
  /** of the whole file */
  size: number;
  piece: Uint8Array;
}

/** For the toy: what `keep`, an expression of `f`, `a`, `n` and `d`, makes of name, place, size and bytes; false where one of them did not come as it was sent. */
export function parcel({ name, at, size, piece }: Parcel, keep: string): string {
  const mark = digestOf(Buffer.concat([Buffer.from(`${name}:${at}:${size}:`), piece])).slice(0, MARK_CHARS);
  const came = `${digestAt(`[f,a,n,d].join(":")`)}.substr(0,${MARK_CHARS})=="${mark}"`;
  const sent = Buffer.from(piece).toString("base64");
  return `(function(f,a,n,d){return ${came}&&${keep}})(${JSON.stringify(name)},${at},${size},atob("${sent}"))`;
}
