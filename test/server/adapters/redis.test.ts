/** What Redis adds: it goes away and comes back, and it must never evict. */
import { Redis } from "ioredis";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { openRedis } from "../../../server/adapters/redis.ts";
import type { RedisStores } from "../../../server/adapters/redis.ts";
import { redisLimits } from "../../../server/adapters/redis/limits.ts";
import { connect, redisLink, retryDelay } from "../../../server/adapters/redis/link.ts";
import type { LimitRule } from "../../../server/ports.ts";
import { redisMissing, startRedis } from "../../support/redis.ts";
import type { TestRedis } from "../../support/redis.ts";
import { freePort, until } from "../../support/wait.ts";

const session = {
  deviceId: "bear-1",
  sessionId: "0011223344556677",
  boot: 1,
  seq: 0,
  sealedSk: new Uint8Array(8),
  expiresAt: Date.now() + 60_000,
};
describe.skipIf(redisMissing)("a Redis that goes away", () => {
  let server: TestRedis;
  let redis: RedisStores;
  let states: boolean[];
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

  beforeAll(async () => {
    process.on("unhandledRejection", onUnhandled);
    server = await startRedis();
  });
  afterAll(async () => {
    await server.remove();
    process.off("unhandledRejection", onUnhandled);
  });
  beforeEach(async () => {
    // its own list: the link of the test before may still say that it is down
    const told: boolean[] = [];
    states = told;
    redis = await openRedis({ url: server.url, chance: systemChance, onState: (up) => told.push(up) });
  });
  afterEach(() => {
    redis.close();
    expect(unhandled).toEqual([]);
  });

  const methods: [string, () => Promise<unknown>][] = [
    ["nonces.use", () => redis.nonces.use("n", 1000)],
    ["sessions.open", () => redis.sessions.open(session)],
    ["sessions.find", () => redis.sessions.find("bear-1")],
    ["sessions.raise", () => redis.sessions.raise("bear-1", "0011223344556677", 1)],
    ["sessions.end", () => redis.sessions.end("bear-1")],
    ["counters.take", () => redis.counters.take("k", 5, 1000)],
    ["counters.peek", () => redis.counters.peek("k", 5, 1000)],
    ["bus.publish", () => redis.bus.publish("c", "x")],
    ["bus.subscribe", () => redis.bus.subscribe("c", () => {})],
    ["ping", () => redis.ping()],
    ["evictionPolicy", () => redis.evictionPolicy()],
    ["role", () => redis.role()],
  ];
  const allReject = async (): Promise<void> => {
    const answers = await Promise.allSettled(methods.map(([, call]) => call()));
    expect(methods.filter((_, i) => answers[i]!.status === "fulfilled").map(([name]) => name)).toEqual([]);
  };
  const allAnswer = async (): Promise<void> => {
    for (const [, call] of methods) await call();
  };

  /** How many of seven are allowed of a limit of five. */
  const takes = async (key: string): Promise<number> => {
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push(await redis.counters.take(key, 5, 60_000));
    return answers.filter(({ allowed }) => allowed).length;
  };

  test("while it is gone every method rejects, and all work again when it is back", async () => {
    await allAnswer();
    await server.stop();
    await until("the link is down", () => states.at(-1) === false);
    await allReject();
    for (let i = 0; i < 5; i++) await expect(redis.counters.take("rejected", 5, 60_000)).rejects.toThrow();
    await server.start();
    await until("the link is up", () => states.at(-1) === true);
    await allAnswer();
    // what was rejected is not done later
    expect(await takes("rejected")).toBe(5);
    expect(states).toEqual([true, false, true]);
  });

  test("a command under way when it dies is rejected and not sent again", async () => {
    server.pause();
    const underWay = redis.counters.take("once", 5, 60_000).then(
      () => "answered",
      () => "rejected",
    );
    await server.stop();
    expect(await underWay).toBe("rejected");
    await server.start();
    await until("the link is up", () => states.at(-1) === true && states.length > 1);
    expect(await takes("once")).toBe(5);
  });

  test("while it hangs every method rejects, and all work again when it goes on", async () => {
    server.pause();
    await allReject();
    // before the link itself is known to be dead
    expect(states).toEqual([true]);
    await until("the silent link is given up", () => states.at(-1) === false);
    await allReject();
    server.resume();
    await until("the link is up", () => states.at(-1) === true);
    await allAnswer();
  });

  const placeOf = (holder: string, owner: string): LimitRule => ({
    ...{ layer: "tier", kind: "places", key: `p:${owner}`, owner, limit: 1, windowMs: 60_000, holder },
  });
  const isFree = async (owner: string): Promise<boolean> => {
    const { refused } = await redis.limitStore.decide([{ ...placeOf("looks", owner), cost: 0 }]);
    return refused === undefined;
  };

  test("a decision that nobody heard holds no place, though Redis takes it later", async () => {
    server.pause();
    await expect(redis.limitStore.decide([placeOf("h", "anna")])).rejects.toThrow();
    server.resume();
    await until("the place is free", () => isFree("anna"));
    expect(states).toEqual([true]);
  });

  test("a place given back while Redis hangs, or is cut off, is free once it answers", async () => {
    for (const owner of ["ben", "cleo"]) await redis.limitStore.decide([placeOf("h", owner)]);
    server.pause();
    await expect(redis.limitStore.release(placeOf("h", "ben"))).rejects.toThrow();
    await until("the silent link is given up", () => states.at(-1) === false);
    await expect(redis.limitStore.release(placeOf("h", "cleo"))).rejects.toThrow();
    server.resume();
    await until("the link is up", () => states.at(-1) === true);
    for (const owner of ["ben", "cleo"]) await until("the place is free", () => isFree(owner));
  });

  test("a place is given back once, however many decisions are answered meanwhile", async () => {
    let answered = (): void => {};
    const link = {
      defineCommand: (name: string) => void Object.assign(link, { [name]: async () => [0, 0, 1, 1] }),
      hdel: vi.fn(() => new Promise<void>((resolve) => (answered = resolve))),
    };
    const { decide, release } = redisLimits(link as unknown as Redis);
    const given = release(placeOf("h", "dora"));
    for (let n = 0; n < 3; n++) await decide([placeOf(`h${n}`, "dora")]);
    answered();
    await given;
    expect(link.hdel).toHaveBeenCalledTimes(1);
  });

  test("a primary that became a replica is left, and found again as a primary", async () => {
    const raw = new Redis(server.url);
    onTestFinished(() => raw.disconnect());
    expect(await redis.role()).toBe("master");
    await raw.replicaof("127.0.0.1", await freePort());
    await expect(redis.counters.take("k", 5, 60_000)).rejects.toThrow("READONLY");
    await until("the link is left", () => states.includes(false));
    await until("the link is up", () => states.at(-1) === true);
    expect(await redis.role()).toBe("slave");
    await raw.replicaof("NO", "ONE");
    expect((await redis.counters.take("k", 5, 60_000)).allowed).toBe(true);
  });

  test("a subscription comes back by itself and says that it was lost", async () => {
    const heard: string[] = [];
    let lost = 0;
    const stop = await redis.bus.subscribe(
      "c",
      (text) => heard.push(text),
      () => lost++,
    );
    await server.stop();
    await server.start();
    await until("the listener is told", () => lost === 1);
    // a notice is published over the other link
    await until("that link is up", () => states.at(-1) === true && states.length > 1);
    await redis.bus.publish("c", "again");
    await until("the notice comes", () => heard.length > 0);
    expect(heard).toEqual(["again"]);
    expect(lost).toBe(1);
    await stop();
  });

  test("scripts that Redis forgot when it restarted still run", async () => {
    await redis.counters.take("k", 5, 60_000);
    await server.stop();
    await server.start();
    await until("the link is up", () => states.at(-1) === true && states.length > 1);
    expect((await redis.counters.take("k", 5, 60_000)).allowed).toBe(true);
  });
});

