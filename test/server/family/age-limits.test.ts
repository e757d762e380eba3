import { describe, expect, test } from "vitest";
import { limitsOf, NOTHING_CHOSEN } from "../../../server/family/age-limits.ts";

describe("how much a child may talk", () => {
  // MISSION C42
  test.each([
    [0, 20, 10, 50, 200],
    [3, 20, 10, 50, 200],
    [4, 20, 10, 50, 200],
    [5, 30, 15, 75, 400],
    [6, 30, 15, 75, 400],
    [7, 40, 25, 90, 800],
    [8, 40, 25, 90, 800],
    [9, 45, 35, 95, 1200],
    [10, 45, 35, 95, 1200],
    [11, 50, 45, 100, 1500],
    [13, 50, 45, 100, 1500],
    [17, 50, 45, 100, 1500],
  ])("at %i: %i model calls an hour, %i minutes and %i turns a session, %i turns a day", (age, ...row) => {
    const { modelCallsAnHour, minutesASession, turnsASession, turnsADay } = limitsOf(age);
    expect([modelCallsAnHour, minutesASession, turnsASession, turnsADay]).toEqual(row);
  });

  test("a parent lowers each of them apart, and raises none", () => {
    const chosen = { ...NOTHING_CHOSEN, modelCallsAnHour: 5, turnsADay: 10_000 };
    expect(limitsOf(4, chosen)).toEqual({ ...limitsOf(4), modelCallsAnHour: 5 });
    expect(limitsOf(4, { ...chosen, turnsASession: 0 }).turnsASession).toBe(0);
  });
});
