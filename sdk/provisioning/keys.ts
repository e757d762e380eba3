/** Who may tell a toy its Wi-Fi: whoever has read the pairing code inside it. Keys of that talk. PROTOCOL.md §12 */
import { hkdfExpand, hkdfExtract, lp, mac, macKey, u32, utf8 } from "@bearlink/sdk/protocol";
import type { FrameKeys, Hash, MacKey } from "@bearlink/sdk/protocol";

/** the record in which a toy keeps its key, put there when it is flashed: `bear.setup` in Storage */
export const SETUP_RECORD = "setup";
export const SETUP_KEY_BYTES = 32;
/** of either side */
export const SETUP_NONCE_BYTES = 16;

/** What a toy keeps of its pairing code, which has 128 random bits and so cannot be guessed from what was heard. §12.1 */
export function setupKey(hash: Hash, deviceId: string, pairingCode: string): Uint8Array {
  const prk = hkdfExtract(hash, utf8("bearlink/1"), utf8(pairingCode));
  return hkdfExpand(hash, prk, lp([utf8("setup"), utf8(deviceId)]));
}

/** Keys of one talk, in each direction. */
export interface SetupKeys {
  /** to the toy */
  in: FrameKeys;
  /** from it */
  out: FrameKeys;
}

/** §12.3 */
export function setupKeys(
  hash: Hash,
  key: Uint8Array,
  deviceId: string,
  toyNonce: Uint8Array,
  hostNonce: Uint8Array,
): SetupKeys {
  const sk = hkdfExtract(hash, lp([toyNonce, hostNonce]), key);
  const derive = (label: string) => macKey(hash, hkdfExpand(hash, sk, lp([utf8(label), utf8(deviceId)])));
  return {
    in: { mac: derive("in-mac"), enc: derive("in-enc") },
    out: { mac: derive("out-mac"), enc: derive("out-enc") },
  };
}

/** Hello number `count` of a start: no two alike, without random numbers. `rng` is K_rng. §12.2 */
export function setupNonce(hash: Hash, rng: MacKey, boot: number, count: number): Uint8Array {
  return mac(hash, rng, [utf8("setup-nonce"), u32(boot), u32(count)]).slice(0, SETUP_NONCE_BYTES);
}
