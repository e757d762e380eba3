/** Takes hum, wind and the toy's own handling noise from under a voice: a second-order Butterworth. */
import { NO_SAMPLES, scratch, type Stage } from "./stage.ts";

/** Hz; children's voices begin at about 200 */
export const HIGHPASS_HZ = 120;

/** Coefficients after R. Bristow-Johnson's "Audio EQ Cookbook", as ffmpeg's `highpass` has them. */
export function highpass(rate: number): Stage {
  const w = (2 * Math.PI * HIGHPASS_HZ) / rate;
  const alpha = Math.sin(w) * Math.SQRT1_2;
  const a0 = 1 + alpha;
  const b0 = (1 + Math.cos(w)) / 2 / a0;
  const b1 = -2 * b0;
  const a1 = (-2 * Math.cos(w)) / a0;
  const a2 = (1 - alpha) / a0;
  const room = scratch();
  let z1 = 0;
  let z2 = 0;
  return {
    push(samples) {
      const filtered = room(samples.length);
      for (let i = 0; i < samples.length; i++) {
        const x = samples[i]!;
        const y = b0 * x + z1;
        z1 = b1 * x - a1 * y + z2;
        z2 = b0 * x - a2 * y;
        filtered[i] = y;
      }
      return filtered;
    },
    flush: () => NO_SAMPLES,
  };
}