describe.skipIf(redisMissing)("a Redis of its own settings", () => {
  async function started(...settings: string[]): Promise<{ redis: RedisStores; url: string }> {
    const server = await startRedis(...settings);
    onTestFinished(() => server.remove());
    const redis = await openRedis({ url: server.url, chance: systemChance });
    onTestFinished(() => redis.close());
    return { redis, url: server.url };
  }

  test.each(["noeviction", "allkeys-lru"])("%s is told as it is", async (policy) => {
    const { redis } = await started("--maxmemory-policy", policy);
    expect(await redis.evictionPolicy()).toBe(policy);
  });

  test("one that is full refuses what would be remembered", async () => {
    const { redis: full } = await started("--maxmemory", "1"); // byte
    await expect(full.nonces.use("n", 1000)).rejects.toThrow(/OOM/);
    await expect(full.counters.take("k", 5, 1000)).rejects.toThrow(/OOM/);
  });

  test("every key of ours has an end", async () => {
    const { redis, url } = await started();
    await redis.nonces.use("n", 60_000);
    await redis.counters.take("k", 5, 60_000);
    await redis.sessions.open({ ...session, expiresAt: Date.now() + 60_000 });
    await redis.sessions.raise(session.deviceId, session.sessionId, 1);
    const raw = new Redis(url);
    onTestFinished(() => raw.disconnect());
    const keys = (await raw.keys("*")).sort();
    expect(keys).toEqual(["bearlink:nonce:n", "bearlink:session:bear-1", "{bear}:k"]);
    for (const key of keys) expect(await raw.pttl(key)).toBeGreaterThan(50_000);
  });
});

describe("reaching Redis", () => {
  test("one that is not there at the start is named by its variable, without its address", async () => {
    const port = await freePort();
    const opening = openRedis({ url: `redis://:secret@127.0.0.1:${port}`, chance: systemChance });
    const error = await opening.then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: "REDIS_AWAY" });
    expect(error?.message).toContain("REDIS_URL");
    expect(error?.message).not.toMatch(/secret|127\.0/);
  });

  test.each([
    { tries: 1, byte: 0, ms: 50 },
    { tries: 1, byte: 255, ms: 100 },
    { tries: 40, byte: 0, ms: 1000 },
    { tries: 40, byte: 255, ms: 2000 },
  ])("try $tries with chance $byte waits $ms ms", ({ tries, byte, ms }) => {
    expect(retryDelay(tries, { bytes: (length) => new Uint8Array(length).fill(byte) })).toBe(ms);
  });
});

describe.skipIf(redisMissing)("a link to Redis", () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.remove());

  test("writes once what it is asked at one moment, and each is answered its own", async () => {
    const link = redisLink({ url: server.url, chance: systemChance });
    onTestFinished(() => link.disconnect());
    await connect(link);
    const write = vi.spyOn(link.stream, "write");
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    const asked = Array.from({ length: 50 }, (_, n) => link.echo(`bear ${n} ü`));
    const [kept, found, ...echoes] = await Promise.all([
      link.set("bytes", bytes),
      link.getBuffer("bytes"),
      ...asked,
    ]);
    expect([kept, found]).toEqual(["OK", bytes]);
    expect(echoes).toEqual(asked.map((_, n) => `bear ${n} ü`));
    expect(write).toHaveBeenCalledTimes(1);
    await link.ping();
    expect(write).toHaveBeenCalledTimes(2);
  });
});
