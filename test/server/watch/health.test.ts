import { expect, test } from "vitest";
import { embedded, OK, readiness } from "../../../server/watch/health.ts";
import { fakeClock } from "../../support/clock.ts";

test("ready where every check is; one that rejects, throws or speaks at length is down", async () => {
  const clock = fakeClock();
  const never = (): never => {
    throw new Error("postgres://user:password@db.internal is away");
  };
  const ready = readiness(clock, { database: async () => OK, broker: async () => embedded(false) });
  expect(await ready()).toEqual({ ready: true, checks: { database: "ok", broker: "embedded" } });
  const unready = readiness(clock, {
    database: async () => never(),
    redis: never,
    schema: async () => ({ ready: false, word: "eviction_policy" }),
    ffmpeg: async () => ({ ready: true, word: "at 10.0.0.1:6379" }),
  });
  expect(await unready()).toEqual({
    ready: false,
    checks: { database: "down", redis: "down", schema: "eviction_policy", ffmpeg: "down" },
  });
  expect(clock.waiting).toBe(0);
});

test("an embedded default is ready in development only", () => {
  expect(embedded(false)).toEqual({ ready: true, word: "embedded" });
  expect(embedded(true)).toEqual({ ready: false, word: "embedded" });
});

test("an answer is given again for a second, and those who ask meanwhile share it", async () => {
  const clock = fakeClock();
  let asked = 0;
  const ready = readiness(clock, {
    database: async () => {
      asked++;
      return OK;
    },
  });
  await Promise.all([ready(), ready(), ready()]);
  await clock.advance(999);
  await ready();
  expect(asked).toBe(1);
  await clock.advance(1);
  await ready();
  expect(asked).toBe(2);
});

test("a check that hangs is a timeout after 2 s, and is not asked again while it hangs", async () => {
  const clock = fakeClock();
  let asked = 0;
  let settle = (): void => {};
  const ready = readiness(clock, {
    redis: () => {
      asked++;
      return new Promise((resolve) => (settle = () => resolve(OK)));
    },
  });
  for (let i = 0; i < 3; i++) {
    const answer = ready();
    await clock.advance(2_000);
    expect(await answer).toEqual({ ready: false, checks: { redis: "timeout" } });
  }
  expect(asked).toBe(1);
  settle();
  await clock.advance(1_000);
  const answer = ready();
  await clock.advance(1);
  expect(asked).toBe(2);
  settle();
  expect(await answer).toEqual({ ready: true, checks: { redis: "ok" } });
});
