/** A Redis that may forget, or takes nothing, under a whole cell: it runs, and says that it is not ready. MISSION B05 */
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { startCell } from "../support/cell.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { freePort } from "../support/wait.ts";

test.skipIf(redisMissing)("on a Redis that evicts, /readyz is 503 and names the policy", async () => {
  const redis = await startRedis("--maxmemory-policy", "allkeys-lru");
  const cell = await startCell({ REDIS_URL: redis.url });
  try {
    const answer = await fetch(`${cell.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ status: "unready", checks: { redis: "eviction_policy" } });
    expect((await fetch(`${cell.url}/healthz`)).status).toBe(200);
  } finally {
    await cell.stop();
    await redis.remove();
  }
});

test.skipIf(redisMissing)("on a Redis that is a replica, /readyz is 503 and says so", async () => {
  const redis = await startRedis();
  const cell = await startCell({ REDIS_URL: redis.url });
  const raw = new Redis(redis.url);
  try {
    await raw.replicaof("127.0.0.1", await freePort());
    const answer = await fetch(`${cell.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ status: "unready", checks: { redis: "replica" } });
  } finally {
    raw.disconnect();
    await cell.stop();
    await redis.remove();
  }
});
