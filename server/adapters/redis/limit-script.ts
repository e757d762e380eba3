/** The script that decides over several rules at once in Redis, by Redis' own clock: all have room and all are taken from, or none is. MISSION B02 */

/** Lua that leaves {seconds, µs} in `time`. */
const REDIS_TIME = "redis.call('TIME')";

/**
 * KEYS: one a rule. ARGV: the index of the rule whose standing is wanted, then of each rule its kind, limit, window in ms,
 * cost and holder. Answers the index of the rule that refused or 0, ms until it has room, what remains of it or of the one
 * asked about, and the epoch ms at which that changes. All times inside are whole µs; Lua would print them rounded without
 * a format. Reading is done before anything is written: a Redis that is full refuses a script only at its first write.
 *
 * Redis runs one script at a time, so each µs here is one that every cell waits: numbers go to commands as text that was
 * made once, since Redis prints a number of Lua's with 17 digits and reads a score back as slowly, and what need not be
 * asked is not.
 *
 * `time` other than Redis' own is for tests.
 */
export const decideScript = (time = REDIS_TIME): string => `
local time = ${time}
local now = time[1] * 1000000 + time[2]
-- whole numbers, the fast way where a long holds 64 bits
local form = string.format('%d', 1099511627776) == '1099511627776' and '%d' or '%.0f'
local function text(number) return string.format(form, number) end
local at = text(now)
local before = {}
-- the end of what a window has left behind
local function since(window)
  local edge = before[window]
  if not edge then
    edge = text(now - window)
    before[window] = edge
  end
  return edge
end
local SLOTS = 60

local log, slots, bucket, spell, places = {}, {}, {}, {}, {}
local kinds = { log = log, slots = slots, bucket = bucket, spell = spell, places = places }

-- a sorted set by µs; a member is its µs, with a number after it where another came in the same
function log.wait(rule)
  if rule.need > rule.limit then return rule.window end
  rule.held = redis.call('ZCARD', rule.key)
  -- what left the window may still be there, so it is no fewer
  if rule.held + rule.need <= rule.limit then return 0 end
  -- the log is full where this one is still in the window
  local place = text(rule.limit - rule.need)
  local filler = redis.call('ZREVRANGE', rule.key, place, place)[1]
  local came = filler and tonumber(string.match(filler, '^%d+'))
  if came and came + rule.window > now then return came + rule.window - now end
  return 0
end
function log.take(rule)
  for _ = 1, rule.cost do
    -- one of the same µs is rare
    if redis.call('ZADD', rule.key, 'NX', at, at) == 0 then
      redis.call('ZADD', rule.key, at, at .. '-' .. redis.call('ZCOUNT', rule.key, at, at))
    end
  end
  local gone = redis.call('ZREMRANGEBYSCORE', rule.key, '-inf', since(rule.window))
  -- where none has left since, what was said of a window ago still holds
  if gone > 0 or rule.held == 0 then redis.call('PEXPIRE', rule.key, text(2 * rule.ms)) end
end
function log.standing(rule)
  local from = '(' .. since(rule.window)
  local oldest = redis.call('ZRANGEBYSCORE', rule.key, from, '+inf', 'LIMIT', '0', '1')[1]
  if not oldest then return rule.limit, now + rule.window end
  return rule.limit - redis.call('ZCOUNT', rule.key, from, '+inf'), string.match(oldest, '^%d+') + rule.window
end

-- a hash: n the newest slot, t the total, and each slot's count under the character of its number modulo 61
local function field(slot) return string.char(32 + slot % (SLOTS + 1)) end
local function look(rule)
  local slot = math.floor(now / (rule.window / SLOTS))
  local held = redis.call('HMGET', rule.key, 'n', 't', field(slot))
  local newest = tonumber(held[1])
  rule.slot, rule.total, rule.here, rule.newest = slot, 0, 0, newest
  if not newest then return end
  rule.total = tonumber(held[2])
  if newest >= slot then
    rule.slot = newest
    rule.here = newest == slot and held[3] or redis.call('HGET', rule.key, field(newest))
    return
  end
  rule.left = {}
  for slot = math.max(newest + 1, rule.slot - SLOTS), rule.slot do table.insert(rule.left, field(slot)) end
  for _, count in ipairs(redis.call('HMGET', rule.key, unpack(rule.left))) do
    if count then rule.total = rule.total - count end
  end
end
function slots.wait(rule)
  look(rule)
  local over = rule.total + rule.need - rule.limit
  if over <= 0 then return 0 end
  for slot = rule.slot - SLOTS, rule.newest or 0 do
    over = over - (redis.call('HGET', rule.key, field(slot)) or 0)
    if over <= 0 then return (slot + SLOTS + 1) * (rule.window / SLOTS) - now end
  end
  return rule.window
end
function slots.take(rule)
  rule.total = rule.total + rule.cost
  local here = text((tonumber(rule.here) or 0) + rule.cost)
  local total = text(rule.total)
  if rule.newest == rule.slot then
    redis.call('HSET', rule.key, 't', total, field(rule.slot), here)
    return
  end
  if rule.left then redis.call('HDEL', rule.key, unpack(rule.left)) end
  redis.call('HSET', rule.key, 'n', text(rule.slot), 't', total, field(rule.slot), here)
  -- once a slot: until the next one comes it lasts more than a window
  redis.call('PEXPIRE', rule.key, text(2 * rule.ms))
end
function slots.standing(rule) return rule.limit - rule.total, now + rule.window end

-- µs at which it will be full again: all that need be known of it
local function full(rule)
  rule.unit = math.floor(rule.window / rule.limit)
  return math.max(now, tonumber(redis.call('GET', rule.key) or 0))
end
function bucket.wait(rule)
  if rule.need > rule.limit then return rule.window end
  rule.full = full(rule)
  return math.max(0, rule.full + (rule.need - rule.limit) * rule.unit - now)
end
function bucket.take(rule)
  rule.full = rule.full + rule.cost * rule.unit
  redis.call('SET', rule.key, text(rule.full), 'PX', text(math.max(1, math.ceil((rule.full - now) / 1000))))
end
function bucket.standing(rule)
  local at = rule.full or now
  return rule.limit - math.ceil((at - now) / rule.unit), at
end

-- a hash: s the sum, a the µs of the last
function spell.wait(rule)
  local held = redis.call('HMGET', rule.key, 's', 'a')
  local live = held[1] and held[2] + rule.window > now
  rule.sum = live and tonumber(held[1]) or 0
  if rule.sum + rule.need <= rule.limit then return 0 end
  return rule.window - (live and now - held[2] or 0)
end
function spell.take(rule)
  rule.sum = rule.sum + rule.cost
  redis.call('HSET', rule.key, 's', text(rule.sum), 'a', at)
  redis.call('PEXPIRE', rule.key, text(rule.ms))
end
function spell.standing(rule) return rule.limit - rule.sum, now + rule.window end

-- a sorted set: holders by the µs at which their places fall free
function places.wait(rule)
  rule.held = redis.call('ZCARD', rule.key)
  if rule.held + rule.need <= rule.limit then return 0 end
  -- some may have fallen free
  rule.held = redis.call('ZCOUNT', rule.key, '(' .. at, '+inf')
  if rule.held + rule.need <= rule.limit then return 0 end
  return 1000000
end
function places.take(rule)
  redis.call('ZADD', rule.key, text(now + rule.window), rule.holder)
  redis.call('ZREMRANGEBYSCORE', rule.key, '-inf', at)
  redis.call('PEXPIRE', rule.key, text(rule.ms))
end
function places.standing(rule)
  return rule.limit - redis.call('ZCOUNT', rule.key, '(' .. at, '+inf'), now + 1000000
end

local rules = {}
for index, key in ipairs(KEYS) do
  local kind, limit, ms, cost, holder = unpack(ARGV, 5 * index - 3, 5 * index + 1)
  local rule = {
    key = key, kind = kinds[kind], limit = tonumber(limit), ms = ms, window = ms * 1000,
    cost = tonumber(cost), need = math.max(1, tonumber(cost)), holder = holder,
    held = 0, slot = 0, total = 0, here = 0, newest = 0, full = 0,
  }
  local wait = rule.kind.wait(rule)
  if wait > 0 then return { index, math.ceil(wait / 1000), 0, math.ceil((now + wait) / 1000) } end
  rules[index] = rule
end
for _, rule in ipairs(rules) do
  if rule.cost > 0 then rule.kind.take(rule) end
end
local told = rules[tonumber(ARGV[1])]
local remaining, reset = told.kind.standing(told)
return { 0, 0, math.max(0, remaining), math.ceil(reset / 1000) }
`;
