/** No sample leaves above the ceiling: the gain falls before a peak arrives, and rises slowly after it. */
import { NO_SAMPLES, scratch, type Stage } from "./stage.ts";

/** s that the limiter looks ahead, and so delays */
export const LOOK_AHEAD_S = 0.004;
/** s in which the gain rises again by two thirds */
const RELEASE_S = 0.06;

/**
 * The gain is the least that any sample in the window asks for, let rise slowly, then averaged over the same window.
 * When a sample leaves, every gain in that average was taken with the sample in sight, so the average is low enough.
 */
export function limiter(rate: number, ceiling: number): Stage {
  const width = Math.round(LOOK_AHEAD_S * rate) + 1;
  const release = 1 - Math.exp(-1 / (RELEASE_S * rate));
  const waiting = new Float32Array(width);
  const asked = new Float64Array(width).fill(1);
  const gains = new Float64Array(width).fill(1);
  const room = scratch();
  let at = 0;
  let least = 1;
  let gain = 1;
  let sum = width;
  let seen = 0;

  const step = (sample: number): number => {
    const size = Math.abs(sample);
    const leaving = asked[at]!;
    asked[at] = size > ceiling ? ceiling / size : 1;
    if (asked[at]! <= least) least = asked[at]!;
    else if (leaving === least) least = asked.reduce((a, b) => Math.min(a, b));
    gain = Math.min(least, gain + release * (1 - gain));
    sum += gain - gains[at]!;
    gains[at] = gain;
    waiting[at] = sample;
    at = (at + 1) % width;
    const limited = (waiting[at]! * sum) / width;
    return Math.max(-ceiling, Math.min(ceiling, limited)); // what rounding adds
  };

  return {
    push(samples) {
      const limited = room(samples.length);
      let made = 0;
      for (let i = 0; i < samples.length; i++) {
        const sample = step(samples[i]!);
        if (++seen >= width) limited[made++] = sample;
      }
      return limited.subarray(0, made);
    },
    flush() {
      if (seen === 0) return NO_SAMPLES;
      const silence = new Float32Array(width - 1);
      return this.push(silence);
    },
  };
}
