/** The limits' store that all cells share: each decision is one script and one round trip, so that no two cells decide alike. */
import type { Redis } from "ioredis";
import { MAX_OWED_PLACES } from "../../bounds.ts";
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

  /** Places given back that Redis may not have heard of: each holder's field, and its hash. */
  const owed = new Map<string, string>();

  async function giveBack(field: string, hash: string): Promise<void> {
    try {
      await link.hdel(hash, field);
    } catch (error) {
      owed.set(field, hash);
      if (owed.size > MAX_OWED_PLACES) owed.delete(owed.keys().next().value!);
      throw error;
    }
  }

  /** Where one fails again it is owed again. */
  function payOwed(): void {
    const fields = [...owed];
    owed.clear();
    for (const [field, hash] of fields) giveBack(field, hash).catch(() => undefined);
  }

  /** Of a decision that nobody heard: Redis may have it, and decide it later than anyone waits. */
  function giveBackAll(rules: readonly LimitRule[]): void {
    for (const rule of rules)
      if (rule.kind === "places" && rule.cost !== 0) giveBack(...placeOf(rule)).catch(() => undefined);
  }

  return {
    async decide(rules, told = 0) {
      const keys = rules.map(({ key, kind }) => (kind === "places" ? placesOf(key) : PREFIX + key));
      const shapes: RuleShape[] = [];
      const args: (string | number)[] = [];
      let name = `decide ${told}`;
      for (const { kind, limit, windowMs, cost = 1, holder = "", key, owner = key } of rules) {
        const hashAt = limitKinds[kind].kept ? indexOf(hashOf(owner), keys) : 0;
        const shape: RuleShape = { kind, hashAt, cost: cost === 1 ? "one" : cost === 0 ? "none" : "many" };
        shapes.push(shape);
        name += ` ${kind} ${hashAt} ${shape.cost}`;
        args.push(limit, windowMs);
        if (shape.cost === "many") args.push(cost);
        if (kind === "places") args.push(holder);
      }
      try {
        const decided = await scriptFor(name, shapes, told)(keys.length, ...keys, JSON.stringify(args));
        if (owed.size > 0) payOwed();
        return decisionOf(rules, told, decided);
      } catch (error) {
        giveBackAll(rules);
        throw error;
      }
    },
    release: (rule) => giveBack(...placeOf(rule)),
  };
}

/** A holder's field, and the hash it is in. */
function placeOf({
  key,
  owner = key,
  holder = "",
}: Pick<LimitRule, "key" | "owner" | "holder">): [field: string, hash: string] {
  return [placesOf(key) + holder, hashOf(owner)];
}

/** Of a key among others, from 1 on as in Lua; it is added where it is new. */
function indexOf(key: string, keys: string[]): number {
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
