/** A toy is who it says where its proof holds under the key we keep; for an unknown one as much work is done. PROTOCOL.md §3.3 */
import { authKey, deviceProof, sameBytes, staleProof, toHex } from "@bearlink/sdk/protocol";
import { orUnavailable, Refusal } from "../errors.ts";
import type { RefusalCode } from "../errors.ts";
import { sealContext } from "../ports.ts";
import { authOf } from "./desk.ts";
import type { Attempt, ClaimDesk } from "./desk.ts";
import { refuseFailure } from "./limits.ts";

/** Opens a sealed `prk` and tries the proof under it. */
function tryKey(
  desk: ClaimDesk,
  attempt: Attempt,
  sealed: { sealedPrk: Uint8Array; context: string },
): { auth: Attempt["auth"]; holds: boolean } {
  const prk = desk.vault.open(sealed.sealedPrk, sealed.context);
  const auth = authOf(desk.hash, authKey(desk.hash, prk, attempt.claim.deviceId));
  return { auth, holds: sameBytes(deviceProof(desk.hash, auth.key, attempt.claim), attempt.proof) };
}

export async function checkProof(desk: ClaimDesk, attempt: Attempt): Promise<void> {
  const { deviceId } = attempt.claim;
  const toy = await orUnavailable(desk.toys.find(deviceId));
  const context = sealContext.prk(deviceId);
  const { standIn } = desk;
  // two keys are always opened and tried: a toy in a rekey, one at rest and none at all take the same time
  const current = tryKey(desk, attempt, toy ? { sealedPrk: toy.sealedPrk, context } : standIn);
  const next = tryKey(
    desk,
    attempt,
    toy?.sealedNextPrk ? { sealedPrk: toy.sealedNextPrk, context } : standIn,
  );
  if (!toy || !(current.holds || (toy.sealedNextPrk && next.holds))) return refuseFailure(desk, attempt);
  attempt.toy = toy;
  attempt.usedNextPrk = !current.holds;
  attempt.auth = current.holds ? current.auth : next.auth;
}

/** Disabled by its owner or by us, or quarantined. */
export function refuseDisabled(desk: ClaimDesk, attempt: Attempt): void {
  const { disabled, quarantined, boot } = attempt.toy;
  if (disabled || quarantined) throw withFloor(desk, attempt, "TOY_DISABLED", boot);
}

/** A refusal that tells a toy, under proof, how far its `boot` must rise. */
export function withFloor(desk: ClaimDesk, attempt: Attempt, code: RefusalCode, floor: number): Refusal {
  const proof = staleProof(desk.hash, attempt.auth.key, attempt.claim, floor);
  return new Refusal(code, { floor, proof_hex: toHex(proof) });
}
