/** The limits' store that all cells share: each decision is one script and one round trip, so that no two cells decide alike. */
import type { Redis } from "ioredis";
import type { Decision, LimitKind, LimitRule, LimitStore } from "../../ports.ts";
import { decideScript } from "./limit-script.ts";

/** One tag for all: a decision is one script, and the keys of a script live in one slot. Short, for Redis copies and compares it some fifty times in a decision. MISSION B02 */
const PREFIX = "{bear}:";

/** What fits fields of its owner's hash. */
const IN_A_HASH: ReadonlySet<LimitKind> = new Set(["slots", "bucket", "spell", "places"]);

const hashOf = (owner: string): string => `${PREFIX}of:${owner}`;
/** What follows it in the hash's fields is a holder. */
const placesOf = (key: string): string => `${PREFIX}${key} `;

type Decide = (keys: number, ...args: string[]) => Promise<[number, number, number, number]>;

/** `script` other than the usual is for tests. */
export function redisLimits(link: Redis, script = decideScript()): LimitStore {
  // by its digest, and whole where Redis does not know it yet
  link.defineCommand("decideLimits", { lua: script });
  const { decideLimits } = link as Redis & { decideLimits: Decide };

  return {
    async decide(rules, told = 0) {
      const keys = rules.map(({ key, kind }) => (kind === "places" ? placesOf(key) : PREFIX + key));
      const asked: (string | number)[] = [told + 1];
      for (const { kind, limit, windowMs, cost = 1, holder = "", key, owner = key } of rules) {
        asked.push(kind, limit, windowMs, cost, IN_A_HASH.has(kind) ? placeOf(hashOf(owner), keys) : 0);
        if (kind === "places") asked.push(holder);
      }
      const decided = await decideLimits.call(link, keys.length, ...keys, JSON.stringify(asked));
      return decisionOf(rules, told, decided);
    },
    async release({ key, owner = key, holder = "" }) {
      await link.hdel(hashOf(owner), placesOf(key) + holder);
    },
  };
}

/** Of a key among others, from 1 on as in Lua; it is added where it is new. */
function placeOf(key: string, keys: string[]): number {
  return keys.indexOf(key) + 1 || keys.push(key);
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
