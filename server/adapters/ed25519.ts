/** Ed25519 by Node: a publisher's key is its 32 bytes of seed, and only its public half is on a server. */
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Signatures } from "../ports/updates.ts";

/** DER of PKCS #8 and of SPKI before the 32 bytes of an Ed25519 key. RFC 8410 */
const PRIVATE = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC = Buffer.from("302a300506032b6570032100", "hex");

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE, seed]), format: "der", type: "pkcs8" });
}

/** 32 bytes */
export function publicHalf(seed: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" });
  return new Uint8Array(spki.subarray(PUBLIC.length));
}

/** 64 bytes */
export function signWith(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, privateKey(seed)));
}

/** Undefined: nobody may publish. */
export function signaturesOf(key: Uint8Array | undefined): Signatures {
  if (!key) return { verify: () => false };
  const known = createPublicKey({ key: Buffer.concat([PUBLIC, key]), format: "der", type: "spki" });
  return { verify: (message, signature) => verify(null, message, known, signature) };
}
