/** One sealed value: AES-256-GCM under a nonce of 12 random bytes, written `head ‖ nonce ‖ ciphertext ‖ tag (16)`. MISSION B10 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { concat } from "@bearlink/sdk/protocol";

const CIPHER = "aes-256-gcm";
export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `head` says how to open it; it is authenticated, as is all of `bound`. */
export function sealWith(
  key: KeyObject,
  { head, nonce, bound }: { head: Uint8Array; nonce: Uint8Array; bound: Uint8Array },
  plain: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(concat([head, bound]));
  const text = cipher.update(plain);
  cipher.final(); // in this mode it has nothing more
  return concat([head, nonce, text, cipher.getAuthTag()]);
}

/** Throws where anything of it is not as it was sealed. */
export function openWith(
  key: KeyObject,
  { headBytes, bound }: { headBytes: number; bound: Uint8Array },
  sealed: Uint8Array,
): Uint8Array {
  checkLength(sealed, headBytes);
  const textAt = headBytes + NONCE_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(headBytes, textAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(concat([sealed.subarray(0, headBytes), bound]));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  // in this mode all of the text comes at once; nobody has it before the tag was found right
  const { buffer, byteOffset, length } = decipher.update(sealed.subarray(textAt, -TAG_BYTES));
  decipher.final();
  return new Uint8Array(buffer, byteOffset, length);
}

export function checkLength(sealed: Uint8Array, headBytes: number): void {
  if (sealed.length < headBytes + NONCE_BYTES + TAG_BYTES) throw new Error("sealed bytes are too short");
}
