/** The limits' store that all cells share: each decision is one script and one round trip, so that no two cells decide alike. */
import type { Redis } from "ioredis";
import type { Decision, LimitRule, LimitStore } from "../../ports.ts";
import { decideScript } from "./limit-script.ts";

/** One tag for all: a decision is one script, and the keys of a script live in one slot. MISSION B02 */
const PREFIX = "bearlink:{limit}:";

type Decide = (keys: number, ...args: (string | number)[]) => Promise<[number, number, number, number]>;

/** `script` other than the usual is for tests. */
export function redisLimits(link: Redis, script = decideScript()): LimitStore {
  // by its digest, and whole where Redis does not know it yet
  link.defineCommand("decideLimits", { lua: script });
  const { decideLimits } = link as Redis & { decideLimits: Decide };

  return {
    async decide(rules, told = 0) {
      const args: (string | number)[] = [];
      for (const { key } of rules) args.push(PREFIX + key);
      args.push(told + 1);
      for (const { kind, limit, windowMs, cost = 1, holder = "" } of rules)
        args.push(kind, limit, windowMs, cost, holder);
      return decisionOf(rules, told, await decideLimits.call(link, rules.length, ...args));
    },
    async release({ key, holder = "" }) {
      await link.zrem(PREFIX + key, holder);
    },
  };
}

function decisionOf(
  rules: readonly LimitRule[],
  told: number,
  [index, waitMs, remaining, resetAt]: [number, number, number, number],
): Decision {
  const refused = rules[index - 1];
  return {
    refused,
    retryAfterS: Math.ceil(waitMs / 1000),
    standing: { limit: (refused ?? rules[told]!).limit, remaining, resetAt },
  };
}
