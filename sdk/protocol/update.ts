/** What a publisher signs of an update: all that the public manifest says but where it lies. PROTOCOL.md §10 */
import { fromHex, lp, u32, utf8 } from "./bytes.ts";

export interface SignedUpdate {
  version: string;
  board: string;
  min_version: string;
  /** bytes */
  size: number;
  /** 64 hex */
  sha256: string;
}

/** The bytes under the signature. Throws where the digest is none. */
export function updateMessage(update: SignedUpdate): Uint8Array {
  const digest = fromHex(update.sha256, 32);
  if (digest === undefined) throw new Error("not a digest");
  return lp([
    utf8("bearlink/1"),
    utf8("update"),
    utf8(update.version),
    utf8(update.board),
    utf8(update.min_version),
    u32(update.size),
    digest,
  ]);
}
