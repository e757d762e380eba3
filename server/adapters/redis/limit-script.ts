/** The scripts that decide over several rules at once in Redis, by Redis' own clock: all have room and all are taken from, or none is. MISSION B02 */
import type { LimitKind } from "../../ports.ts";
import { limitKinds } from "./limit-kinds.ts";
import type { RuleLua } from "./limit-kinds.ts";

/** Of a rule, what makes another script: its numbers do not. */
export interface RuleShape {
  kind: LimitKind;
  /** index in KEYS of its owner's hash; 0 where it is kept in none */
  hashAt: number;
  /** how many are taken: none, one, or as many as an argument says */
  cost: "none" | "one" | "many";
}

/** Lua that leaves {seconds, µs} in `time`. */
const REDIS_TIME = "redis.call('TIME')";

/**
 * The script for rules of these shapes; `told` is the index of the one whose standing is wanted, from 0 on. KEYS: one a
 * rule, then the hashes of owners. ARGV: one list in JSON, for as many arguments would take longer than to read it: of
 * each rule its limit, its window in ms, its cost where it is many, and after places their holder. Answers the index of
 * the rule that refused, from 1 on, or 0; ms until it has room; what remains of it or of the one asked about; and the
 * epoch ms at which that changes. All times inside are whole µs; Lua would print them rounded without a format. Reading
 * is done before anything is written: a Redis that is full refuses a script only at its first write.
 *
 * Redis runs one script at a time, so each µs here is one that every cell waits. Code for the very shape takes a third
 * less than code for any rules, and there are no more shapes than callers: some twenty. What the rules of one owner keep
 * of themselves is one hash, read once and written once; numbers go to commands as text, since Redis prints a number of
 * Lua's with 17 digits; and what need not be asked is not.
 *
 * Lua has room for 200 locals: those of 16 rules. `time` other than Redis' own is for tests.
 */
export function decideScript(shapes: readonly RuleShape[], told: number, time = REDIS_TIME): string {
  let given = 0;
  const next = (): string => `asked[${++given}]`;
  const rules = shapes.map((shape, at) => ({ ...limitKinds[shape.kind], ...shape, index: at + 1 }));
  const hashes = hashesOf(rules);
  const taken = rules.filter(({ cost }) => cost !== "none");
  return [
    definitions(time),
    "local asked = cjson.decode(ARGV[1])",
    ...rules.map((rule) => localsOf(rule, next)),
    ...hashes.map(asRead),
    "local ahead = 0",
    ...rules.map((rule) => scoped(rule, rule.wait) + refusal(rule.index)),
    ...taken.map((rule) => scoped(rule, rule.take)),
    ...hashes.map(written),
    "local remaining, reset",
    scoped(rules[told]!, rules[told]!.standing),
    "return { 0, 0, math.max(0, remaining), math.ceil(reset / 1000) }",
  ].join("\n");
}

type Rule = RuleLua & RuleShape & { index: number };

const definitions = (time: string): string => `
local time = ${time}
local now = time[1] * 1000000 + time[2]
-- whole numbers, the fast way where a long holds 64 bits
local whole = string.format('%d', 1099511627776) == '1099511627776' and '%d' or '%.0f'
local two = whole .. ' ' .. whole
local three = two .. ' ' .. whole
local function text(number) return string.format(whole, number) end
local present = text(now)
local SLOTS = 60

local function expire(key, span) redis.call('PEXPIRE', key, text(math.max(1, math.ceil(span / 1000)))) end
-- drops from a log what has left the window, or is not near it, and answers how many are left, and the oldest of them
local function trimmed(key, held, window)
  local last = 0
  while true do
    local oldest = redis.call('LRANGE', key, '0', text(last))
    local gone = 0
    while oldest[gone + 1] and (oldest[gone + 1] + window <= now or oldest[gone + 1] - window > now) do gone = gone + 1 end
    if gone > 0 then redis.call('LTRIM', key, text(gone), '-1') end
    held = held - gone
    if gone <= last then return held, oldest[gone + 1] end
    last = math.min(8 * last + 8, 4096)
  end
end
-- of a slot: the character of its number modulo 61
local function field(slot) return string.char(32 + slot % (SLOTS + 1)) end
`;

