/** How much of what: claims by address, failures by address and toy, all else by address. PROTOCOL.md §3.3, MISSION B01 */
import {
  ADDRESS_WINDOW_MS,
  CLAIMS_PER_ADDRESS,
  FAILURES_PER_ADDRESS,
  FAILURES_PER_TOY,
  REQUESTS_PER_ADDRESS,
  TOY_FAILURE_WINDOW_MS,
} from "../bounds.ts";
import type { AddressLimiter, ClaimLimiter, Counters } from "../ports.ts";
import { addressKey } from "./address.ts";

/**
 *     const limits = createClaimLimiter({ counters });
 *     const { allowed, retryAfterS } = await limits.request("203.0.113.7");
 *
 * Every method rejects where the counters are away; whoever asks then refuses too.
 */
export function createClaimLimiter({ counters }: { counters: Counters }): ClaimLimiter {
  return {
    request: (address) =>
      counters.take(`claim:${addressKey(address)}`, CLAIMS_PER_ADDRESS, ADDRESS_WINDOW_MS),
    async failure(address, deviceId) {
      const ofAddress = await counters.take(
        `failure:${addressKey(address)}`,
        FAILURES_PER_ADDRESS,
        ADDRESS_WINDOW_MS,
      );
      // an address past its limit makes no ids up: each would be kept for 15 minutes, and full counters refuse everyone
      if (!ofAddress.allowed) return ofAddress;
      return counters.take(`failure:${deviceId}`, FAILURES_PER_TOY, TOY_FAILURE_WINDOW_MS);
    },
  };
}

/** Requests of an address to the routes that have no limit of their own. */
export function createAddressLimiter({ counters }: { counters: Counters }): AddressLimiter {
  return {
    request: (address) =>
      counters.take(`request:${addressKey(address)}`, REQUESTS_PER_ADDRESS, ADDRESS_WINDOW_MS),
  };
}
