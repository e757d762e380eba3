/** A claim is taken once: with a nonce of ours, young enough and not seen before, and a `(boot, seq)` above the last. PROTOCOL.md §3.1, §3.3 */
import { LATE_CLAIM_MS, NONCE_AGE_MS, NONCE_AHEAD_MS, NONCE_MARK_MS, toHex } from "@bearlink/sdk/protocol";
import { orUnavailable, Refusal } from "../errors.ts";
import { issuedAt } from "./challenge.ts";
import type { Attempt, ClaimDesk } from "./desk.ts";
import { quarantine } from "./end.ts";
import { refuseFailure } from "./limits.ts";
import { withFloor } from "./proof.ts";

/** Before any look-up: who has no nonce of ours costs one hash. */
export async function checkNonce(desk: ClaimDesk, attempt: Attempt): Promise<void> {
  const issuedMs = issuedAt(desk, attempt.claim);
  if (issuedMs === undefined || !isFresh(issuedMs, desk.clock.now())) return refuseFailure(desk, attempt);
  attempt.issuedMs = issuedMs;
}

export function isFresh(issuedMs: number, nowMs: number): boolean {
  return nowMs - issuedMs <= NONCE_AGE_MS && issuedMs - nowMs <= NONCE_AHEAD_MS;
}

/** After the proof: strangers must not fill the nonce store. */
export async function refuseReplay(desk: ClaimDesk, attempt: Attempt): Promise<void> {
  const first = await orUnavailable(desk.nonces.use(toHex(attempt.claim.nonce), NONCE_MARK_MS));
  if (!first) throw new Refusal("CLAIM_REPLAYED");
}

/** The one conditional update that decides between claims that run at once. */
export async function raisePair(desk: ClaimDesk, attempt: Attempt): Promise<void> {
  const { deviceId, boot, seq, sessionId, firmwareVersion } = attempt.claim;
  const accepted = { boot, seq, sessionId: toHex(sessionId), firmwareVersion, at: desk.clock.now() };
  const entry = { at: accepted.at, action: "toy_claimed", outcome: "success" as const, actor: deviceId };
  const { address, usedNextPrk } = attempt;
  const claimed = desk.tellsClaim(deviceId, address, "accepted")
    ? { ...entry, resource: deviceId, address }
    : undefined;
  if (await orUnavailable(desk.toys.acceptClaim(deviceId, accepted, usedNextPrk, claimed))) return;
  await refuseStale(desk, attempt);
}

/**
 * Whether a right proof with a stale pair was merely overtaken: its nonce was issued before,
 * or just after, the claim that overtook it. Otherwise two devices hold one secret, or a flash was rolled back.
 */
export function isLate(issuedMs: number, lastClaimedMs: number): boolean {
  return issuedMs <= lastClaimedMs + LATE_CLAIM_MS;
}

export async function refuseStale(desk: ClaimDesk, attempt: Attempt): Promise<never> {
  // the claim that overtook this one may be newer than what checkProof read
  const toy = (await orUnavailable(desk.toys.find(attempt.claim.deviceId))) ?? attempt.toy;
  // a toy that never claimed has no twin: it began below its first boot
  const claimedBefore = toy.claimedAt > 0;
  if (claimedBefore && !isLate(attempt.issuedMs, toy.claimedAt)) await quarantine(desk, attempt);
  throw withFloor(desk, attempt, "CLAIM_STALE", toy.boot);
}
