/** How often a challenge or a claim may be tried: no limit ever stops a proof that holds. PROTOCOL.md §3.3 */
import {
  ADDRESS_WINDOW_MS,
  CLAIMS_PER_ADDRESS,
  FAILURES_PER_ADDRESS,
  FAILURES_PER_TOY,
  TOY_FAILURE_WINDOW_MS,
} from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import type { Allowance, Counters, Meter } from "../ports.ts";
import type { Attempt, ClaimDesk } from "./desk.ts";

interface LimitPorts {
  counters: Counters;
  meter: Meter;
}

function refuseAbove(ports: LimitPorts, layer: string, allowance: Allowance): void {
  if (allowance.allowed) return;
  ports.meter.count("rate_limit_hits_total", { layer, tier: "none" });
  throw new Refusal("RATE_LIMITED", { retry_after_s: allowance.retryAfterS });
}

/** Challenges are limited by address only: an id is not the asker's own. */
export async function limitChallenges(ports: LimitPorts, addressGroup: string): Promise<void> {
  const key = `challenge/${addressGroup}`;
  const allowance = await orUnavailable(ports.counters.take(key, CLAIMS_PER_ADDRESS, ADDRESS_WINDOW_MS));
  refuseAbove(ports, "address", allowance);
}

export async function limitAddress(desk: ClaimDesk, attempt: Attempt): Promise<void> {
  const key = `claim/${attempt.addressGroup}`;
  const allowance = await orUnavailable(desk.counters.take(key, CLAIMS_PER_ADDRESS, ADDRESS_WINDOW_MS));
  refuseAbove(desk, "address", allowance);
}

/** Counts a claim that does not hold, and refuses it: the same answer whatever was wrong. */
export async function refuseFailure(desk: ClaimDesk, attempt: Attempt): Promise<never> {
  const [address, toy] = await orUnavailable(
    Promise.all([
      desk.counters.take(`failed/${attempt.addressGroup}`, FAILURES_PER_ADDRESS, ADDRESS_WINDOW_MS),
      desk.counters.take(`failed/${attempt.claim.deviceId}`, FAILURES_PER_TOY, TOY_FAILURE_WINDOW_MS),
    ]),
  );
  refuseAbove(desk, "address", address);
  refuseAbove(desk, "toy", toy);
  throw new Refusal("CLAIM_REFUSED");
}
