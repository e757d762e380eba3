/** What an answer says of the limits that decided over it. MISSION B07 */
import type { LimitStanding } from "../ports.ts";

/** `layer`: the one that refused. */
export function limitHeaders(
  { limit, remaining, resetAt }: LimitStanding,
  layer: string | undefined,
): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
    ...(layer !== undefined && { "x-ratelimit-layer": layer }),
  };
}
