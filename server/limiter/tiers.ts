/** What each tier may: requests, words of a model, and how much at once. MISSION B04 */
import type { Tier } from "../ports.ts";

export interface TierLimits {
  /** requests, and turns with them */
  perMinute: number;
  perHour: number;
  perDay: number;
  /** tokens that a model may write in one reply */
  tokens: number;
  /** requests that change something under way at once; and apart from them, turns */
  concurrent: number;
}

export const tiers: Record<Tier, TierLimits> = {
  free: { perMinute: 60, perHour: 1_000, perDay: 10_000, tokens: 4_000, concurrent: 2 },
  premium: { perMinute: 300, perHour: 10_000, perDay: 100_000, tokens: 8_000, concurrent: 10 },
  pro: { perMinute: 1_000, perHour: 50_000, perDay: 500_000, tokens: 32_000, concurrent: 50 },
  enterprise: { perMinute: 5_000, perHour: 200_000, perDay: 2_000_000, tokens: 128_000, concurrent: 200 },
};
