/** What the limits say of a challenge or a claim, as refusals: none of them ever stops a proof that holds. PROTOCOL.md §3.3 */
import { orUnavailable, Refusal } from "../errors.ts";
import type { Allowance, ClaimLimiter, LimitTold, Meter } from "../ports.ts";
import type { Attempt, ClaimDesk } from "./desk.ts";

interface LimitPorts {
  limits: ClaimLimiter;
  meter: Meter;
}

async function refuseAbove(
  ports: LimitPorts,
  layer: string,
  asked: Promise<Allowance>,
  told: LimitTold = () => undefined,
): Promise<void> {
  const { allowed, retryAfterS, standing } = await orUnavailable(asked);
  if (allowed) return void told(standing, undefined);
  told(standing, layer);
  ports.meter.count("rate_limit_hits_total", { layer, tier: "none" });
  throw new Refusal("RATE_LIMITED", { retry_after_s: retryAfterS, layer });
}

/** By address only: an id is not the asker's own. */
export async function limitRequests(ports: LimitPorts, address: string, told?: LimitTold): Promise<void> {
  await refuseAbove(ports, "address", ports.limits.request(address), told);
}

export async function limitAddress(desk: ClaimDesk, attempt: Attempt): Promise<void> {
  await limitRequests(desk, attempt.address, attempt.limited);
}

/** Counts a claim that does not hold, and refuses it: the same answer whatever was wrong. */
export async function refuseFailure(desk: ClaimDesk, attempt: Attempt): Promise<never> {
  const failure = desk.limits.failure(attempt.address, attempt.claim.deviceId);
  // one that only counts says nothing of how many are left: whoever guesses need not know
  const told: LimitTold = (standing, layer) => layer !== undefined && attempt.limited?.(standing, layer);
  await refuseAbove(desk, "failures", failure, told);
  throw new Refusal("CLAIM_REFUSED");
}
