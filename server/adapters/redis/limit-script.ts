/** The script that decides over several rules at once in Redis, by Redis' own clock: all have room and all are taken from, or none is. MISSION B02 */
import type { LimitKind } from "../../ports.ts";

/** Lua that leaves {seconds, µs} in `time`. */
const REDIS_TIME = "redis.call('TIME')";

/** What is done with a rule, in this order; each has the `rule`, and `now` in µs. */
interface RuleLua {
  /** answers µs until it has room, 0 or less where there is; writes nothing */
  wait: string;
  take: string;
  /** answers what remains, and the µs at which that changes */
  standing: string;
}

const KINDS: Record<LimitKind, RuleLua> = {
  // a list of µs, the newest last
  log: {
    wait: `
    if rule.need > rule.limit then return rule.window end
    rule.held = redis.call('LLEN', rule.key)
    -- what left the window may still be there, so it is no fewer
    rule.full = rule.held + rule.need > rule.limit
    if not rule.full then return 0 end
    -- the log is full where this one is still in the window
    local filler = redis.call('LINDEX', rule.key, text(rule.need - rule.limit - 1))
    return filler and math.max(0, filler + rule.window - now) or 0`,
    take: `
    local newest = rule.held > 0 and redis.call('LINDEX', rule.key, '-1') or 0
    for _ = 1, rule.cost do redis.call('RPUSH', rule.key, present) end
    rule.held = rule.held + rule.cost
    -- once in each window: what is told lasts to the end of the next one
    if newest - newest % rule.window ~= now - now % rule.window then expire(rule.key, 2 * rule.window) end
    if rule.full then trim(rule) end`,
    standing: `
    local oldest = trim(rule)
    return rule.limit - rule.held, (oldest or now) + rule.window`,
  },
  // of its owner's: the newest slot, the total, and that slot's count; counts of the slots before it are a hash of its own
  slots: {
    wait: `
    local width = rule.window / SLOTS
    local slot = (now - now % width) / width
    local newest, total, last
    local value = rule.hash.held[rule.key]
    if value then newest, total, last = string.match(value, '(%d+) (%d+) (%d+)') end
    newest = tonumber(newest)
    rule.slot, rule.total, rule.here = slot, 0, 0
    if newest and slot - newest <= SLOTS then
      rule.newest, rule.total, rule.last = newest, tonumber(total), tonumber(last)
      if newest >= slot then
        rule.slot, rule.here = newest, rule.last
      else
        rule.left = {}
        for slot = newest + 1, slot do table.insert(rule.left, field(slot)) end
        for _, count in ipairs(redis.call('HMGET', rule.key, unpack(rule.left))) do
          if count then rule.total = rule.total - count end
        end
      end
    end
    local over = rule.total + rule.need - rule.limit
    if over <= 0 then return 0 end
    for slot = rule.slot - SLOTS, rule.newest or 0 do
      over = over - (slot == rule.newest and rule.last or redis.call('HGET', rule.key, field(slot)) or 0)
      if over <= 0 then return (slot + SLOTS + 1) * (rule.window / SLOTS) - now end
    end
    return rule.window`,
    take: `
    rule.total = rule.total + rule.cost
    local value = string.format(three, rule.slot, rule.total, rule.here + rule.cost)
    keep(rule.hash, rule.key, value, rule.window / SLOTS * (SLOTS + 1))
    if not rule.newest then
      redis.call('DEL', rule.key)
    elseif rule.left then
      redis.call('HDEL', rule.key, unpack(rule.left))
      redis.call('HSET', rule.key, field(rule.newest), text(rule.last))
      -- once a slot: until the next one comes it lasts more than a window
      expire(rule.key, 2 * rule.window)
    end`,
    standing: `
    return rule.limit - rule.total, now + rule.window`,
  },
  // of its owner's: the µs at which it will be full again, all that need be known of it
  bucket: {
    wait: `
    rule.unit = (rule.window - rule.window % rule.limit) / rule.limit
    rule.fullAt = (rule.hash.held[rule.key] or 0) + 0
    if rule.fullAt < now then rule.fullAt = now end
    if rule.need > rule.limit then return rule.window end
    return rule.fullAt + (rule.need - rule.limit) * rule.unit - now`,
    take: `
    rule.fullAt = rule.fullAt + rule.cost * rule.unit
    keep(rule.hash, rule.key, text(rule.fullAt), rule.fullAt - now)`,
    standing: `
    return rule.limit - math.ceil((rule.fullAt - now) / rule.unit), rule.fullAt`,
  },
  // of its owner's: the sum, and the µs of the last
  spell: {
    wait: `
    local sum, last
    local value = rule.hash.held[rule.key]
    if value then sum, last = string.match(value, '(%d+) (%d+)') end
    local live = last and last + rule.window > now
    rule.sum = live and tonumber(sum) or 0
    if rule.sum + rule.need <= rule.limit then return 0 end
    return rule.window - (live and now - last or 0)`,
    take: `
    rule.sum = rule.sum + rule.cost
    keep(rule.hash, rule.key, string.format(two, rule.sum, now), rule.window)`,
    standing: `
    return rule.limit - rule.sum, now + rule.window`,
  },
  // of its owner's: each holder, and the µs at which its place falls free
  places: {
    wait: `
    local stale = {}
    for field, till in pairs(rule.hash.held) do
      if string.find(field, rule.key, 1, true) == 1 then
        if tonumber(till) > now then rule.held = rule.held + 1 else stale[#stale + 1] = field end
      end
    end
    if #stale > 0 then rule.hash.stale = stale end
    return rule.held + rule.need <= rule.limit and 0 or 1000000`,
    take: `
    rule.held = rule.held + rule.cost
    keep(rule.hash, rule.key .. rule.holder, text(now + rule.window), rule.window)`,
    standing: `
    return rule.limit - rule.held, now + 1000000`,
  },
};

