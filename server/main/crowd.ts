/** Whom the broker counts: every address but this machine's own and those of proxies, which speak for many and bound them. */
import type { CrowdLimits } from "@bearlink/broker";
import { addressBlocks } from "../adapters/http/forwarded.ts";
import { CONNECTS_PER_ADDRESS, LINES_PER_ADDRESS, MAX_COUNTED_ADDRESSES } from "../bounds.ts";
import type { Config } from "../config.ts";
import { addressKey } from "../limiter/address.ts";

const LOOPBACK = ["127.0.0.0/8", "::1"];

export function crowdLimits({ TRUSTED_PROXIES }: Pick<Config, "TRUSTED_PROXIES">): CrowdLimits {
  const uncounted = addressBlocks([...LOOPBACK, ...TRUSTED_PROXIES]);
  return {
    lines: LINES_PER_ADDRESS,
    connects: CONNECTS_PER_ADDRESS,
    addresses: MAX_COUNTED_ADDRESSES,
    keyOf: (address) => (uncounted(address) ? undefined : addressKey(address)),
  };
}
