/** Quiet hours by the clocks on the wall: over midnight, in their own zone, and when the clocks change. */
import { describe, expect, test } from "vitest";
import { isQuiet, quietUntil } from "../../server/quiet-hours.ts";
import type { QuietHours } from "../../server/quiet-hours.ts";

const at = (text: string) => Date.parse(text);
const NIGHT: QuietHours = { from: "20:00", to: "07:00", timeZone: "Europe/Berlin" };
const NOON: QuietHours = { from: "12:00", to: "14:00", timeZone: "UTC" };

describe("it is quiet", () => {
  test.each([
    [NOON, "2026-06-01T11:59:59.999Z", false],
    [NOON, "2026-06-01T12:00:00Z", true],
    [NOON, "2026-06-01T13:59:59.999Z", true],
    [NOON, "2026-06-01T14:00:00Z", false],
    // two hours ahead of UTC in summer, one in winter
    [NIGHT, "2026-06-01T17:59:00Z", false],
    [NIGHT, "2026-06-01T18:00:00Z", true],
    [NIGHT, "2026-12-01T18:59:00Z", false],
    [NIGHT, "2026-12-01T19:00:00Z", true],
    [NIGHT, "2026-06-01T22:30:00Z", true],
    [NIGHT, "2026-06-02T04:59:00Z", true],
    [NIGHT, "2026-06-02T05:00:00Z", false],
    // 2026-10-25: at 03:00 in Berlin it is 02:00 again; seven in the morning is 06:00 UTC from then on
    [NIGHT, "2026-10-25T05:59:00Z", true],
    [NIGHT, "2026-10-25T06:00:00Z", false],
    // 2026-03-29: at 02:00 it is 03:00
    [NIGHT, "2026-03-29T04:59:00Z", true],
    [NIGHT, "2026-03-29T05:00:00Z", false],
    [{ from: "23:30", to: "00:15", timeZone: "Asia/Kathmandu" }, "2026-06-01T18:00:00Z", true],
    [{ from: "20:00", to: "20:00", timeZone: "UTC" }, "2026-06-01T20:00:00Z", false],
  ] as const)("%j at %s: %s", (hours, when, quiet) => expect(isQuiet(hours, at(when))).toBe(quiet));
});

test("it is quiet until it is not, to the minute", () => {
  expect(quietUntil(NIGHT, at("2026-06-01T22:30:12.345Z"))).toBe(at("2026-06-02T05:00:00Z"));
  expect(quietUntil(NIGHT, at("2026-06-01T10:00:00Z"))).toBe(at("2026-06-01T10:00:00Z"));
});
