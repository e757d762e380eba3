/** Chance as the chip has it: a seed that is the same at every start. */

const SEED = 0x2545f491;

export interface Chance {
  /** 32 bits */
  next(): number;
  seed(value: number): void;
}

/** xorshift32 */
export function openChance(): Chance {
  let state = SEED;
  return {
    next() {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state | 0;
    },
    seed(value) {
      state = value | 0 || SEED;
    },
  };
}
