/** Nonces and sessions that all cells share: each decision is one command or one script, so that no two cells decide alike. */
import { toHex } from "@bearlink/sdk/protocol";
import type { Redis } from "ioredis";
import type { Chance, LiveSession, Nonces, Revocations, Sessions } from "../../ports.ts";

export function redisNonces(link: Redis): Nonces {
  return {
    async use(nonce, ms) {
      return (await link.set(`bearlink:nonce:${nonce}`, "", "PX", ms, "NX")) === "OK";
    },
  };
}

const MARK = "bearlink:sessions-ended";
const MARK_BYTES = 8;

/** The mark is chance, and no count: one that Redis forgot does not come back as another. */
export function redisRevocations(link: Redis, { bytes }: Chance): Revocations {
  const newMark = (): string => toHex(bytes(MARK_BYTES));
  return {
    async mark() {
      const there = await link.get(MARK);
      if (there !== null) return there;
      const made = newMark();
      // of many that find none, one makes it
      return (await link.set(MARK, made, "NX")) === "OK" ? made : ((await link.get(MARK)) ?? newMark());
    },
    async changed() {
      await link.set(MARK, newMark());
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
