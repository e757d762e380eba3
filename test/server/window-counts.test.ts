/** Counts of a window: of so many keys, and all of them begin anew at once. */
import { expect, test } from "vitest";
import { createWindowCounts } from "../../server/window-counts.ts";
import { fakeClock } from "../support/clock.ts";

test("a key is counted until its window is over, and then from nothing", async () => {
  const clock = fakeClock();
  const counts = createWindowCounts(clock, { windowMs: 1_000, most: 2 });
  for (const times of [1, 2, 3]) {
    expect(counts.add("a")).toBe(true);
    expect(counts.of("a")).toBe(times);
  }
  await clock.advance(999);
  expect(counts.of("a")).toBe(3);
  await clock.advance(1);
  expect(counts.of("a")).toBe(0);
});

test("a new key without room is not counted, and those that are there go on", async () => {
  const clock = fakeClock();
  const counts = createWindowCounts(clock, { windowMs: 1_000, most: 2 });
  counts.add("a");
  counts.add("b");
  expect([counts.room(), counts.add("c"), counts.of("c"), counts.add("a")]).toEqual([0, false, 0, true]);
  await clock.advance(1_000);
  expect([counts.room(), counts.add("c")]).toEqual([2, true]);
});
