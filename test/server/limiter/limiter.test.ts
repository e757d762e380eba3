import { describe, expect, test } from "vitest";
import { systemHash } from "../../../server/adapters/hash.ts";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { createClaimLimiter, createSignInLimiter } from "../../../server/limiter/limiter.ts";
import { fakeClock } from "../../support/clock.ts";

const MINUTE = 60_000;

function setUp() {
  const clock = fakeClock();
  const { counters } = memoryStores({ clock });
  return { clock, counters, limits: createClaimLimiter({ counters }) };
}

/** How many of `tries` are allowed. */
async function allowed(tries: number, ask: (i: number) => Promise<{ allowed: boolean }>): Promise<number> {
  let count = 0;
  for (let i = 0; i < tries; i++) if ((await ask(i)).allowed) count++;
  return count;
}

describe("requests of an address", () => {
  test("600 a minute pass, and the minute slides", async () => {
    const { clock, limits } = setUp();
    expect(await allowed(300, () => limits.request("203.0.113.7"))).toBe(300);
    await clock.advance(MINUTE / 2);
    expect(await allowed(400, () => limits.request("203.0.113.7"))).toBe(300);
    expect(await limits.request("203.0.113.7")).toMatchObject({ allowed: false, retryAfterS: 30 });
    await clock.advance(MINUTE / 2);
    expect(await allowed(400, () => limits.request("203.0.113.7"))).toBe(300);
  });

  test("all addresses of an IPv6 /64 are one, and another /64 is another", async () => {
    const { limits } = setUp();
    expect(await allowed(700, (i) => limits.request(`2001:db8::${i.toString(16)}`))).toBe(600);
    expect((await limits.request("2001:db8:0:1::1")).allowed).toBe(true);
  });
});

describe("failures", () => {
  test("an address fails 20 times a minute, under whatever ids", async () => {
    const { clock, limits } = setUp();
    expect(await allowed(30, (i) => limits.failure("203.0.113.7", `bear-${i}`))).toBe(20);
    expect((await limits.failure("203.0.113.8", "bear-x")).allowed).toBe(true);
    await clock.advance(MINUTE);
    expect(await allowed(30, (i) => limits.failure("203.0.113.7", `bear-later-${i}`))).toBe(20);
  });

  test("an id fails 5 times in 15 minutes, from whatever addresses", async () => {
    const { clock, limits } = setUp();
    expect(await allowed(8, (i) => limits.failure(`203.0.113.${i}`, "bear-1"))).toBe(5);
    expect(await limits.failure("203.0.113.9", "bear-1")).toMatchObject({
      allowed: false,
      retryAfterS: 15 * 60,
    });
    expect((await limits.failure("203.0.113.9", "bear-2")).allowed).toBe(true);
    await clock.advance(15 * MINUTE);
    expect((await limits.failure("203.0.113.9", "bear-1")).allowed).toBe(true);
  });

  test("an address past its limit fills the counters with no more ids", async () => {
    const { counters } = setUp();
    const keys = new Set<string>();
    const take: typeof counters.take = (key, ...limit) => (keys.add(key), counters.take(key, ...limit));
    const limits = createClaimLimiter({ counters: { ...counters, take } });
    await allowed(600, (i) => limits.failure("203.0.113.7", `bear-${i}`));
    expect(keys.size).toBe(1 + 20);
  });

  test("failures do not use up what an address may ask, nor the other way round", async () => {
    const { limits } = setUp();
    await allowed(30, (i) => limits.failure("203.0.113.7", `bear-${i}`));
    expect(await allowed(601, () => limits.request("203.0.113.7"))).toBe(600);
  });
});

test("where the counters are away it rejects, and allows nothing", async () => {
  const away = () => Promise.reject(new Error("away"));
  const limits = createClaimLimiter({ counters: { take: away, peek: away } });
  await expect(limits.request("203.0.113.7")).rejects.toThrow("away");
  await expect(limits.failure("203.0.113.7", "bear-1")).rejects.toThrow("away");
});

describe("sign-ins", () => {
  const HOME = "203.0.113.7";
  const STRANGER = "198.51.100.9";

  test("of an account are 20 an address, and what a stranger is refused does not count for the household", async () => {
    const { counters } = setUp();
    const limits = createSignInLimiter({ counters, hash: systemHash });
    const attempt = (address: string) => () => limits.attempt("pip@example.org", address);
    expect(await allowed(500, attempt(STRANGER))).toBe(20);
    expect(await allowed(30, attempt(HOME))).toBe(20);
  });

  test("of an account are 100 from all addresses together", async () => {
    const { counters } = setUp();
    const limits = createSignInLimiter({ counters, hash: systemHash });
    expect(await allowed(200, (i) => limits.attempt("pip@example.org", `10.0.0.${i}`))).toBe(100);
    expect((await limits.attempt("other@example.org", HOME)).allowed).toBe(true);
  });
});
