import fc from "fast-check";
import { expect, test } from "vitest";
import { codecBytes } from "@bearlink/sdk/protocol";
import { isPlayedOut, nextSample, openBuffer, pushSamples, takeSamples } from "@bearlink/sdk/toy";
import type { PlayBuffer } from "@bearlink/sdk/toy";

/** Plays `samples` as a speaker does, and answers what was heard. */
function play(buffer: PlayBuffer, samples: number): number[] {
  const heard: number[] = [];
  while (heard.length < samples) {
    const piece = takeSamples(buffer, samples - heard.length);
    if (!piece) break;
    heard.push(...piece);
  }
  return heard;
}

test("it plays from 160 ms", () => {
  const buffer = openBuffer(0, 1_000);
  pushSamples(buffer, 0, new Uint8Array(1_279));
  expect(takeSamples(buffer, 1)).toBeUndefined();
  pushSamples(buffer, 1_279, new Uint8Array(1));
  expect(takeSamples(buffer, 1)).toHaveLength(1);
});

test("it plays less than 160 ms when its end is known", () => {
  const buffer = openBuffer(0, 1_000);
  pushSamples(buffer, 0, new Uint8Array(10));
  buffer.ended = true;
  expect(play(buffer, 100)).toHaveLength(10);
  expect(isPlayedOut(buffer)).toBe(true);
  expect(buffer.underruns).toBe(0);
});

test("an underrun is counted once, and 160 ms are waited for again", () => {
  const buffer = openBuffer(0, 1_000);
  pushSamples(buffer, 0, new Uint8Array(1_280));
  play(buffer, 1_280);
  for (let i = 0; i < 5; i++) expect(takeSamples(buffer, 100)).toBeUndefined();
  expect(buffer.underruns).toBe(1);
  pushSamples(buffer, 1_280, new Uint8Array(800));
  expect(takeSamples(buffer, 100)).toBeUndefined();
  pushSamples(buffer, 2_080, new Uint8Array(800));
  expect(takeSamples(buffer, 100)).toHaveLength(100);
});

test.each([
  [0, 0x80],
  [1, 0xff],
  [3, 0],
] as const)("a gap in codec %d is silence, and is counted", (codec, silence) => {
  const buffer = openBuffer(codec, 1_000);
  const width = codecBytes(codec);
  pushSamples(buffer, 3, new Uint8Array(2 * width).fill(7));
  buffer.ended = true;
  expect(play(buffer, 5 * width)).toEqual([
    ...Array<number>(3 * width).fill(silence),
    ...Array<number>(2 * width).fill(7),
  ]);
  expect(buffer.lost).toBe(3);
});

test("what is late, twice, half a sample, or more than it may hold is not taken", () => {
  const buffer = openBuffer(3, 1_000);
  expect(pushSamples(buffer, 0, new Uint8Array(200))).toBe(true);
  expect(pushSamples(buffer, 0, new Uint8Array(200))).toBe(false);
  expect(pushSamples(buffer, 50, new Uint8Array(200))).toBe(false);
  expect(pushSamples(buffer, 100, new Uint8Array(3))).toBe(false);
  expect(pushSamples(buffer, 100, new Uint8Array(40_000))).toBe(false);
  expect(pushSamples(buffer, 0xfffffff0, new Uint8Array(200))).toBe(true); // a gap too long to fill is skipped
  expect(buffer.held).toBe(200);
});

const steps = fc.array(
  fc.oneof(
    fc.record({
      push: fc.integer({ min: 1, max: 1_000 }),
      gap: fc.constantFrom(0, 0, 0, 1, 300, 20_000, -1),
    }),
    fc.record({ take: fc.integer({ min: 1, max: 1_000 }) }),
  ),
  { maxLength: 60 },
);

test("it never holds more than its bound, and plays each sample at most once and in order", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const buffer = openBuffer(0, 500);
      let at = 0;
      let played = 0;
      for (const step of all) {
        if ("push" in step) {
          const from = Math.max(0, at + step.gap);
          if (pushSamples(buffer, from, new Uint8Array(step.push))) at = from + step.push;
        } else played += play(buffer, step.take).length;
        expect(buffer.held).toBeLessThanOrEqual(buffer.most);
        expect(buffer.held).toBe(buffer.pieces.reduce((sum, piece) => sum + piece.length, 0));
        expect(nextSample(buffer)).toBeGreaterThanOrEqual(played);
        expect(nextSample(buffer)).toBeLessThanOrEqual(buffer.end);
      }
    }),
  );
});
