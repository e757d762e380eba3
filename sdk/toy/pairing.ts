/** Pairing mode: tells the server until it answers, holds one offer, and accepts it when the paw says so. PROTOCOL.md §8 */
import { COMMAND_EVERY_MS, fromHex, macKey, pairProof, toHex, UP } from "@bearlink/sdk/protocol";
import type { Command, PairAccept } from "@bearlink/sdk/protocol";
import { tell } from "./bear.ts";
import type { Bear, Offer } from "./bear.ts";
import { nothing } from "./nothing.ts";

const ID_BYTES = 16;
/** s; §8.2 says 180 */
const MAX_TTL_S = 300;

function stopRepeat(bear: Bear): void {
  bear.stopPairing();
  bear.stopPairing = nothing;
}

export function leavePairing(bear: Bear): void {
  stopRepeat(bear);
  bear.pairing = false;
  bear.offer = undefined;
}

/** Whether it still stands at this moment. */
function isLive(bear: Bear, offer: Offer | undefined): offer is Offer {
  return offer !== undefined && bear.body.clock.now() < offer.until;
}

/** Says it every 2 s: an EVENT until `pairingHeard`, a PAIR_ACCEPT while its offer stands. */
function repeat(bear: Bear, type: number, message: object): void {
  stopRepeat(bear);
  if (type === UP.PAIR_ACCEPT && !isLive(bear, bear.offer)) return;
  tell(bear, type, message);
  bear.stopPairing = bear.body.clock.after(COMMAND_EVERY_MS, () => repeat(bear, type, message));
}

/** Says EVENT `pairing` every 2 s, until `pairingHeard`. §5, §8.1 */
export function enterPairing(bear: Bear): void {
  leavePairing(bear);
  bear.pairing = true;
  repeat(bear, UP.EVENT, { kind: "pairing" });
}

/** CUE `pairing`: the server knows. */
export function pairingHeard(bear: Bear): void {
  if (bear.offer === undefined) stopRepeat(bear);
}

/** Takes a `pair_offer`, in pairing mode and one at a time; else the code of the ACK. §8.3 */
export function takeOffer(bear: Bear, command: Command): string | undefined {
  if (!bear.pairing) return "NOT_PAIRING";
  if (isLive(bear, bear.offer)) return "BUSY";
  const windowId = fromHex(command.window_id, ID_BYTES);
  const accountTag = fromHex(command.account_tag, ID_BYTES);
  if (windowId === undefined || accountTag === undefined || command.ttl_s > MAX_TTL_S) return "INVALID";
  stopRepeat(bear);
  const until = bear.body.clock.now() + command.ttl_s * 1000;
  bear.offer = { windowId, accountTag, until, spoken: false };
  return undefined;
}

/** The server's speech was played to the end: the words, if an offer stands. */
export function wordsSpoken(bear: Bear): void {
  if (bear.offer !== undefined) bear.offer.spoken = true;
}

/** A press after the words: PAIR_ACCEPT, repeated until `leavePairing` or the end of the window. §8.4 */
export function acceptOffer(bear: Bear): void {
  const offer = bear.offer;
  const session = bear.access.session;
  if (session === undefined || !isLive(bear, offer) || !offer.spoken) return;
  const deviceId = bear.identity.deviceId;
  const auth = macKey(bear.body.hash, session.auth);
  const proof = pairProof(bear.body.hash, auth, deviceId, offer.windowId, offer.accountTag, session.id);
  const accept: PairAccept = { window_id: toHex(offer.windowId), proof_hex: toHex(proof) };
  repeat(bear, UP.PAIR_ACCEPT, accept);
}
