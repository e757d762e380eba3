/** What guards a claim and a sign-in: claims by address, failures by address and toy, tries by account. PROTOCOL.md §3.3 */
import { toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import {
  ACCOUNT_WINDOW_MS,
  ADDRESS_WINDOW_MS,
  CLAIMS_PER_ADDRESS,
  FAILURES_PER_ADDRESS,
  FAILURES_PER_TOY,
  LETTERS_PER_EMAIL,
  SIGN_IN_WINDOW_MS,
  SIGN_INS_PER_ACCOUNT,
  SIGN_INS_PER_ACCOUNT_AND_ADDRESS,
  TOY_FAILURE_WINDOW_MS,
} from "../bounds.ts";
import type { ClaimLimiter, Counters, SignInLimiter } from "../ports.ts";
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

/** Tries and mails by account, whether there is one or not: the limit tells nobody. */
export function createSignInLimiter({ counters, hash }: { counters: Counters; hash: Hash }): SignInLimiter {
  // addresses of mail stay out of the counters
  const key = (email: string): string => toHex(hash.sha256(utf8(email)));
  return {
    async attempt(email, address) {
      const from = await counters.take(
        `sign-in:${key(email)}:${addressKey(address)}`,
        SIGN_INS_PER_ACCOUNT_AND_ADDRESS,
        SIGN_IN_WINDOW_MS,
      );
      // a stranger at one address must not use up what the household has
      if (!from.allowed) return from;
      return counters.take(`sign-in:${key(email)}`, SIGN_INS_PER_ACCOUNT, ACCOUNT_WINDOW_MS);
    },
    letter: (email) => counters.take(`letter:${key(email)}`, LETTERS_PER_EMAIL, ACCOUNT_WINDOW_MS),
  };
}
