/** What the store of limits decides, in process and in Redis alike, held against a naive model. */
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { redisLimits } from "../../../server/adapters/redis/limits.ts";
import type { LimitRule, LimitStore } from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";
import { redisMissing, startRedis } from "../../support/redis.ts";
import { naiveLimits } from "./naive-limits.ts";

interface Place {
  store: LimitStore;
  now(): number;
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

async function inProcess(): Promise<Place> {
  const clock = fakeClock();
  const store = memoryStores({ clock }).limitStore;
  return { store, now: clock.now, advance: clock.advance, close: async () => {} };
}

/** Of a clock that stands still: the script reads a key in place of the time. */
const KEPT_TIME = "{ math.floor(redis.call('GET', 'now') / 1000), 1000 * (redis.call('GET', 'now') % 1000) }";

async function onRedis(): Promise<Place & { link: Redis }> {
  const server = await startRedis();
  const link = new Redis(server.url);
  let now = 1_800_000_000_000;
  const store = redisLimits(link, KEPT_TIME);
  await link.set("now", now);
  return {
    ...{ store, link },
    now: () => now,
    async advance(ms) {
      now += ms;
      await link.set("now", now);
    },
    async close() {
      link.disconnect();
      await server.remove();
    },
  };
}

const places = [
  { name: "in process", open: inProcess, missing: false, runs: 1_000 },
  { name: "in Redis", open: onRedis, missing: redisMissing, runs: 150 },
];
const HOUR = 3_600_000;

for (const { name, open, missing, runs } of places)
  describe.skipIf(missing)(`limits ${name}${missing ? `: ${missing}` : ""}`, () => {
    let place: Place;
    let keys = 0;
    const rule = (fields: Partial<LimitRule>): LimitRule => ({
      layer: "tier",
      kind: "log",
      key: `k${++keys}`,
      limit: 2,
      windowMs: HOUR,
      ...fields,
    });
    /** How many of `tries` pass. */
    async function passing(tries: number, ...rules: LimitRule[]): Promise<number> {
      let passed = 0;
      for (let i = 0; i < tries; i++) if (!(await place.store.decide(rules)).refused) passed++;
      return passed;
    }

    beforeAll(async () => {
      place = await open();
    });
    afterAll(() => place?.close());

    test("the first rule without room refuses and is named, and nothing is taken from any", async () => {
      const [first, second, third] = [rule({ limit: 9 }), rule({ limit: 1 }), rule({ limit: 9 })];
      await place.store.decide([second]);
      const { refused, retryAfterS, standing } = await place.store.decide([first, second, third]);
      expect(refused).toBe(second);
      expect(retryAfterS).toBe(3600);
      expect(standing).toEqual({ limit: 1, remaining: 0, resetAt: place.now() + HOUR });
      expect(await passing(10, first)).toBe(9);
      expect(await passing(10, third)).toBe(9);
    });

    test("a bucket gives what it holds at once, and then as it fills, in whole seconds", async () => {
      const bucket = rule({ kind: "bucket", limit: 10, windowMs: 25_000 });
      expect(await passing(12, bucket)).toBe(10);
      expect((await place.store.decide([bucket])).retryAfterS).toBe(3);
      await place.advance(2_499);
      expect(await passing(1, bucket)).toBe(0);
      await place.advance(1);
      expect(await passing(2, bucket)).toBe(1);
    });

    test("a bucket that fills within a millisecond gives again", async () => {
      const bucket = rule({ kind: "bucket", limit: 1_000_000, windowMs: 1_000 });
      expect(await passing(3, bucket)).toBe(3);
    });

    test("a bucket gives many at once, and never more than it holds", async () => {
      const bucket = rule({ kind: "bucket", limit: 1_000, windowMs: 1_000 });
      expect(await passing(3, { ...bucket, cost: 400 })).toBe(2);
      expect((await place.store.decide([{ ...bucket, cost: 1_001 }])).refused).toBeDefined();
    });

    test("slots let no more through in any hour than the limit", async () => {
      const slots = rule({ kind: "slots", limit: 3 });
      await place.advance(HOUR - (place.now() % HOUR) + 59_999); // the end of a slot
      expect(await passing(5, slots)).toBe(3);
      await place.advance(HOUR - 1);
      expect(await passing(5, slots)).toBe(0);
      const { retryAfterS } = await place.store.decide([slots]);
      expect(retryAfterS).toBe(1);
      await place.advance(retryAfterS * 1_000);
      expect(await passing(5, slots)).toBe(3);
    });

    test("slots that were left for more than a window begin anew, and nothing of before is taken off later", async () => {
      const slots = rule({ kind: "slots", limit: 3, windowMs: 60_000 });
      await place.advance(60_000 - (place.now() % 60_000));
      for (let i = 0; i < 3; i++) {
        expect(await passing(1, slots)).toBe(1);
        await place.advance(1_000);
      }
      await place.advance(60_000);
      expect(await passing(4, slots)).toBe(3);
      await place.advance(59_000);
      expect(await passing(1, slots)).toBe(0);
    });

    test("what left the window is taken off once, though nothing came in its slot again", async () => {
      const slots = rule({ kind: "slots", limit: 2, windowMs: 60_000 });
      await place.advance(60_000 - (place.now() % 60_000));
      const passed = [await passing(1, slots)];
      // slots of a second: the first one's comes round at 61, and again at 122
      for (const seconds of [30, 32, 30, 32]) {
        await place.advance(seconds * 1_000);
        passed.push(await passing(seconds === 32 ? 2 : 1, slots));
      }
      expect(passed).toEqual([1, 1, 1, 1, 1]);
    });

    test("a spell ends with a pause, and what is refused does not go on with it", async () => {
      const spell = rule({ kind: "spell", limit: 2, windowMs: 1_800_000 });
      expect(await passing(3, spell)).toBe(2);
      await place.advance(1_799_999);
      expect(await place.store.decide([spell])).toMatchObject({ refused: spell, retryAfterS: 1 });
      await place.advance(1);
      expect(await passing(3, spell)).toBe(2);
    });

    test("a place is one holder's until it is given back, or forgotten", async () => {
      const { decide, release } = place.store;
      const of = (holder: string) => ({ ...places, holder });
      const places = rule({ kind: "places", limit: 2, windowMs: 60_000 });
      await decide([of("a")]);
      await decide([of("b")]);
      expect(await decide([of("c")])).toMatchObject({ refused: of("c"), retryAfterS: 1 });
      await release(of("a"));
      expect((await decide([of("c")])).refused).toBeUndefined();
      await place.advance(60_000);
      expect((await decide([of("d")])).refused).toBeUndefined();
    });

    test("what remains is told of the rule that was asked about, and when that changes", async () => {
      const [one, two] = [rule({ limit: 5 }), rule({ limit: 60, windowMs: 60_000 })];
      await place.store.decide([one, two], 1);
      await place.advance(1_000);
      expect((await place.store.decide([one, two], 1)).standing).toEqual({
        limit: 60,
        remaining: 58,
        resetAt: place.now() + 59_000,
      });
      expect((await place.store.decide([one, two], 0)).standing).toMatchObject({ limit: 5, remaining: 2 });
    });

    test("what costs nothing is only looked at", async () => {
      for (const kind of ["log", "slots", "bucket", "spell", "places"] as const) {
        const looked = rule({ kind, limit: 1, holder: "a" });
        expect(await passing(3, { ...looked, cost: 0 })).toBe(3);
        expect(await passing(1, looked)).toBe(1);
        expect(await passing(3, { ...looked, cost: 0, holder: "b" })).toBe(0);
      }
    });

    test("a clock that goes back lets no more through", async () => {
      for (const kind of ["log", "slots", "spell"] as const) {
        const set = rule({ kind, limit: 5 });
        expect(await passing(1, set), kind).toBe(1);
        await place.advance(-HOUR / 2);
        expect(await passing(4, set), kind).toBe(4);
        await place.advance(HOUR / 2 + HOUR - 1);
        expect(await passing(1, set), kind).toBe(0);
      }
    });

    test("a clock that was a day ahead for a moment refuses nobody for a day", async () => {
      for (const kind of ["log", "slots", "bucket", "spell", "places"] as const) {
        const set = (holder: string) => ({ ...before, holder });
        const before = rule({ kind, limit: 2 });
        await place.advance(24 * HOUR);
        for (const holder of ["a", "b"]) expect(await passing(1, set(holder)), kind).toBe(1);
        expect(await passing(1, set("c")), kind).toBe(0);
        await place.advance(-24 * HOUR);
        expect((await place.store.decide([set("c")])).standing.remaining, kind).toBe(1);
        expect(await passing(1, set("d")), kind).toBe(1);
        expect(await passing(1, set("e")), kind).toBe(0);
      }
    });

    test("a clock that is put back by less than a window gives nothing back", async () => {
      for (const kind of ["log", "slots", "bucket", "spell"] as const) {
        const set = rule({ kind, limit: 2 });
        expect(await passing(2, set), kind).toBe(2);
        await place.advance(-HOUR + 1);
        expect(await passing(1, set), kind).toBe(0);
      }
    });

    test("it decides as a list of everything that ever came would", async () => {
      const kinds = fc.constantFrom("log", "slots", "bucket", "spell", "places");
      const made = fc.record({
        kind: kinds,
        limit: fc.integer({ min: 1, max: 5 }),
        // some alone, some kept with others
        owner: fc.constantFrom(undefined, "anna", "ben"),
        // multiples of 60, as an hour and a day are
        windowMs: fc.integer({ min: 1, max: 4 }).map((n) => n * 60_000),
      });
      const arrivals = fc.array(
        fc.record({
          // coarse, so that arrivals often fall on the very edge of a window
          waitMs: fc.integer({ min: 0, max: 30 }).map((n) => n * 1_000 * (n % 4 === 0 ? 4 : 1)),
          chosen: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
          cost: fc.integer({ min: 0, max: 2 }),
        }),
        { maxLength: 40 },
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(made, { minLength: 4, maxLength: 4 }),
          arrivals,
          async (fields, arrivals) => {
            const run = ++keys;
            const rules = fields.map(({ kind, owner, ...each }) =>
              rule({ ...each, kind: kind as LimitRule["kind"], ...(owner && { owner: `${owner}${run}` }) }),
            );
            const naive = naiveLimits();
            for (const [at, { waitMs, chosen, cost }] of arrivals.entries()) {
              await place.advance(waitMs);
              const asked = chosen.map((index) => {
                const { kind } = rules[index]!;
                return {
                  ...rules[index]!,
                  holder: `h${at}`,
                  cost: kind === "places" ? Math.min(1, cost) : cost,
                };
              });
              const expected = naive.decide(asked, place.now());
              const { refused, retryAfterS, standing } = await place.store.decide(asked, asked.length - 1);
              expect(refused?.key).toBe(expected.refused?.key);
              expect(retryAfterS).toBe(expected.retryAfterS);
              expect(standing.remaining).toBe(expected.remaining);
            }
          },
        ),
        { numRuns: runs },
      );
    }, 60_000);
  });

