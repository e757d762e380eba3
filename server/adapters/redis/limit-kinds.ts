/** What each kind of limit keeps in Redis and asks of it, in Lua. MISSION B02 */
import type { LimitKind } from "../../ports.ts";

/**
 * What is done with a rule, in this order. `rule.x` is a local of that rule's own: each has its `key`, `limit`, `window`
 * in µs and `cost`; what is kept in its owner's hash, the `value` there; and places that `hash`, `all` of it and a `holder`.
 *
 * A clock may have been ahead and was put right: what was noted for later than a window from now does not count, or it
 * would refuse for as long as the clock was wrong.
 */
export interface RuleLua {
  /** leaves in `ahead` the µs until it has room, where it has none; writes nothing */
  wait: string;
  take: string;
  /** for its owner's hash, once it is taken: the field, its value, and for how many µs at least */
  kept?: { field: string; value: string; span: string };
  /** leaves what remains, and the µs at which that changes */
  standing: string;
}

export const limitKinds: Record<LimitKind, RuleLua> = {
  // a list of µs, the newest last
  log: {
    wait: `
    rule.held = redis.call('LLEN', rule.key)
    -- what left the window may still be there, so it is no fewer
    rule.full = rule.held + rule.cost > rule.limit
    if rule.cost > rule.limit then
      ahead = rule.window
    elseif rule.full then
      -- the log is full where this one is still in the window
      local filler = redis.call('LINDEX', rule.key, text(rule.cost - rule.limit - 1))
      if filler and filler - now <= rule.window then ahead = filler + rule.window - now end
    end`,
    take: `
    local newest = rule.held > 0 and redis.call('LINDEX', rule.key, '-1') or 0
    for _ = 1, rule.cost do redis.call('RPUSH', rule.key, present) end
    rule.held = rule.held + rule.cost
    -- once in each window: what is told lasts to the end of the next one
    if newest - newest % rule.window ~= now - now % rule.window then expire(rule.key, 2 * rule.window) end
    if rule.full then rule.held = trimmed(rule.key, rule.held, rule.window) end`,
    standing: `
    local oldest
    rule.held, oldest = trimmed(rule.key, rule.held, rule.window)
    remaining, reset = rule.limit - rule.held, (oldest or now) + rule.window`,
  },
  // of its owner's: the newest slot, the total, and that slot's count; counts of the slots before it are a hash of its own
  slots: {
    wait: `
    local width = rule.window / SLOTS
    local newest, total, last
    if rule.value then newest, total, last = string.match(rule.value, '(%d+) (%d+) (%d+)') end
    rule.slot, rule.total, rule.here = (now - now % width) / width, 0, 0
    if newest and math.abs(rule.slot - newest) <= SLOTS then
      rule.newest, rule.total, rule.last = newest + 0, total + 0, last + 0
      if rule.newest >= rule.slot then
        rule.slot, rule.here = rule.newest, rule.last
      else
        rule.left = {}
        for slot = rule.newest + 1, rule.slot do table.insert(rule.left, field(slot)) end
        for _, count in ipairs(redis.call('HMGET', rule.key, unpack(rule.left))) do
          if count then rule.total = rule.total - count end
        end
      end
    end
    local over = rule.total + rule.cost - rule.limit
    if over > 0 then
      ahead = rule.window
      for slot = rule.slot - SLOTS, rule.newest or 0 do
        over = over - (slot == rule.newest and rule.last or redis.call('HGET', rule.key, field(slot)) or 0)
        if over <= 0 then
          ahead = (slot + SLOTS + 1) * width - now
          break
        end
      end
    end`,
    take: `
    rule.total = rule.total + rule.cost
    if not rule.newest then
      redis.call('DEL', rule.key)
    elseif rule.left then
      redis.call('HDEL', rule.key, unpack(rule.left))
      redis.call('HSET', rule.key, field(rule.newest), text(rule.last))
      -- once a slot: until the next one comes it lasts more than a window
      expire(rule.key, 2 * rule.window)
    end`,
    kept: {
      field: "rule.key",
      value: "string.format(three, rule.slot, rule.total, rule.here + rule.cost)",
      span: "rule.window / SLOTS * (SLOTS + 1)",
    },
    standing: `
    remaining, reset = rule.limit - rule.total, now + rule.window`,
  },
  // of its owner's: the µs at which it will be full again, all that need be known of it
  bucket: {
    wait: `
    rule.unit = (rule.window - rule.window % rule.limit) / rule.limit
    rule.fullAt = math.max(now, rule.value or 0)
    if rule.fullAt - now > 2 * rule.window then rule.fullAt = now end
    if rule.cost > rule.limit then
      ahead = rule.window
    else
      ahead = rule.fullAt + (rule.cost - rule.limit) * rule.unit - now
    end`,
    take: `
    rule.fullAt = rule.fullAt + rule.cost * rule.unit`,
    kept: { field: "rule.key", value: "text(rule.fullAt)", span: "rule.fullAt - now" },
    standing: `
    remaining, reset = rule.limit - math.ceil((rule.fullAt - now) / rule.unit), rule.fullAt`,
  },
  // of its owner's: the sum, and the µs of the last
  spell: {
    wait: `
    local sum, last
    if rule.value then sum, last = string.match(rule.value, '(%d+) (%d+)') end
    local live = last and math.abs(now - last) < rule.window
    rule.sum, rule.last = live and sum + 0 or 0, math.max(now, live and last or 0)
    if rule.sum + rule.cost > rule.limit then ahead = rule.window - (live and now - last or 0) end`,
    take: `
    rule.sum = rule.sum + rule.cost`,
    kept: { field: "rule.key", value: "string.format(two, rule.sum, rule.last)", span: "rule.window" },
    standing: `
    remaining, reset = rule.limit - rule.sum, now + rule.window`,
  },
  // of its owner's: each holder, and the µs at which its place falls free
  places: {
    wait: `
    rule.held = 0
    for at = 1, #rule.all, 2 do
      local place = rule.all[at]
      if string.find(place, rule.key, 1, true) == 1 then
        local left = rule.all[at + 1] - now
        if left > 0 and left <= 2 * rule.window then
          rule.held = rule.held + 1
        else
          rule.stale = rule.stale or {}
          table.insert(rule.stale, place)
        end
      end
    end
    if rule.held + rule.cost > rule.limit then ahead = 1000000 end`,
    take: `
    rule.held = rule.held + rule.cost
    if rule.stale then redis.call('HDEL', rule.hash, unpack(rule.stale)) end`,
    kept: { field: "rule.key .. rule.holder", value: "text(now + rule.window)", span: "rule.window" },
    standing: `
    remaining, reset = rule.limit - rule.held, now + 1000000`,
  },
};
