/** The two primitives of the wire, from Node's OpenSSL. */
import { createCipheriv, createHash } from "node:crypto";
import type { Hash } from "@bearlink/sdk/protocol";

const ZERO_BLOCK = new Uint8Array(16);

function bytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

export const nodeHash: Hash = {
  sha256: (data) => bytes(createHash("sha256").update(data).digest()),
  aes128Ctr: (key, data) => bytes(createCipheriv("aes-128-ctr", key, ZERO_BLOCK).update(data)),
};
