/** IMA ADPCM, four bits a sample, low nibble first: how the phrase book keeps sound small. IMA Digital Audio Focus 1992 */

const STEPS = [
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97,
  107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724,
  796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026,
  4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500,
  20350, 22385, 24623, 27086, 29794, 32767,
];
const INDEX_MOVES = [-1, -1, -1, -1, 2, 4, 6, 8];

interface State {
  predicted: number;
  index: number;
}

/** Two samples a byte, from silence; an odd last sample is followed by one of padding. */
export function encodeIma(samples: Int16Array): Uint8Array {
  const state: State = { predicted: 0, index: 0 };
  const bytes = new Uint8Array(Math.ceil(samples.length / 2));
  for (let at = 0; at < bytes.length * 2; at++) {
    const nibble = nearest(state, samples[at] ?? 0);
    step(state, nibble);
    bytes[at >> 1]! |= at % 2 === 0 ? nibble : nibble << 4;
  }
  return bytes;
}

export function decodeIma(bytes: Uint8Array): Int16Array {
  const state: State = { predicted: 0, index: 0 };
  const samples = new Int16Array(bytes.length * 2);
  for (let at = 0; at < samples.length; at++) {
    const byte = bytes[at >> 1]!;
    samples[at] = step(state, at % 2 === 0 ? byte & 15 : byte >> 4);
  }
  return samples;
}

function nearest(state: State, sample: number): number {
  const difference = sample - state.predicted;
  const quarters = Math.floor((Math.abs(difference) * 4) / STEPS[state.index]!);
  return (difference < 0 ? 8 : 0) | Math.min(7, quarters);
}

/** What a decoder makes of one nibble; the encoder walks along, so that errors do not add up. */
function step(state: State, nibble: number): number {
  const size = STEPS[state.index]!;
  const change =
    (size >> 3) + (nibble & 1 ? size >> 2 : 0) + (nibble & 2 ? size >> 1 : 0) + (nibble & 4 ? size : 0);
  state.predicted = clamp(state.predicted + (nibble & 8 ? -change : change), -32768, 32767);
  state.index = clamp(state.index + INDEX_MOVES[nibble & 7]!, 0, STEPS.length - 1);
  return state.predicted;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
