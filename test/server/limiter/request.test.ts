import { describe, expect, test } from "vitest";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { createRequestLimiter } from "../../../server/limiter/request.ts";
import { tiers } from "../../../server/limiter/tiers.ts";
import { TIERS } from "../../../server/ports.ts";
import type { LimitRule, LimitStore, RequestAsked, RequestDecision } from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";

const HOUR = 3_600_000;

test("the tiers are those of MISSION B04", () => {
  const rows = TIERS.map((tier) => Object.values(tiers[tier]));
  expect(rows).toEqual([
    [60, 1_000, 10_000, 4_000, 2],
    [300, 10_000, 100_000, 8_000, 10],
    [1_000, 50_000, 500_000, 32_000, 50],
    [5_000, 200_000, 2_000_000, 128_000, 200],
  ]);
});

function setUp(perMinute = 1_000) {
  const clock = fakeClock();
  const limiter = createRequestLimiter(memoryStores({ clock }), { perMinute });
  let asked = 0;
  const ask = (change: Partial<RequestAsked> = {}): Promise<RequestDecision> =>
    limiter.request({
      address: "203.0.113.7",
      endpoint: "/a",
      limit: "address",
      reading: true,
      payer: { id: "family", tier: "free" },
      holder: `request-${++asked}`,
      ...change,
    });
  /** Asks until it is refused, and says after how many and by whom. */
  async function until(change: Partial<RequestAsked> = {}): Promise<{ passed: number } & RequestDecision> {
    for (let passed = 0; ; passed++) {
      const decision = await ask(change);
      if (decision.layer) return { passed, ...decision };
      await decision.release?.();
    }
  }
  return { clock, ask, until };
}

describe("each layer alone refuses, and is named:", () => {
  test("the address, 1,000 a minute of all that ask from there", async () => {
    const { until, ask } = setUp();
    expect(await until({ payer: undefined })).toMatchObject({
      passed: 1_000,
      layer: "address",
      retryAfterS: 60,
    });
    expect((await ask()).layer).toBe("address");
    expect((await ask({ address: "203.0.113.8" })).layer).toBeUndefined();
  });

  test("the tier, whatever addresses its family asks from", async () => {
    const { until, ask } = setUp();
    expect(await until()).toMatchObject({ passed: 60, layer: "tier", tier: "free", retryAfterS: 60 });
    expect((await ask({ address: "203.0.113.8" })).layer).toBe("tier");
    expect((await ask({ payer: { id: "another", tier: "free" } })).layer).toBeUndefined();
  });

  test.each([
    ["chat", true, 30, 2],
    ["chat", false, 10, 2],
    ["models", true, 30, 2],
    ["credentials", true, 20, 60],
    ["admin", true, 10, 6],
    ["keys", true, 5, 12],
    ["keys", false, 2, 12],
  ] as const)("the endpoint: %s, reading %s, %i at once", async (limit, reading, passed, retryAfterS) => {
    const { until, ask } = setUp();
    const payer = { id: "family", tier: "pro" as const };
    expect(await until({ limit, reading, payer })).toMatchObject({ passed, layer: "endpoint", retryAfterS });
    const other = await ask({ limit, reading, payer, endpoint: "/b" });
    // whoever guesses has no more tries at another route
    expect(other.layer).toBe(limit === "credentials" ? "endpoint" : undefined);
    // a second principal from the same address. MISSION A01
    expect((await ask({ limit, reading, payer: { id: "another", tier: "pro" } })).layer).toBeUndefined();
  });

  test("the burst, 20 at once that change something", async () => {
    const { until, clock } = setUp();
    expect(await until({ reading: false })).toMatchObject({ passed: 20, layer: "burst", retryAfterS: 1 });
    await clock.advance(1_000);
    expect(await until({ reading: false })).toMatchObject({ passed: 1, layer: "burst" });
  });
});

describe.each(TIERS)("the tier %s", (tier) => {
  const payer = { id: "family", tier };

  test("has its minute, and tells it", async () => {
    const { until, clock, ask } = setUp(1_000_000);
    const { perMinute } = tiers[tier];
    expect((await ask({ payer })).standing).toEqual({
      limit: perMinute,
      remaining: perMinute - 1,
      resetAt: clock.now() + 60_000,
    });
    await clock.advance(1);
    expect(await until({ payer })).toMatchObject({
      passed: perMinute - 1,
      layer: "tier",
      standing: { limit: perMinute, remaining: 0, resetAt: clock.now() + 59_999 },
    });
  });

  test("has its hour, its day and its number under way, after its minute", async () => {
    const asked: LimitRule[] = [];
    const { limitStore } = memoryStores({ clock: fakeClock() });
    const decide: LimitStore["decide"] = (rules, told) => (
      asked.push(...rules),
      limitStore.decide(rules, told)
    );
    const limiter = createRequestLimiter({ limitStore: { ...limitStore, decide } }, { perMinute: 1_000 });
    const request = { address: "203.0.113.7", endpoint: "/a", limit: "address", reading: false } as const;
    await limiter.request({ ...request, payer, holder: "a" });
    const { perMinute, perHour, perDay, concurrent } = tiers[tier];
    expect(asked.map(({ layer, kind, limit, windowMs }) => [layer, kind, limit, windowMs])).toEqual([
      ["address", "log", 1_000, 60_000],
      ["tier", "log", perMinute, 60_000],
      ["tier", "slots", perHour, HOUR],
      ["tier", "slots", perDay, 24 * HOUR],
      ["tier", "places", concurrent, expect.any(Number)],
      ["burst", "bucket", 20, 20 * (60_000 / perMinute)],
    ]);
  });

  test("has its number of requests under way that change something", async () => {
    const { ask } = setUp(1_000_000);
    const change = { payer, reading: false };
    const { concurrent } = tiers[tier];
    // a burst is smaller than what the large tiers may have at once
    const count = Math.min(concurrent, 20);
    const under = await Promise.all(Array.from({ length: count }, () => ask(change)));
    expect(under.every(({ layer }) => layer === undefined)).toBe(true);
    if (concurrent > 20) return;
    expect(await ask(change)).toMatchObject({ layer: "tier", retryAfterS: 1 });
    expect((await ask({ payer })).layer).toBeUndefined();
    await under[0]!.release!();
    expect((await ask(change)).layer).toBeUndefined();
  });
});

test("a request that is refused takes nothing from any layer", async () => {
  const { until, ask, clock } = setUp();
  const keys = { limit: "keys", endpoint: "/keys" } as const;
  await until(keys); // 5 of the tier's 60 are taken
  for (let i = 0; i < 100; i++) expect((await ask(keys)).layer).toBe("endpoint");
  expect((await until()).passed).toBe(55);
  expect(clock.now()).toBeGreaterThan(0);
});

test("where the store is away it rejects", async () => {
  const away = () => Promise.reject(new Error("away"));
  const limiter = createRequestLimiter({ limitStore: { decide: away, release: away } }, { perMinute: 1 });
  const asked = { address: "203.0.113.7", endpoint: "/a", limit: "address", reading: true } as const;
  await expect(limiter.request({ ...asked, payer: undefined, holder: "a" })).rejects.toThrow("away");
});
