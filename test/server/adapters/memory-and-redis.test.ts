/** What every store of the cells' shared memory does, in process and on Redis alike. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { openRedis } from "../../../server/adapters/redis.ts";
import type {
  Bus,
  Counters,
  LiveSession,
  Nonces,
  OneTime,
  Revocations,
  Sessions,
} from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";
import { redisMissing, startRedis } from "../../support/redis.ts";
import { pause, until } from "../../support/wait.ts";

interface Place {
  stores: {
    nonces: Nonces;
    sessions: Sessions;
    counters: Counters;
    oneTime: OneTime;
    bus: Bus;
    revocations: Revocations;
  };
  now(): number;
  wait(ms: number): Promise<void>;
  close(): Promise<void>;
}

async function inProcess(): Promise<Place> {
  const clock = fakeClock();
  return { stores: memoryStores({ clock }), now: clock.now, wait: clock.advance, close: async () => {} };
}

async function onRedis(): Promise<Place> {
  const server = await startRedis();
  const stores = await openRedis({ url: server.url, chance: systemChance });
  return {
    stores,
    now: () => Date.now(),
    wait: pause,
    async close() {
      stores.close();
      await server.remove();
    },
  };
}

const places = [
  { name: "in process", open: inProcess, missing: false, blurMs: 0, runs: 300 },
  // Redis reads the same clock as this process, a moment later and to the µs
  { name: "on Redis", open: onRedis, missing: redisMissing, blurMs: 1, runs: 8 },
];

for (const { name, open, missing, blurMs, runs } of places)
  describe.skipIf(missing)(`shared memory ${name}${missing ? `: ${missing}` : ""}`, () => {
    let place: Place;
    let ids = 0;
    const newId = (): string => `id${++ids}`;
    const session = (fields: Partial<LiveSession>): LiveSession => ({
      deviceId: "bear-1",
      sessionId: "0011223344556677",
      boot: 1,
      seq: 0,
      sealedSk: new Uint8Array([0, 255, 10, 13]),
      expiresAt: place.now() + 60_000,
      ...fields,
    });

    beforeAll(async () => {
      place = await open();
    });
    afterAll(() => place?.close());

    describe("nonces", () => {
      test("one nonce is used once, however many try at the same time", async () => {
        const nonce = newId();
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => place.stores.nonces.use(nonce, 60_000)),
        );
        expect(answers.filter((first) => first)).toHaveLength(1);
      });

      test("its mark dies after its time", async () => {
        const nonce = newId();
        expect(await place.stores.nonces.use(nonce, 100)).toBe(true);
        await place.wait(120);
        expect(await place.stores.nonces.use(nonce, 100)).toBe(true);
      });
    });

    describe("sessions", () => {
      test("what is opened is found whole, bytes and all", async () => {
        const opened = session({ deviceId: newId(), boot: 4_294_967_295, seq: 7 });
        expect(await place.stores.sessions.open(opened)).toBe(true);
        expect(await place.stores.sessions.find(opened.deviceId)).toEqual(opened);
      });

      test("an unknown toy has none", async () => {
        expect(await place.stores.sessions.find(newId())).toBeUndefined();
        expect(await place.stores.sessions.raise(newId(), "0011223344556677", 1)).toBe(false);
      });

      test.each([
        { boot: 2, seq: 3, opens: false, name: "the same pair" },
        { boot: 2, seq: 2, opens: false, name: "a lower seq" },
        { boot: 1, seq: 9, opens: false, name: "a lower boot with a higher seq" },
        { boot: 2, seq: 4, opens: true, name: "a higher seq" },
        { boot: 10, seq: 0, opens: true, name: "a higher boot, compared as a number" },
      ])("over (2, 3), $name opens: $opens", async ({ boot, seq, opens }) => {
        const deviceId = newId();
        const former = session({ deviceId, boot: 2, seq: 3 });
        await place.stores.sessions.open(former);
        const later = session({ deviceId, boot, seq, sessionId: "ffffffffffffffff" });
        expect(await place.stores.sessions.open(later)).toBe(opens);
        expect(await place.stores.sessions.find(deviceId)).toEqual(opens ? later : former);
      });

      test("of many claims at once the highest pair stands", async () => {
        const deviceId = newId();
        const order = fc.sample(fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 }), 1)[0]!;
        await Promise.all(order.map((boot) => place.stores.sessions.open(session({ deviceId, boot }))));
        expect((await place.stores.sessions.find(deviceId))?.boot).toBe(8);
      });

      test("n only rises, by any step, and one of many that raise to the same n does", async () => {
        const { deviceId, sessionId } = session({ deviceId: newId() });
        await place.stores.sessions.open(session({ deviceId }));
        const { raise } = place.stores.sessions;
        const same = await Promise.all(Array.from({ length: 20 }, () => raise(deviceId, sessionId, 5)));
        expect(same.filter((raised) => raised)).toHaveLength(1);
        expect(await raise(deviceId, sessionId, 4)).toBe(false);
        expect(await raise(deviceId, sessionId, 10)).toBe(true);
        expect(await raise(deviceId, sessionId, 9)).toBe(false);
        expect(await raise(deviceId, "ffffffffffffffff", 11)).toBe(false);
      });

      test("a new session counts n anew", async () => {
        const { deviceId, sessionId } = session({ deviceId: newId() });
        await place.stores.sessions.open(session({ deviceId }));
        await place.stores.sessions.raise(deviceId, sessionId, 9);
        await place.stores.sessions.open(session({ deviceId, boot: 2, sessionId: "ffffffffffffffff" }));
        expect(await place.stores.sessions.raise(deviceId, sessionId, 10)).toBe(false);
        expect(await place.stores.sessions.raise(deviceId, "ffffffffffffffff", 1)).toBe(true);
      });

      test("a session ends when it is ended, and by itself", async () => {
        const { sessions } = place.stores;
        const ended = session({ deviceId: newId() });
        await sessions.open(ended);
        await sessions.end(ended.deviceId);
        expect(await sessions.find(ended.deviceId)).toBeUndefined();
        const short = session({ deviceId: newId(), expiresAt: place.now() + 100 });
        await sessions.open(short);
        await sessions.raise(short.deviceId, short.sessionId, 1);
        await place.wait(120);
        expect(await sessions.find(short.deviceId)).toBeUndefined();
        expect(await sessions.raise(short.deviceId, short.sessionId, 2)).toBe(false);
      });
    });

    describe("what is taken once", () => {
      test("is had whole by the first of many, and by nobody after", async () => {
        const key = newId();
        const { oneTime } = place.stores;
        await oneTime.keep(key, "für einen: ✓", 60_000);
        const answers = await Promise.all(Array.from({ length: 20 }, () => oneTime.take(key)));
        expect(answers.filter((value) => value !== undefined)).toEqual(["für einen: ✓"]);
        expect(await oneTime.take(key)).toBeUndefined();
      });

      test("is gone after its time, and was never there under another key", async () => {
        const key = newId();
        const { oneTime } = place.stores;
        await oneTime.keep(key, "late", 100);
        expect(await oneTime.take(newId())).toBeUndefined();
        await place.wait(120);
        expect(await oneTime.take(key)).toBeUndefined();
      });
    });

    describe("counters", () => {
      test("of many at once exactly the limit passes", async () => {
        const key = newId();
        const answers = await Promise.all(
          Array.from({ length: 30 }, () => place.stores.counters.take(key, 20, 60_000)),
        );
        expect(answers.filter(({ allowed }) => allowed)).toHaveLength(20);
        expect(answers.at(-1)?.retryAfterS).toBeGreaterThan(55);
        expect(answers.at(-1)?.retryAfterS).toBeLessThanOrEqual(60);
      });

      test("to look counts nothing", async () => {
        const { counters } = place.stores;
        const key = newId();
        for (let i = 0; i < 3; i++)
          expect(await counters.peek(key, 1, 60_000)).toMatchObject({ allowed: true, retryAfterS: 0 });
        await counters.take(key, 1, 60_000);
        expect((await counters.peek(key, 1, 60_000)).allowed).toBe(false);
      });

      test("what is refused is not counted, and the window slides", async () => {
        const { counters } = place.stores;
        const key = newId();
        expect((await counters.take(key, 1, 300)).allowed).toBe(true);
        expect(await counters.take(key, 1, 300)).toMatchObject({ allowed: false, retryAfterS: 1 });
        await place.wait(320);
        expect((await counters.take(key, 1, 300)).allowed).toBe(true);
      });

      test("keys are apart", async () => {
        const { counters } = place.stores;
        await counters.take(newId(), 1, 60_000);
        expect((await counters.take(newId(), 1, 60_000)).allowed).toBe(true);
      });

      test("it decides as a list of all arrivals would", async () => {
        const arrivals = fc.array(fc.record({ waitMs: fives(8), looks: fc.boolean() }), { maxLength: 25 });
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fives(24), arrivals, decidesAsAList),
          { numRuns: runs },
        );
      });

      // coarse, so that arrivals often fall on the very edge of a window
      function fives(most: number): fc.Arbitrary<number> {
        return fc.integer({ min: 1, max: most }).map((n) => n * 5);
      }

      async function decidesAsAList(
        limit: number,
        windowMs: number,
        arrivals: { waitMs: number; looks: boolean }[],
      ): Promise<void> {
        const { take, peek } = place.stores.counters;
        const key = newId();
        // each one counted happened between these two moments
        const counted: { from: number; to: number }[] = [];
        for (const { waitMs, looks } of arrivals) {
          await place.wait(waitMs);
          const from = place.now();
          const { allowed } = await (looks ? peek : take)(key, limit, windowMs);
          const to = place.now() + blurMs;
          const surely = counted.filter((one) => one.from > to - windowMs).length;
          const perhaps = counted.filter((one) => one.to > from - windowMs).length;
          if (surely >= limit) expect(allowed).toBe(false);
          if (perhaps < limit) expect(allowed).toBe(true);
          if (allowed && !looks) counted.push({ from, to });
        }
      }
    });

    describe("revocations", () => {
      test("the mark stays while no session ends, is the same for all who ask, and another after each end", async () => {
        const { revocations } = place.stores;
        const asked = await Promise.all(Array.from({ length: 5 }, () => revocations.mark()));
        const marks = [...new Set(asked)];
        expect(marks).toHaveLength(1);
        for (let ends = 0; ends < 3; ends++) {
          await revocations.changed();
          marks.push(await revocations.mark());
        }
        expect(new Set(marks).size).toBe(4);
        expect(await revocations.mark()).toBe(marks[3]);
      });
    });

    describe("bus", () => {
      test("a notice reaches every listener of its channel and no other", async () => {
        const { bus } = place.stores;
        const heard: string[] = [];
        const stopA = await bus.subscribe("one", (text) => heard.push(`a ${text}`));
        const stopB = await bus.subscribe("one", (text) => heard.push(`b ${text}`));
        const stopC = await bus.subscribe("two", (text) => heard.push(`c ${text}`));
        await bus.publish("one", "x");
        await until("both heard it", () => heard.length >= 2);
        expect(heard.sort()).toEqual(["a x", "b x"]);
        await stopA();
        await bus.publish("one", "y");
        await bus.publish("two", "z");
        await until("the others heard theirs", () => heard.length >= 4);
        expect(heard.sort()).toEqual(["a x", "b x", "b y", "c z"]);
        await stopB();
        await stopC();
        await stopC();
      });

      test("a notice that is too long is refused", async () => {
        await expect(place.stores.bus.publish("one", "x".repeat(8_193))).rejects.toThrow(RangeError);
      });
    });
  });
