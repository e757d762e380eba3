/** Nonces, sessions and counters that all cells share: each decision is one command or one script, so that no two cells decide alike. */
import type { Redis } from "ioredis";
import type { Counters, LiveSession, Nonces, Sessions } from "../../ports.ts";

export function redisNonces(link: Redis): Nonces {
  return {
    async use(nonce, ms) {
      return (await link.set(`bearlink:nonce:${nonce}`, "", "PX", ms, "NX")) === "OK";
    },
  };
}

/** KEYS: session. ARGV: id, boot, seq, sealed sk, epoch ms of its end. */
const OPEN = `
local former = redis.call('HMGET', KEYS[1], 'boot', 'seq')
if former[1] then
  local boot, seq = tonumber(former[1]), tonumber(former[2])
  local newBoot, newSeq = tonumber(ARGV[2]), tonumber(ARGV[3])
  if newBoot < boot or (newBoot == boot and newSeq <= seq) then return 0 end
end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'boot', ARGV[2], 'seq', ARGV[3], 'sk', ARGV[4], 'ends', ARGV[5], 'n', 0)
redis.call('PEXPIREAT', KEYS[1], ARGV[5])
return 1`;

/** KEYS: session. ARGV: id, n. */
const RAISE = `
local held = redis.call('HMGET', KEYS[1], 'id', 'n')
if held[1] ~= ARGV[1] or tonumber(ARGV[2]) <= tonumber(held[2]) then return 0 end
redis.call('HSET', KEYS[1], 'n', ARGV[2])
return 1`;

export function redisSessions(link: Redis): Sessions {
  const keyOf = (deviceId: string): string => `bearlink:session:${deviceId}`;
  return {
    async open({ deviceId, sessionId, boot, seq, sealedSk, expiresAt }) {
      const key = keyOf(deviceId);
      return (await link.eval(OPEN, 1, key, sessionId, boot, seq, Buffer.from(sealedSk), expiresAt)) === 1;
    },
    async find(deviceId): Promise<LiveSession | undefined> {
      const [id, boot, seq, sk, ends] = await link.hmgetBuffer(
        keyOf(deviceId),
        "id",
        "boot",
        "seq",
        "sk",
        "ends",
      );
      if (!id || !sk) return undefined;
      return {
        deviceId,
        sessionId: String(id),
        boot: Number(boot),
        seq: Number(seq),
        sealedSk: new Uint8Array(sk),
        expiresAt: Number(ends),
      };
    },
    async raise(deviceId, sessionId, n) {
      return (await link.eval(RAISE, 1, keyOf(deviceId), sessionId, n)) === 1;
    },
    async end(deviceId) {
      await link.del(keyOf(deviceId));
    },
  };
}

/** KEYS: log. ARGV: limit, window in ms, 1 to count. Answers ms until the next would pass, 0 where it passed. Times are Redis' own, in µs; Lua would print them rounded without a format. */
const SLIDING_LOG = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit, window = tonumber(ARGV[1]), ARGV[2] * 1000
-- the log is full where the limit-th newest is still in the window
local filler = redis.call('ZREVRANGE', KEYS[1], limit - 1, limit - 1, 'WITHSCORES')[2]
if filler and filler + window > now then return math.ceil((filler + window - now) / 1000) end
if ARGV[3] == '1' then
  local at = string.format('%.0f', now)
  -- adding comes first: a Redis that is full refuses a script only before it has written
  redis.call('ZADD', KEYS[1], at, at .. '-' .. redis.call('ZCARD', KEYS[1]))
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0`;

export function redisCounters(link: Redis): Counters {
  const ask = async (key: string, limit: number, windowMs: number, counted: 0 | 1) => {
    // hash-tagged: limits that are asked together may live together. MISSION B02
    const waitMs = Number(
      await link.eval(SLIDING_LOG, 1, `bearlink:count:{${key}}`, limit, windowMs, counted),
    );
    return { allowed: waitMs === 0, retryAfterS: Math.ceil(waitMs / 1000) };
  };
  return {
    take: (key, limit, windowMs) => ask(key, limit, windowMs, 1),
    peek: (key, limit, windowMs) => ask(key, limit, windowMs, 0),
  };
}