const OF_RULE = /\brule\.(\w+)/g;

/** With a local of the rule's own for each `rule.x`. */
function ofRule({ index }: Rule, lua: string): string {
  return lua.replaceAll(OF_RULE, `$1_${index}`);
}

function scoped(rule: Rule, lua: string): string {
  return ofRule(rule, `do${lua}\nend`);
}

/** Declares them, and reads what the script was given; `next` answers the argument that comes next. */
function localsOf(rule: Rule, next: () => string): string {
  const { index, kind, hashAt, cost, wait, take, kept, standing } = rule;
  const named = [wait, take, ...Object.values(kept ?? {}), standing].join().matchAll(OF_RULE);
  const names = new Set(Array.from(named, ([name]) => name));
  const lua = [
    `local ${[...names].join(", ")}`,
    `rule.key, rule.limit, rule.window = KEYS[${index}], ${next()}, ${next()} * 1000`,
    `rule.cost = ${cost === "many" ? next() : "1"}`,
    ...(kind === "places" ? [`rule.hash, rule.holder = KEYS[${hashAt}], ${next()}`] : []),
  ];
  return ofRule(rule, lua.join("\n"));
}

/** A hash of an owner's, which some rules share. */
interface OwnerHash {
  /** its index in KEYS */
  hashAt: number;
  rules: Rule[];
}

function hashesOf(rules: readonly Rule[]): OwnerHash[] {
  const hashes = new Set(rules.map(({ hashAt }) => hashAt).filter((at) => at > 0));
  return [...hashes].map((hashAt) => ({ hashAt, rules: rules.filter((rule) => rule.hashAt === hashAt) }));
}

/** Its field `e` is when it expires. Places are found among all of its fields. */
function asRead({ hashAt, rules }: OwnerHash): string {
  const valued = rules.filter(({ kind }) => kind !== "places");
  const ends = `ends_${hashAt}`;
  const values = [ends, ...valued.map((rule) => ofRule(rule, "rule.value"))].join(", ");
  const fields = ["'e'", ...valued.map((rule) => ofRule(rule, "rule.key"))];
  const places = rules.filter(({ kind }) => kind === "places");
  if (places.length === 0)
    return `
local ${ends}
${values} = unpack(redis.call('HMGET', KEYS[${hashAt}], ${fields.join(", ")}))`;
  return `
local ${ends}
do
  local all, held = redis.call('HGETALL', KEYS[${hashAt}]), {}
  for at = 1, #all, 2 do held[all[at]] = all[at + 1] end
  ${values} = ${fields.map((field) => `held[${field}]`).join(", ")}
  ${places.map((rule) => ofRule(rule, "rule.all = all")).join("\n  ")}
end`;
}

/** What was taken, all of it at once; that it expires is told about once in the time that it must last. */
function written({ hashAt, rules }: OwnerHash): string {
  const kept = rules.filter(({ cost }) => cost !== "none").map((rule) => ({ rule, ...rule.kept! }));
  if (kept.length === 0) return "";
  const fields = kept.map(({ rule, field, value }) => ofRule(rule, `${field}, ${value}`));
  const spans = kept.map(({ rule, span }) => ofRule(rule, span));
  return `
do
  local span = math.max(${spans.join(", ")})
  local renewed = (ends_${hashAt} or 0) + 0 < now + span
  local ends = renewed and text(now + 2 * span) or ends_${hashAt}
  redis.call('HSET', KEYS[${hashAt}], 'e', ends, ${fields.join(", ")})
  if renewed then expire(KEYS[${hashAt}], 2 * span) end
end`;
}

const refusal = (index: number): string => `
if ahead > 0 then return { ${index}, math.ceil(ahead / 1000), 0, math.ceil((now + ahead) / 1000) } end`;