describe.skipIf(redisMissing)(
  `limits in Redis, as they are kept${redisMissing ? `: ${redisMissing}` : ""}`,
  () => {
    let place: Awaited<ReturnType<typeof onRedis>>;
    beforeAll(async () => {
      place = await onRedis();
    });
    afterAll(() => place?.close());
    const rule = (kind: LimitRule["kind"], windowMs: number, owner = "anna"): LimitRule => ({
      ...{ layer: "tier", kind, key: `${kind}:${owner}`, owner, limit: 5, windowMs, holder: "h" },
    });
    const decide = (...rules: LimitRule[]) => place.store.decide(rules);

    test("all of it goes away by itself", async () => {
      const all = (["log", "slots", "bucket", "spell", "places"] as const).map((kind) => rule(kind, HOUR));
      for (const passed of [0, HOUR / 60, HOUR, HOUR / 60]) {
        await place.advance(passed);
        await decide(...all);
        const kept = (await place.link.keys("{bear}:*")).sort();
        expect(kept.length).toBeGreaterThanOrEqual(2);
        for (const key of kept) {
          const left = await place.link.pttl(key);
          expect(left, key).toBeGreaterThan(0);
          expect(left, key).toBeLessThanOrEqual(2.1 * HOUR);
        }
      }
    });

    test("what one owner's rules keep lasts as long as the longest of them asks, whichever comes last", async () => {
      await decide(rule("slots", 24 * HOUR, "ben"), rule("bucket", 1_000, "ben"));
      await decide(rule("bucket", 1_000, "ben"));
      expect(await place.link.pttl("{bear}:of:ben")).toBeGreaterThan(24 * HOUR);
      await decide(rule("bucket", 1_000, "cleo"));
      expect(await place.link.pttl("{bear}:of:cleo")).toBeLessThanOrEqual(1_000);
      await decide(rule("slots", 24 * HOUR, "cleo"));
      expect(await place.link.pttl("{bear}:of:cleo")).toBeGreaterThan(24 * HOUR);
    });

    test("a log that is asked at the end of what was told of it lasts a window from there", async () => {
      const log = rule("log", HOUR, "dora");
      await place.advance(HOUR - (place.now() % HOUR));
      await decide(log);
      await place.link.pexpire("{bear}:log:dora", HOUR); // as an hour later
      await place.advance(HOUR);
      await decide(log);
      expect(await place.link.pttl("{bear}:log:dora")).toBeGreaterThan(HOUR);
    });

    test("no more is kept than the limit asks for", async () => {
      const [log, places] = [rule("log", 60_000, "fay"), rule("places", 60_000, "fay")];
      for (let i = 0; i < 50; i++) {
        await decide({ ...places, holder: `h${i}` }, log);
        await place.advance(13_000);
      }
      expect(await place.link.llen("{bear}:log:fay")).toBe(5);
      // and when it expires
      expect(await place.link.hlen("{bear}:of:fay")).toBe(5 + 1);
    });

    test("numbers, names and holders make no new script: Redis forgets none", async () => {
      const scripts = async () =>
        Number(/number_of_cached_scripts:(\d+)/.exec(await place.link.info("memory"))![1]);
      const all = (n: number) =>
        (["log", "slots", "bucket", "spell", "places"] as const).map((kind) => ({
          ...rule(kind, n * 60_000, `gus${n}`),
          ...{ limit: 10 + n, holder: `h${n}`, ...(kind !== "places" && { cost: 1 + n }) },
        }));
      await decide(...all(1));
      const before = await scripts();
      const defined = vi.spyOn(place.link, "defineCommand");
      for (let n = 2; n < 9; n++) await decide(...all(n));
      expect(await scripts()).toBe(before);
      expect(defined).not.toHaveBeenCalled();
      defined.mockRestore();
    });

    test("sixteen rules fit into one decision", async () => {
      const many = Array.from({ length: 16 }, (_, n) => ({
        ...rule("slots", HOUR, "ida"),
        key: `slots${n}`,
      }));
      expect((await decide(...many)).standing.remaining).toBe(4);
    });

    test("a Redis that forgot its scripts is told them again", async () => {
      const log = rule("log", HOUR, "hal");
      await decide(log);
      await place.link.script("FLUSH");
      expect((await decide(log)).standing.remaining).toBe(3);
    });
  },
);
