/** What every player of the Sound port must do, whoever plays it. */
import { CODEC, codecRate, PEAK_DBFS } from "@bearlink/sdk/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_SOUND_S } from "../../../../server/bounds.ts";
import { SoundError } from "../../../../server/errors.ts";
import type { Sound } from "../../../../server/ports.ts";
import * as w from "./waves.ts";

const HEARD = codecRate(CODEC.S16);

export function describePlayer(name: string, sound: () => Sound, propertyRuns: number): void {
  const through = w.through;

  describe(`${name} hears`, () => {
    test.each(w.CODECS)(
      "a second of sine in codec %d as a second at 16 kHz, as high and as loud",
      async (codec) => {
        const bytes = w.toBytes(codec, w.sine(codecRate(codec), 1000, 0.25));
        const heard = w.toSamples(CODEC.S16, await through(sound().hear(codec), bytes));
        expect(Math.abs(heard.length - HEARD)).toBeLessThanOrEqual(160);
        expect(w.frequencyOf(w.middle(heard), HEARD)).toBeCloseTo(1000, 0);
        expect(w.levelOf(w.middle(heard))).toBeGreaterThan(-12.54);
        expect(w.levelOf(w.middle(heard))).toBeLessThan(-11.54);
      },
    );

    test("nothing of a hum, and all of a voice", async () => {
      const level = async (hz: number) => {
        const bytes = w.toBytes(CODEC.S16, w.sine(HEARD, hz, 0.5));
        return w.levelOf(w.middle(w.toSamples(CODEC.S16, await through(sound().hear(CODEC.S16), bytes))));
      };
      expect(await level(40)).toBeLessThan(-6 - 18);
      expect(await level(300)).toBeGreaterThan(-6.5);
    });

    test("the same, wherever its bytes are cut", async () => {
      const bytes = w.toBytes(CODEC.S16, w.sine(HEARD, 440, 0.7, 0.2));
      const whole = await through(sound().hear(CODEC.S16), bytes, [bytes.length]);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), async (sizes) => {
          expect(await through(sound().hear(CODEC.S16), bytes, sizes)).toEqual(whole);
        }),
        { numRuns: propertyRuns },
      );
    });
  });

  describe(`${name} speaks`, () => {
    const cases = w.CODECS.flatMap((codec) => w.RATES.map((rate) => [rate, codec] as const));

    test.each(cases)("from %d Hz in codec %d: as long, as high", async (rate, codec) => {
      const bytes = w.toBytes(CODEC.S16, w.sine(rate, 1000, 0.25));
      const spoken = w.toSamples(codec, await through(sound().voice(rate, codec), bytes));
      expect(Math.abs(spoken.length / codecRate(codec) - 1)).toBeLessThanOrEqual(0.01);
      expect(w.frequencyOf(w.middle(spoken), codecRate(codec))).toBeCloseTo(1000, 0);
    });

    test.each(cases)("from %d Hz in codec %d: never over −6.5 dBFS", async (rate, codec) => {
      const bytes = w.toBytes(CODEC.S16, w.hardSound(rate));
      const spoken = w.toSamples(codec, await through(sound().voice(rate, codec), bytes));
      expect(20 * Math.log10(w.peakOf(spoken))).toBeLessThanOrEqual(PEAK_DBFS);
      expect(20 * Math.log10(w.peakOf(spoken))).toBeGreaterThan(PEAK_DBFS - 0.5);
    });

    test.each(w.CODECS)("silence in codec %d as silence", async (codec) => {
      const spoken = await through(sound().voice(24_000, codec), new Uint8Array(9_600));
      expect(w.peakOf(w.toSamples(codec, spoken))).toBe(0);
    });

    test("a quiet voice louder, and a loud one no softer than it", async () => {
      const level = async (dB: number) => {
        const bytes = w.toBytes(CODEC.S16, w.sine(24_000, 500, 10 ** (dB / 20)));
        const spoken = await through(sound().voice(24_000, CODEC.S16), bytes);
        return w.levelOf(w.middle(w.toSamples(CODEC.S16, spoken)));
      };
      const [quiet, middling, loud] = [await level(-30), await level(-12), await level(-0.1)];
      expect(quiet).toBeGreaterThan(-22.5);
      expect(quiet).toBeLessThan(-21.5);
      expect(middling).toBeGreaterThan(quiet);
      expect(loud).toBeGreaterThan(middling);
      expect(loud).toBeLessThan(PEAK_DBFS + 0.1);
    });

    test("the same, wherever its bytes are cut", async () => {
      const bytes = w.toBytes(CODEC.S16, w.wave(24_000, 0.2, w.sweep));
      const whole = await through(sound().voice(24_000, CODEC.U8), bytes, [bytes.length]);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), async (sizes) => {
          expect(await through(sound().voice(24_000, CODEC.U8), bytes, sizes)).toEqual(whole);
        }),
        { numRuns: propertyRuns },
      );
    });

    test("what was spoken can be heard", async () => {
      for (const codec of w.CODECS) {
        const spoken = await through(
          sound().voice(22_050, codec),
          w.toBytes(CODEC.S16, w.sine(22_050, 700, 0.3)),
        );
        const heard = w.toSamples(CODEC.S16, await through(sound().hear(codec), spoken));
        expect(Math.abs(heard.length - HEARD)).toBeLessThanOrEqual(160);
        expect(w.frequencyOf(w.middle(heard), HEARD)).toBeCloseTo(700, 0);
      }
    });
  });

  describe(`${name} as a pipe`, () => {
    test("gives sound before it has all of it", async () => {
      const pipe = sound().voice(24_000, CODEC.U8);
      pipe.write(w.toBytes(CODEC.S16, w.sine(24_000, 500, 0.5, 0.1)));
      const first = await pipe.out[Symbol.asyncIterator]().next();
      expect(first.value?.length).toBeGreaterThan(0);
      pipe.destroy();
    });

    test("refuses Opus and rates it does not know", () => {
      expect(() => sound().hear(CODEC.OPUS)).toThrow(new SoundError("format"));
      expect(() => sound().voice(24_000, CODEC.OPUS)).toThrow(new SoundError("format"));
      for (const rate of [0, -1, NaN, 7_999, 1e9])
        expect(() => sound().voice(rate, CODEC.U8)).toThrow(new SoundError("format"));
    });

    test("takes no more than its bound", async () => {
      const pipe = sound().hear(CODEC.U8);
      pipe.write(new Uint8Array(MAX_SOUND_S * 8_000).fill(128));
      pipe.write(new Uint8Array(1));
      pipe.end();
      await expect(w.collect(pipe.out)).rejects.toEqual(new SoundError("size"));
    });

    test("gives nothing for nothing", async () => {
      expect(await through(sound().hear(CODEC.ULAW), new Uint8Array(0))).toHaveLength(0);
      expect(await through(sound().voice(24_000, CODEC.U8), new Uint8Array(0))).toHaveLength(0);
    });

    test("ends at once when destroyed: before a byte, half way, after the end, and twice", async () => {
      const sounds = w.toBytes(CODEC.S16, w.sine(24_000, 500, 0.5, 0.5));
      const before = sound().voice(24_000, CODEC.U8);
      before.destroy();
      expect(await w.collect(before.out)).toHaveLength(0);

      const halfWay = sound().voice(24_000, CODEC.U8);
      halfWay.write(sounds);
      for await (const bytes of halfWay.out) if (bytes.length > 0) halfWay.destroy();
      halfWay.write(sounds);
      halfWay.end();

      const afterEnd = sound().voice(24_000, CODEC.U8);
      afterEnd.write(sounds);
      afterEnd.end();
      afterEnd.destroy();
      afterEnd.destroy();
      expect(await w.collect(afterEnd.out)).toHaveLength(0);
    });

    test("does not keep its reader waiting when it is destroyed", async () => {
      const pipe = sound().hear(CODEC.U8);
      const reading = w.collect(pipe.out);
      await new Promise(setImmediate);
      pipe.destroy();
      expect(await reading).toHaveLength(0);
    });
  });
}
