/** Before anything is claimed: the chip's hashes and cipher still make the frame that PROTOCOL.md's vectors say. */
import { macKey, openFrame, sealFrame, toHex } from "@bearlink/sdk/protocol";
import { hash } from "./hash.ts";

/** the tag of turn 1's TURN_END, counter 1, payload `bear`, under keys of 32 times 1 and 32 times 2 */
const TAG = "e96e83a19807c01f39778f79c643da7e";

export function selfTest(): boolean {
  const keys = {
    mac: macKey(hash, new Uint8Array(32).fill(1)),
    enc: macKey(hash, new Uint8Array(32).fill(2)),
  };
  const payload = new Uint8Array([98, 101, 97, 114]);
  const frame = { type: 3, codec: 0, flags: 0, counter: 1, turn: 1, sample: 0, payload };
  const sealed = sealFrame(hash, keys, frame);
  const opened = openFrame(hash, keys, sealed, 0);
  return (
    toHex(sealed.slice(18)) === TAG && typeof opened !== "string" && toHex(opened.payload) === toHex(payload)
  );
}