/** One function for all kinds: Lua makes every function anew in each run. */
function functionOf(step: keyof RuleLua): string {
  const branches = Object.entries(KINDS).map(([kind, lua]) => `if kind == '${kind}' then${lua[step]}`);
  return `local function ${step}(rule)
  local kind = rule.kind
  ${branches.join("\n  else")}
  end
end`;
}

/**
 * KEYS: one a rule, then the hashes of owners. ARGV: one list in JSON, for forty arguments would take longer than to read
 * it: the index of the rule whose standing is wanted, then of each rule its kind, limit, window in ms, cost, the index in
 * KEYS of its owner's hash or 0 where it is not kept there, and after places their holder. Answers the index of the rule
 * that refused or 0, ms until it has room, what remains of it or of the one asked about, and the epoch ms at which that
 * changes. All times inside are whole µs; Lua would print them rounded without a format. Reading is done before anything
 * is written: a Redis that is full refuses a script only at its first write.
 *
 * Redis runs one script at a time, so each µs here is one that every cell waits: what the rules of one owner keep of
 * themselves is one hash, read once and written once; numbers go to commands as text that was made once, since Redis
 * prints a number of Lua's with 17 digits and reads a score back as slowly; and what need not be asked is not.
 *
 * `time` other than Redis' own is for tests.
 */
export const decideScript = (time = REDIS_TIME): string => `
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
-- into a hash of an owner's, for so long at least
local function keep(hash, field, value, span)
  local news = hash.news
  news[#news + 1] = field
  news[#news + 1] = value
  if span > hash.span then hash.span = span end
end
-- drops from a log what has left the window, and answers the oldest that has not
local function trim(rule)
  local last = 0
  while true do
    local oldest = redis.call('LRANGE', rule.key, '0', text(last))
    local gone = 0
    while oldest[gone + 1] and oldest[gone + 1] + rule.window <= now do gone = gone + 1 end
    if gone > 0 then redis.call('LTRIM', rule.key, text(gone), '-1') end
    rule.held = rule.held - gone
    if gone <= last then return oldest[gone + 1] end
    last = math.min(8 * last + 8, 4096)
  end
end
-- of a slot: the character of its number modulo 61
local function field(slot) return string.char(32 + slot % (SLOTS + 1)) end

${functionOf("wait")}
${functionOf("take")}
${functionOf("standing")}

local rules, hashes, asked = {}, {}, cjson.decode(ARGV[1])
local at, count = 2, 1
while asked[at] do
  local kind, cost, owner = asked[at], asked[at + 3], asked[at + 4]
  local rule = {
    key = KEYS[count], kind = kind, limit = asked[at + 1], window = asked[at + 2] * 1000,
    cost = cost, need = cost > 1 and cost or 1, held = 0,
  }
  at = at + 5
  rules[count] = rule
  count = count + 1
  if owner > 0 then
    local hash = hashes[owner] or { key = KEYS[owner], held = {}, fields = { 'e' }, news = {}, span = 0 }
    hashes[owner] = hash
    rule.hash = hash
    if kind == 'places' then
      hash.whole = true
      rule.holder = asked[at]
      at = at + 1
    else
      hash.fields[#hash.fields + 1] = rule.key
    end
  end
end
for _, hash in pairs(hashes) do
  if hash.whole then
    local found = redis.call('HGETALL', hash.key)
    for at = 1, #found, 2 do hash.held[found[at]] = found[at + 1] end
  else
    local found = redis.call('HMGET', hash.key, unpack(hash.fields))
    for place, field in ipairs(hash.fields) do hash.held[field] = found[place] end
  end
end
for index, rule in ipairs(rules) do
  local ahead = wait(rule)
  if ahead > 0 then return { index, math.ceil(ahead / 1000), 0, math.ceil((now + ahead) / 1000) } end
end
for _, rule in ipairs(rules) do
  if rule.cost > 0 then take(rule) end
end
for _, hash in pairs(hashes) do
  if #hash.news > 0 then
    -- e is when the hash expires: it is told so about once in what it must last
    local renewed = (tonumber(hash.held.e) or 0) < now + hash.span
    if renewed then keep(hash, 'e', text(now + 2 * hash.span), 0) end
    if hash.stale then redis.call('HDEL', hash.key, unpack(hash.stale)) end
    redis.call('HSET', hash.key, unpack(hash.news))
    if renewed then expire(hash.key, 2 * hash.span) end
  end
end
local remaining, reset = standing(rules[asked[1]])
return { 0, 0, math.max(0, remaining), math.ceil(reset / 1000) }
`;
