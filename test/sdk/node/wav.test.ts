import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CLIPS, CODEC } from "@bearlink/sdk/protocol";
import {
  clipSamples,
  decodeSound,
  encodeSound,
  readWav,
  resample,
  WavError,
  writeWav,
} from "@bearlink/sdk/node";

/** A WAV file of any PCM; `values` are −1 … 1, one a channel. */
function wav(rate: number, bits: number, float: boolean, channels: number, values: number[]): Uint8Array {
  const width = bits / 8;
  const data = Buffer.alloc(values.length * channels * width);
  values.forEach((value, i) => {
    for (let channel = 0; channel < channels; channel++) {
      const at = (i * channels + channel) * width;
      if (float) data.writeFloatLE(value, at);
      else if (bits === 8) data.writeUInt8(Math.round(value * 127) + 128, at);
      else data.writeIntLE(Math.round(value * (2 ** (bits - 1) - 1)), at, width);
    }
  });
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(float ? 3 : 1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * width, 28);
  head.writeUInt16LE(channels * width, 32);
  head.writeUInt16LE(bits, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return new Uint8Array(Buffer.concat([head, data]));
}

const sine = (rate: number, hz: number, seconds: number): number[] =>
  Array.from({ length: rate * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));

/** RMS of the middle, on the scale of −1 … 1. */
function level(samples: Int16Array): number {
  const middle = samples.subarray(samples.length >> 2, (samples.length * 3) >> 2);
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length) / 32_768;
}

describe("a WAV file", () => {
  test("comes back as it was written", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 500 }), (values) => {
        const samples = Int16Array.from(values);
        expect(readWav(writeWav(samples))).toEqual(samples);
      }),
    );
  });

  test.each([
    [8_000, 8, false, 1],
    [8_000, 16, false, 2],
    [16_000, 24, false, 1],
    [22_050, 16, false, 1],
    [24_000, 32, false, 1],
    [44_100, 16, false, 2],
    [48_000, 32, true, 2],
  ] as const)(
    "of %d Hz, %d bits, float %s, %d channels keeps its tone at 8 kHz",
    (rate, bits, float, channels) => {
      const samples = readWav(wav(rate, bits, float, channels, sine(rate, 440, 0.5)));
      expect(samples.length).toBe(4_000);
      expect(level(samples)).toBeCloseTo(0.5 / Math.SQRT2, 2);
    },
  );

  test("says what is wrong with it, and never throws anything else", () => {
    const good = wav(8_000, 16, false, 1, [0, 0.5, 1]);
    expect(() => readWav(new Uint8Array(3))).toThrow("this is not a WAV file");
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const spoiled = good.slice(0, length);
        if (at < length) spoiled[at] = byte;
        try {
          readWav(spoiled);
        } catch (error) {
          expect(error).toBeInstanceOf(WavError);
        }
      }),
    );
  });
});

describe("sound", () => {
  test("over the new rate's half is removed, not folded over", () => {
    const high = Int16Array.from(sine(48_000, 6_000, 0.3), (value) => value * 32_767);
    expect(level(resample(high, 48_000, 8_000))).toBeLessThan(0.01);
  });

  test.each([
    [CODEC.S16, 0],
    [CODEC.U8, 256],
    [CODEC.ULAW, 1_024],
  ] as const)("in codec %d comes back within %d", (codec, within) => {
    const samples = Int16Array.from({ length: 1_000 }, (_, i) => -32_000 + i * 64);
    const back = decodeSound(codec, encodeSound(codec, samples));
    samples.forEach((sample, i) => expect(Math.abs(back[i]! - sample)).toBeLessThanOrEqual(within));
  });

  test("of each clip is there, and never over −6.5 dBFS", () => {
    for (const clip of CLIPS) {
      const peak = Math.max(...clipSamples(clip).map(Math.abs));
      expect(peak).toBeGreaterThan(1_000);
      expect(peak).toBeLessThan(32_768 * 10 ** (-6.5 / 20));
    }
  });
});
