/** The limits' store that all cells share: each decision is one script and one round trip, so that no two cells decide alike. */
import type { Redis } from "ioredis";
import type { Decision, LimitKind, LimitRule, LimitStore } from "../../ports.ts";
import { decideScript } from "./limit-script.ts";

/** One tag for all: a decision is one script, and the keys of a script live in one slot. MISSION B02 */
const PREFIX = "bearlink:{limits}:";

/** What fits a field of its owner's hash. */
const IN_A_HASH: ReadonlySet<LimitKind> = new Set(["slots", "bucket", "spell"]);

/** arguments of the script before the holders */
const HOLDERS_FROM = 2;

type Decide = (keys: number, ...args: (string | number)[]) => Promise<[number, number, number, number]>;

/** `script` other than the usual is for tests. */
export function redisLimits(link: Redis, script = decideScript()): LimitStore {
  // by its digest, and whole where Redis does not know it yet
  link.defineCommand("decideLimits", { lua: script });
  const { decideLimits } = link as Redis & { decideLimits: Decide };

  return {
    async decide(rules, told = 0) {
      const keys = rules.map(({ key }) => PREFIX + key);
      const holders: string[] = [];
      let words = "";
      for (const { kind, limit, windowMs, cost = 1, holder, key, owner = key } of rules) {
        const hash = IN_A_HASH.has(kind) ? placeOf(`${PREFIX}of:${owner}`, keys) : 0;
        const held = holder === undefined ? 0 : HOLDERS_FROM + holders.push(holder);
        words += `${kind} ${limit} ${windowMs} ${cost} ${hash} ${held} `;
      }
      const answer = await decideLimits.call(link, keys.length, ...keys, told + 1, words, ...holders);
      return decisionOf(rules, told, answer);
    },
    async release({ key, holder = "" }) {
      await link.hdel(PREFIX + key, holder);
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
