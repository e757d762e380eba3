/** Brings a quiet voice up and a loud one nearer to it: an 8-bit DAC has no room for a whisper. */
import { NO_SAMPLES, scratch, type Stage } from "./stage.ts";

/** the envelope above which a sound grows more slowly: −20 dBFS */
const THRESHOLD = 10 ** (-20 / 20);
/** dB in for one dB more, above the threshold */
const RATIO = 3;
/** +8 dB for everything: a voice at full scale comes out at about −5.3 dBFS, just under the limiter's hand */
const MAKE_UP = 10 ** (8 / 20);
/** s */
const ATTACK_S = 0.005;
const RELEASE_S = 0.15;

export function compressor(rate: number): Stage {
  const attack = 1 - Math.exp(-1 / (ATTACK_S * rate));
  const release = 1 - Math.exp(-1 / (RELEASE_S * rate));
  const room = scratch();
  let envelope = 0;
  return {
    push(samples) {
      const levelled = room(samples.length);
      for (let i = 0; i < samples.length; i++) {
        const size = Math.abs(samples[i]!);
        envelope += (size > envelope ? attack : release) * (size - envelope);
        const gain = envelope > THRESHOLD ? MAKE_UP * (envelope / THRESHOLD) ** (1 / RATIO - 1) : MAKE_UP;
        levelled[i] = samples[i]! * gain;
      }
      return levelled;
    },
    flush: () => NO_SAMPLES,
  };
}
