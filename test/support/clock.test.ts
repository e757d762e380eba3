import { describe, expect, test } from "vitest";
import { fakeClock } from "./clock.ts";

describe("the clock that stands still", () => {
  test("fires timers in the order of their moments, also those set meanwhile", async () => {
    const clock = fakeClock(1000);
    const fired: string[] = [];
    clock.after(30, () => fired.push(`late ${clock.now()}`));
    clock.after(10, () => {
      fired.push(`first ${clock.now()}`);
      clock.after(5, () => fired.push(`second ${clock.now()}`));
    });
    const cancel = clock.after(20, () => fired.push("cancelled"));
    cancel();
    await clock.advance(29);
    expect(fired).toEqual(["first 1010", "second 1015"]);
    expect(clock.now()).toBe(1029);
    await clock.advance(1);
    expect(fired).toEqual(["first 1010", "second 1015", "late 1030"]);
    expect(clock.waiting).toBe(0);
  });

  test("lets promises run between two timers", async () => {
    const clock = fakeClock(0);
    const seen: number[] = [];
    clock.after(10, () => void Promise.resolve().then(() => seen.push(clock.now())));
    clock.after(20, () => seen.push(clock.now()));
    await clock.advance(20);
    expect(seen).toEqual([10, 20]);
  });
});
