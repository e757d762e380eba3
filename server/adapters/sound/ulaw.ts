/** G.711 µ-law: eight segments, each twice as coarse as the one below. ITU-T G.711 table 2 */

/** added before a sample is cut into segment and step, so that segments begin at powers of two */
const BIAS = 132;
/** the largest sample with a segment; louder ones clip */
const CLIP = 32_635;

/** The code of a 16-bit sample: of the level at most half a step of its segment away. */
export function ulawEncode(sample: number): number {
  const biased = Math.min(Math.abs(sample), CLIP) + BIAS;
  const segment = 24 - Math.clz32(biased);
  const step = (biased >> (segment + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

/** The 16-bit sample of each code. */
export const ULAW_LEVELS = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const size = ((((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 7)) - BIAS;
  return bits & 0x80 ? -size : size;
});
