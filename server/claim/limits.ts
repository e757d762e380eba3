/** What the limits say of a challenge or a claim, as refusals: none of them ever stops a proof that holds. PROTOCOL.md §3.3 */
import { orUnavailable, Refusal } from "../errors.ts";
import type { Allowance, ClaimLimiter, Meter } from "../ports.ts";
import type { Attempt, ClaimDesk } from "./desk.ts";

interface LimitPorts {
  limits: ClaimLimiter;
  meter: Meter;
}

async function refuseAbove(ports: LimitPorts, layer: string, asked: Promise<Allowance>): Promise<void> {
  const { allowed, retryAfterS } = await orUnavailable(asked);
  if (allowed) return;
  ports.meter.count("rate_limit_hits_total", { layer, tier: "none" });
  throw new Refusal("RATE_LIMITED", { retry_after_s: retryAfterS, layer });
}

/** By address only: an id is not the asker's own. */
export async function limitRequests(ports: LimitPorts, address: string): Promise<void> {
  await refuseAbove(ports, "address", ports.limits.request(address));
}

export async function limitAddress(desk: ClaimDesk, attempt: Attempt): Promise<void> {
  await limitRequests(desk, attempt.address);
}

/** Counts a claim that does not hold, and refuses it: the same answer whatever was wrong. */
export async function refuseFailure(desk: ClaimDesk, attempt: Attempt): Promise<never> {
  await refuseAbove(desk, "failures", desk.limits.failure(attempt.address, attempt.claim.deviceId));
  throw new Refusal("CLAIM_REFUSED");
}
