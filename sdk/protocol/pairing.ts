/** The bytes of pairing: which account asks, and the toy's word that its paw was pressed for it. PROTOCOL.md §8 */
import { lp } from "./bytes.ts";
import { mac } from "./hash.ts";
import type { Hash, MacKey } from "./hash.ts";

/** 16 bytes that name an account to the toy without telling which it is. §8.3 */
export function accountTag(hash: Hash, accountId: string, windowId: Uint8Array): Uint8Array {
  return hash.sha256(lp(["account", accountId, windowId])).slice(0, 16);
}

/** The proof of a PAIR_ACCEPT, 32 bytes. §8.4 */
export function pairProof(
  hash: Hash,
  auth: MacKey,
  deviceId: string,
  windowId: Uint8Array,
  tag: Uint8Array,
  sessionId: Uint8Array,
): Uint8Array {
  return mac(hash, auth, ["pair-accept", deviceId, windowId, tag, sessionId]);
}
