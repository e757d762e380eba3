/** `bear demo`: what a newcomer runs first does all it promises, and leaves nothing but the answer. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { answerOf, bear, newFolder } from "../../support/processes.ts";
import { expectSound } from "../../walks/support.ts";

test(
  "bear demo starts a cell, makes and pairs a toy, asks, and saves the answer",
  { timeout: 120_000 },
  async () => {
    const folder = newFolder();
    const temporary = newFolder();
    try {
      const ended = await bear(["demo", "--out", "x.wav", "--json"], { TMPDIR: temporary.path }, folder.path);
      const told = answerOf(ended);
      expect(told).toMatchObject({ outcome: "reply", transcript: null, lost: 0, underruns: 0 });
      expect(told.out).toBe(folder.file("x.wav"));
      expect(told.reply).toMatch(/\w+.* I am a toy bear, and I am a machine\.$/);
      expect(told.peak_dbfs).toBeLessThanOrEqual(-6.5);

      const { samples, rate } = readPlainWav(readFileSync(folder.file("x.wav")));
      expect(samples.length / rate).toBeCloseTo(told.seconds as number, 3);
      expect(samples.length / rate).toBeGreaterThan(5);
      expectSound(samples, rate);

      expect(readdirSync(folder.path)).toEqual(["x.wav"]);
      // what reads TypeScript keeps code there
      expect(readdirSync(temporary.path).filter((name) => !name.startsWith("tsx-"))).toEqual([]);
    } finally {
      folder.remove();
      temporary.remove();
    }
  },
);

/** A WAV file as the simplest of players reads it: the header in its place, the sizes true. */
function readPlainWav(bytes: Buffer): { samples: Int16Array; rate: number } {
  const tags = [0, 8, 12, 36].map((at) => bytes.toString("latin1", at, at + 4));
  expect(tags).toEqual(["RIFF", "WAVE", "fmt ", "data"]);
  const size = bytes.readUInt32LE(40);
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  expect(size).toBe(bytes.length - 44);
  const rate = bytes.readUInt32LE(24);
  const [format, channels, byteRate, width, bits] = [
    bytes.readUInt16LE(20),
    bytes.readUInt16LE(22),
    bytes.readUInt32LE(28),
    bytes.readUInt16LE(32),
    bytes.readUInt16LE(34),
  ];
  expect({ format, channels, byteRate, width, bits }).toEqual({
    ...{ format: 1, channels: 1, byteRate: rate * 2, width: 2, bits: 16 },
  });
  return { samples: Int16Array.from({ length: size / 2 }, (_, i) => bytes.readInt16LE(44 + 2 * i)), rate };
}
