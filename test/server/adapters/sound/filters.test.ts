import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compressor } from "../../../../server/adapters/sound/compressor.ts";
import { highpass, HIGHPASS_HZ } from "../../../../server/adapters/sound/highpass.ts";
import { limiter, LOOK_AHEAD_S } from "../../../../server/adapters/sound/limiter.ts";
import { levelOf, middle, peakOf, sine } from "./waves.ts";

function limited(samples: Float32Array, ceiling = 0.47, rate = 16_000): Float32Array {
  const stage = limiter(rate, ceiling);
  return Float32Array.from([...stage.push(samples).slice(), ...stage.flush()]);
}

describe("the high-pass", () => {
  test.each([8_000, 16_000])("at %d Hz halves the power at its corner, and 12 dB an octave below", (rate) => {
    const level = (hz: number) => levelOf(middle(highpass(rate).push(sine(rate, hz, 1, 2))));
    expect(level(HIGHPASS_HZ)).toBeCloseTo(-3, 0);
    expect(level(HIGHPASS_HZ / 4)).toBeLessThan(-23);
    expect(level(HIGHPASS_HZ * 4)).toBeGreaterThan(-0.1);
  });
});

describe("the compressor", () => {
  test("raises what is quiet by 8 dB, and what is above −20 dBFS by a third of a dB a dB", () => {
    const level = (dB: number) =>
      levelOf(middle(compressor(8_000).push(sine(8_000, 700, 10 ** (dB / 20))))) - dB;
    expect(level(-50)).toBeCloseTo(8, 1);
    expect(level(-24)).toBeCloseTo(8, 1);
    expect(level(-8) - level(-2)).toBeCloseTo(4, 0);
  });
});

describe("the limiter", () => {
  test("leaves alone what is under its ceiling, each sample in its place", () => {
    const samples = sine(16_000, 440, 0.4);
    expect(limited(samples)).toEqual(samples);
  });

  test("gives as many samples as it took, none over the ceiling, and none the wrong way round", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { maxLength: 500 }), (list) => {
        const samples = Float32Array.from(list);
        const out = limited(samples);
        expect(out).toHaveLength(samples.length);
        expect(peakOf(out)).toBeLessThanOrEqual(Math.fround(0.47));
        out.forEach((x, i) => expect(x * samples[i]!).toBeGreaterThanOrEqual(0));
      }),
    );
  });

  test("turns down rather than cuts: a sine far too loud is still a sine", () => {
    const out = middle(limited(sine(16_000, 500, 1)));
    const size = peakOf(out);
    expect(size).toBeGreaterThan(0.45);
    const phase = 2 * Math.PI * ((500 * 4_000) / 16_000);
    const rest = out.map((x, i) => x - size * Math.sin(phase + (2 * Math.PI * 500 * i) / 16_000));
    expect(levelOf(rest)).toBeLessThan(levelOf(out) - 30);
  });

  test("turns down before a peak and no sooner than it looks ahead", () => {
    const samples = new Float32Array(1_000).fill(0.4);
    samples[500] = 1;
    const out = limited(samples);
    expect(out[500]).toBeCloseTo(0.47, 2);
    const changed = out.findIndex((x) => x < 0.3999);
    expect(changed).toBeLessThan(500);
    expect(changed).toBeGreaterThanOrEqual(500 - LOOK_AHEAD_S * 16_000);
  });
});
