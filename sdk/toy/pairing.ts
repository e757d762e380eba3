/** Pairing mode: tells the server until it answers, holds one offer, and accepts it when the paw says so. PROTOCOL.md §8 */
import { COMMAND_EVERY_MS, fromHex, pairProof, toHex } from "@bearlink/sdk/protocol";
import type { Command, MacKey, PairAccept } from "@bearlink/sdk/protocol";
import type { ToyHost } from "./host.ts";

const ID_BYTES = 16;
/** s; §8.2 says 180 */
const MAX_TTL_S = 300;

export interface Offer {
  windowId: Uint8Array;
  accountTag: Uint8Array;
  /** of the toy's clock, ms */
  until: number;
  /** the words were spoken to the end since it came */
  spoken: boolean;
}

export interface PairingEvents {
  event(): void;
  accept(accept: PairAccept): void;
}

export interface Pairing {
  host: ToyHost;
  events: PairingEvents;
  on: boolean;
  offer: Offer | undefined;
  stopRepeat: () => void;
}

function nothing(): void {}

export function openPairing(host: ToyHost, events: PairingEvents): Pairing {
  return { host, events, on: false, offer: undefined, stopRepeat: nothing };
}

export function leavePairing(pairing: Pairing): void {
  pairing.stopRepeat();
  pairing.on = false;
  pairing.offer = undefined;
}

function repeat(pairing: Pairing, send: () => boolean): void {
  pairing.stopRepeat();
  if (!send()) return;
  pairing.stopRepeat = pairing.host.clock.after(COMMAND_EVERY_MS, () => repeat(pairing, send));
}

/** Says EVENT `pairing` every 2 s, until `pairingHeard`. §5, §8.1 */
export function enterPairing(pairing: Pairing): void {
  leavePairing(pairing);
  pairing.on = true;
  repeat(pairing, () => {
    pairing.events.event();
    return true;
  });
}

/** CUE `pairing`: the server knows. */
export function pairingHeard(pairing: Pairing): void {
  if (pairing.offer === undefined) pairing.stopRepeat();
}

/** Whether it still stands at this moment. */
function isLive(pairing: Pairing, offer: Offer | undefined): offer is Offer {
  return offer !== undefined && pairing.host.clock.now() < offer.until;
}

/** Takes a `pair_offer`, in pairing mode and one at a time; else the code of the ACK. §8.3 */
export function takeOffer(pairing: Pairing, command: Command): string | undefined {
  if (!pairing.on) return "NOT_PAIRING";
  if (isLive(pairing, pairing.offer)) return "BUSY";
  const windowId = fromHex(command.window_id, ID_BYTES);
  const accountTag = fromHex(command.account_tag, ID_BYTES);
  if (windowId === undefined || accountTag === undefined || command.ttl_s > MAX_TTL_S) return "INVALID";
  pairing.stopRepeat();
  const until = pairing.host.clock.now() + command.ttl_s * 1000;
  pairing.offer = { windowId, accountTag, until, spoken: false };
  return undefined;
}

/** The server's speech was played to the end: the words, if an offer stands. */
export function wordsSpoken(pairing: Pairing): void {
  if (pairing.offer !== undefined) pairing.offer.spoken = true;
}

/** A press after the words: PAIR_ACCEPT, repeated until `leavePairing` or the end of the window. §8.4 */
export function acceptOffer(pairing: Pairing, auth: MacKey, deviceId: string, sessionId: Uint8Array): void {
  const offer = pairing.offer;
  if (!isLive(pairing, offer) || !offer.spoken) return;
  const proof = pairProof(pairing.host.hash, auth, deviceId, offer.windowId, offer.accountTag, sessionId);
  const accept = { window_id: toHex(offer.windowId), proof_hex: toHex(proof) };
  repeat(pairing, () => {
    if (!isLive(pairing, offer)) return false;
    pairing.events.accept(accept);
    return true;
  });
}
