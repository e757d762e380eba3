import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requireRate, resample } from "../../../../server/adapters/sound/resample.ts";
import { frequencyOf, levelOf, middle, peakOf, RATES, sine, wave } from "./waves.ts";

function resampled(from: number, to: number, samples: Float32Array): Float32Array {
  const stage = resample(from, to);
  return Float32Array.from([...stage.push(samples).slice(), ...stage.flush()]);
}

const ways = RATES.flatMap((from) => [8_000, 16_000].map((to) => [from, to] as const));
const narrower = (from: number, to: number) => Math.min(from, to) / 2;

describe("resampling", () => {
  test.each(ways)("%d → %d Hz keeps pitch, time and level up to 0.8 of the narrower band", (from, to) => {
    for (const hz of [200, 1_000, 0.5 * narrower(from, to), 0.8 * narrower(from, to)]) {
      const out = middle(resampled(from, to, sine(from, hz, 0.5)));
      expect(frequencyOf(out, to)).toBeCloseTo(hz, 0);
      expect(Math.abs(levelOf(out) - levelOf(middle(sine(from, hz, 0.5))))).toBeLessThan(0.05);
    }
  });

  test.each(ways.filter(([from, to]) => from > to))("%d → %d Hz lets nothing alias, 60 dB", (from, to) => {
    for (const hz of [to / 2 + 10, 0.55 * to, Math.min(0.9 * to, 0.49 * from)])
      expect(levelOf(middle(resampled(from, to, sine(from, hz, 1))))).toBeLessThan(-60);
  });

  test("8 → 16 kHz makes no images, 60 dB", () => {
    const out = resampled(8_000, 16_000, sine(8_000, 3_000, 1));
    const rest = out.map((x, i) => x - Math.sin((2 * Math.PI * 3_000 * i) / 16_000));
    expect(levelOf(middle(rest))).toBeLessThan(-60);
  });

  test.each(ways)("%d → %d Hz stays in time: a pulse stays where it was", (from, to) => {
    const out = resampled(
      from,
      to,
      wave(from, 0.2, (t) => Math.exp(-(((t - 0.1) / 0.002) ** 2))),
    );
    const top = out.indexOf(peakOf(out));
    expect(Math.abs(top / to - 0.1)).toBeLessThanOrEqual(1 / to);
  });

  test("gives exactly round(n · out / in) samples, however they are cut", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ways),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 }),
        ([from, to], lengths) => {
          const stage = resample(from, to);
          let given = 0;
          for (const length of lengths) given += stage.push(new Float32Array(length)).length;
          given += stage.flush().length;
          const taken = lengths.reduce((sum, length) => sum + length, 0);
          expect(given).toBe(Math.round((taken * to) / from));
        },
      ),
    );
  });

  test("knows the rates it knows", () => {
    for (const rate of RATES) expect(() => requireRate(rate)).not.toThrow();
    expect(() => requireRate(11_025)).toThrow("sound: format");
  });
});
