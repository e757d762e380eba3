/** The limits' store of one process: what Redis decides for many cells, decided here for one. MISSION B05 */
import { MAX_COUNTED_KEYS } from "../../bounds.ts";
import { LIMIT_SLOTS } from "../../ports.ts";
import type { Clock, Decision, LimitRule, LimitStanding, LimitStore } from "../../ports.ts";
import { expiringMap } from "./expiring.ts";
import type { Expiring } from "./expiring.ts";
import { MICROS, newTally, releasePlace } from "./tallies.ts";
import type { Tally } from "./tallies.ts";

export function memoryLimits(clock: Clock): LimitStore {
  const entries = expiringMap<Expiring & { tally: Tally }>(clock, MAX_COUNTED_KEYS);

  function tallyOf({ kind, key }: LimitRule): Tally {
    return entries.get(key)?.tally ?? newTally(kind);
  }

  function standing(tally: Tally, rule: LimitRule, now: number): LimitStanding {
    const { remaining, resetAt } = tally.standing(now, rule);
    return { limit: rule.limit, remaining: Math.max(0, remaining), resetAt: Math.ceil(resetAt / MICROS) };
  }

  /** Kept until nothing of it counts any more. */
  function keep({ kind, key, windowMs }: LimitRule, tally: Tally): void {
    const lifeMs = kind === "slots" ? windowMs * (1 + 1 / LIMIT_SLOTS) : windowMs;
    // a clock that was put back must not make it go before what it counted then
    const expiresAt = Math.max(entries.get(key)?.expiresAt ?? 0, clock.now() + lifeMs);
    entries.set(key, { tally, expiresAt });
  }

  return {
    async decide(rules, told = 0): Promise<Decision> {
      const now = clock.now() * MICROS;
      const tallies = rules.map(tallyOf);
      for (const [at, rule] of rules.entries()) {
        const wait = tallies[at]!.wait(now, rule);
        if (wait <= 0) continue;
        const resetAt = Math.ceil((now + wait) / MICROS);
        return {
          refused: rule,
          retryAfterS: Math.ceil(wait / MICROS / 1000),
          standing: { ...standing(tallies[at]!, rule, now), remaining: 0, resetAt },
        };
      }
      for (const [at, rule] of rules.entries()) {
        if (rule.cost === 0) continue;
        // it may be full: then it refuses before anything was taken
        keep(rule, tallies[at]!);
      }
      for (const [at, rule] of rules.entries()) tallies[at]!.take(now, rule);
      return { refused: undefined, retryAfterS: 0, standing: standing(tallies[told]!, rules[told]!, now) };
    },
    async release({ key, holder = "" }) {
      const entry = entries.get(key);
      if (entry) releasePlace(entry.tally, holder);
    },
  };
}
