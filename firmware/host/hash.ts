/** The wire's primitives from Espruino's native crypto; an HMAC without a copy that JavaScript sees. PROTOCOL.md §1.3 */
import type { Hash } from "@bearlink/sdk/protocol";

const native = espruino("crypto") as EspruinoCrypto;

export const hash: Hash = {
  sha256: (data) => new Uint8Array(native.SHA256(data)),
  // `encrypt` both ways: Espruino's `decrypt` is wrong in this mode
  aes128Ctr: (key, data) => new Uint8Array(native.AES.encrypt(data, key, { mode: "CTR" })),
  hmac: (key, parts) => {
    const inner = native.SHA256(E.toFlatString(key.inner, parts));
    return new Uint8Array(native.SHA256(E.toFlatString(key.outer, inner)));
  },
};
