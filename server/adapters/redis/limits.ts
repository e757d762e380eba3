/** The limits' store that all cells share: each decision is one script and one round trip, so that no two cells decide alike. */
import type { Redis } from "ioredis";
import type { Decision, LimitRule, LimitStore } from "../../ports.ts";
import { limitKinds } from "./limit-kinds.ts";
import { decideScript } from "./limit-script.ts";
import type { RuleShape } from "./limit-script.ts";

/** One tag for all: a decision is one script, and the keys of a script live in one slot. Short, for Redis copies and compares it some fifty times in a decision. MISSION B02 */
const PREFIX = "{bear}:";

const hashOf = (owner: string): string => `${PREFIX}of:${owner}`;
/** What follows it in the hash's fields is a holder. */
const placesOf = (key: string): string => `${PREFIX}${key} `;

type Decide = (keys: number, ...args: string[]) => Promise<[number, number, number, number]>;

/** `time`: Lua for another time than Redis' own, for tests. */
export function redisLimits(link: Redis, time?: string): LimitStore {
  const scripts = new Map<string, Decide>();

  /** A script that Redis has by its digest; it is sent whole where Redis does not know it yet. */
  function scriptFor(name: string, shapes: readonly RuleShape[], told: number): Decide {
    const known = scripts.get(name);
    if (known) return known;
    link.defineCommand(name, { lua: decideScript(shapes, told, time) });
    const made: Decide = (link as unknown as Record<string, Decide>)[name]!.bind(link);
    scripts.set(name, made);
    return made;
  }

  return {
    async decide(rules, told = 0) {
      const keys = rules.map(({ key, kind }) => (kind === "places" ? placesOf(key) : PREFIX + key));
      const shapes: RuleShape[] = [];
      const args: (string | number)[] = [];
      let name = `decide ${told}`;
      for (const { kind, limit, windowMs, cost = 1, holder = "", key, owner = key } of rules) {
        const hashAt = limitKinds[kind].kept ? placeOf(hashOf(owner), keys) : 0;
        const shape: RuleShape = { kind, hashAt, cost: cost === 1 ? "one" : cost === 0 ? "none" : "many" };
        shapes.push(shape);
        name += ` ${kind} ${hashAt} ${shape.cost}`;
        args.push(limit, windowMs);
        if (shape.cost === "many") args.push(cost);
        if (kind === "places") args.push(holder);
      }
      const decided = await scriptFor(name, shapes, told)(keys.length, ...keys, JSON.stringify(args));
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
