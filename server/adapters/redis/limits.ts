/** The limits' store that all cells share: each decision is one script and one round trip, so that no two cells decide alike. */
import type { Redis } from "ioredis";
import type { Decision, LimitRule, LimitStore } from "../../ports.ts";
import { decideScript } from "./limit-script.ts";

/** One tag for all: a decision is one script, and the keys of a script live in one slot. MISSION B02 */
const PREFIX = "bearlink:{limits}:";

type Decide = (keys: number, ...args: (string | number)[]) => Promise<[number, number, number, number]>;

/** `script` other than the usual is for tests. */
export function redisLimits(link: Redis, script = decideScript()): LimitStore {
  // by its digest, and whole where Redis does not know it yet
  link.defineCommand("decideLimits", { lua: script });
  const { decideLimits } = link as Redis & { decideLimits: Decide };

  return {
    async decide(rules, told = 0) {
      const keys = rules.map(({ key }) => PREFIX + key);
      const args: (string | number)[] = [told + 1];
      for (const { kind, limit, windowMs, cost = 1, holder = "", key, owner = key } of rules) {
        const hash = `${PREFIX}of:${owner}`;
        let at = keys.indexOf(hash, rules.length);
        if (at < 0) at = keys.push(hash) - 1;
        args.push(kind, limit, windowMs, cost, holder, at + 1);
      }
      return decisionOf(rules, told, await decideLimits.call(link, keys.length, ...keys, ...args));
    },
    async release({ key, holder = "" }) {
      await link.hdel(PREFIX + key, holder);
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
