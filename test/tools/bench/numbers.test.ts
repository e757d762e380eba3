import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, percentile, repeatable, summaryOf } from "../../../tools/bench/numbers.ts";

describe("numbers of a bench", () => {
  it.each([
    [[5], 0.95, 5],
    [[1, 2, 3, 4], 0.5, 2],
    [[4, 1, 3, 2], 0.75, 3],
    [Array.from({ length: 100 }, (_, at) => 100 - at), 0.95, 95],
    [Array.from({ length: 100 }, (_, at) => at + 1), 0.99, 99],
    [[10, 9, 8], 1, 10],
  ])("of %j the %d percentile is %d", (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });

  it("a percentile is one of the values, with that share of them not above it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const found = percentile(values, share);
          expect(values).toContain(found);
          expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(
            share * values.length,
          );
        },
      ),
    );
  });

  it("a median lies in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("a summary rounds to a tenth, and leaves what it was given as it was", () => {
    const values = [3.14, 1.26, 2.71];
    expect(summaryOf(values)).toEqual({ count: 3, p50: 2.7, p95: 3.1, p99: 3.1, max: 3.1 });
    expect(values).toEqual([3.14, 1.26, 2.71]);
  });

  it("chance is the same in every run, and not the same for every seed", () => {
    const draw = (seed: number) => Array.from({ length: 50 }, repeatable(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    for (const value of draw(7)) expect(value >= 0 && value < 1).toBe(true);
    expect(Math.max(...draw(7)) - Math.min(...draw(7))).toBeGreaterThan(0.5);
  });
});
