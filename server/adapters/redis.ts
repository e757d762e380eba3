/** The shared memory of the cells where there are many: Redis, which must never evict. MISSION B05 */
import type { Redis } from "ioredis";
import type { Bus, Chance, Counters, LimitStore, Nonces, OneTime, Revocations, Sessions } from "../ports.ts";
import { countersOn } from "./counters.ts";
import { redisBus } from "./redis/bus.ts";
import { connect, redisLink } from "./redis/link.ts";
import { redisLimits } from "./redis/limits.ts";
import { redisOneTime } from "./redis/one-time.ts";
import { redisNonces, redisRevocations, redisSessions } from "./redis/stores.ts";

export interface RedisStores {
  nonces: Nonces;
  sessions: Sessions;
  limitStore: LimitStore;
  counters: Counters;
  oneTime: OneTime;
  bus: Bus;
  revocations: Revocations;
  /** Rejects within 1 s where Redis does not answer. */
  ping(): Promise<void>;
  /** Must be "noeviction": Redis may then refuse, but forgets no nonce. */
  evictionPolicy(): Promise<string>;
  /** Must be "master": a replica answers, and takes nothing. */
  role(): Promise<string>;
  close(): void;
}

/**
 * Connects, or throws StartError REDIS_AWAY. Afterwards a lost Redis makes every method reject within 1 s, until it is back.
 *
 *     const redis = await openRedis({ url, chance: systemChance, onState: (up) => meter.gauge("redis_up", up ? 1 : 0) });
 */
export async function openRedis(options: {
  url: string;
  chance: Chance;
  /** told of each change, the first connection included */
  onState?: (up: boolean) => void;
}): Promise<RedisStores> {
  const link = redisLink(options);
  const ear = redisLink(options);
  const close = (): void => [link, ear].forEach((each) => each.disconnect());
  watch([link, ear], options.onState ?? (() => {}));
  try {
    await Promise.all([connect(link), connect(ear)]);
  } catch (error) {
    close();
    throw error;
  }
  const limitStore = redisLimits(link);
  return {
    nonces: redisNonces(link),
    sessions: redisSessions(link),
    limitStore,
    counters: countersOn(limitStore),
    oneTime: redisOneTime(link),
    bus: redisBus(link, ear),
    revocations: redisRevocations(link, options.chance),
    async ping() {
      await link.ping();
    },
    // INFO and not CONFIG or ROLE, which hosted Redis refuses
    async evictionPolicy() {
      return /^maxmemory_policy:(\S+)/m.exec(await link.info("memory"))?.[1] ?? "unknown";
    },
    async role() {
      return /^role:(\S+)/m.exec(await link.info("replication"))?.[1] ?? "unknown";
    },
    close,
  };
}

function watch(links: Redis[], onState: (up: boolean) => void): void {
  let wasUp = false;
  const look = (): void => {
    const up = links.every((link) => link.status === "ready");
    if (up !== wasUp) onState(up);
    wasUp = up;
  };
  for (const link of links) link.on("ready", look).on("close", look);
}
