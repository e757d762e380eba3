import { CODEC, codecRate } from "@bearlink/sdk/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { typescriptSound } from "../../../../server/adapters/sound/sound.ts";
import { describePlayer } from "./player.ts";
import * as w from "./waves.ts";

describePlayer("TypeScript", () => typescriptSound, 50);

test("no sound at all comes out over −6.5 dBFS, at any rate, in any codec", async () => {
  const piece = fc.oneof(
    fc.record({ level: fc.constantFrom(-1, 1, 0.5), length: fc.integer({ min: 1, max: 200 }) }),
    fc.record({
      level: fc.double({ min: -1, max: 1, noNaN: true }),
      length: fc.integer({ min: 1, max: 2000 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...w.RATES),
      fc.constantFrom(...w.CODECS),
      fc.array(piece, { minLength: 1, maxLength: 20 }),
      async (rate, codec, pieces) => {
        const samples = pieces.flatMap(({ level, length }) => Array<number>(length).fill(level));
        const bytes = w.toBytes(CODEC.S16, Float32Array.from(samples));
        const spoken = await w.through(typescriptSound.voice(rate, codec), bytes);
        expect(20 * Math.log10(w.peakOf(w.toSamples(codec, spoken)))).toBeLessThanOrEqual(-6.5);
        expect(w.toSamples(codec, spoken)).toHaveLength(
          Math.round((samples.length * codecRate(codec)) / rate),
        );
      },
    ),
    { numRuns: 200 },
  );
});
