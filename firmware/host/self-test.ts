/** Before anything is claimed: the chip's hashes and cipher still make the frame that PROTOCOL.md's vectors say. */
import { encodeJson, macKey, openFrame, sealFrame, toHex } from "@bearlink/sdk/protocol";
import { hash } from "./hash.ts";

const VECTOR = 1;
/** payload and tag of turn 1's TURN_END, counter 1, under keys of 32 times 1 and 32 times 2 */
const SEALED = "83dd853003bf7003bca3f0bc365f4f3546";

export function selfTest(): boolean {
  const keys = {
    mac: macKey(hash, new Uint8Array(32).fill(1)),
    enc: macKey(hash, new Uint8Array(32).fill(2)),
  };
  const payload = encodeJson(VECTOR);
  const sealed = sealFrame(hash, keys, {
    type: 3,
    codec: 0,
    flags: 0,
    counter: 1,
    turn: 1,
    sample: 0,
    payload,
  });
  return toHex(sealed).substr(28) === SEALED && typeof openFrame(hash, keys, sealed, 0) !== "string";
}
