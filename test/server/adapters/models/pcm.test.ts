import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createConverter } from "../../../../server/adapters/models/pcm.ts";
import type { PcmFormat } from "../../../../server/adapters/models/wav.ts";
import { cutInto } from "../../../support/models.ts";

const S16: PcmFormat = { rate: 24_000, channels: 1, bits: 16, float: false };

function convert(format: PcmFormat, pieces: readonly Uint8Array[]): Buffer {
  const converter = createConverter(format, 24_000);
  return Buffer.concat([...pieces.map((piece) => Buffer.from(converter.push(piece))), converter.end()]);
}

/** s16le mono of a sine at half of full scale */
function sine(hz: number, rate: number, seconds: number): Buffer {
  const bytes = Buffer.alloc(Math.round(rate * seconds) * 2);
  for (let at = 0; at < bytes.length / 2; at++) {
    bytes.writeInt16LE(Math.round(16_384 * Math.sin((2 * Math.PI * hz * at) / rate)), at * 2);
  }
  return bytes;
}

/** amplitude of `hz` in s16le mono at 24 kHz, as a share of full scale, its ends left out */
function level(pcm: Buffer, hz: number): number {
  const [from, to] = [2_400, pcm.length / 2 - 2_400];
  let [re, im] = [0, 0];
  for (let at = from; at < to; at++) {
    const angle = (2 * Math.PI * hz * at) / 24_000;
    re += pcm.readInt16LE(at * 2) * Math.cos(angle);
    im += pcm.readInt16LE(at * 2) * Math.sin(angle);
  }
  return (2 * Math.hypot(re, im)) / (to - from) / 32_768;
}

describe("sound of the rate and kind that is wanted", () => {
  it("comes through unchanged, in whole samples, however it is cut", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (bytes, size) => {
        const converter = createConverter(S16, 24_000);
        const got = cutInto(bytes, size).map((piece) => converter.push(piece));
        for (const piece of got) {
          expect(piece.length % 2).toBe(0);
          if (piece.length > 0) expect(piece.byteOffset % 2).toBe(0);
        }
        expect(Buffer.concat(got)).toEqual(Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))));
      }),
    );
  });
});

it("a piece that lies at an odd offset is moved", () => {
  const piece = createConverter(S16, 24_000).push(new Uint8Array([9, 1, 2, 3, 4]).subarray(1));
  expect(piece.byteOffset % 2).toBe(0);
  expect([...piece]).toEqual([1, 2, 3, 4]);
});

describe("sound of another kind", () => {
  it.each<[string, PcmFormat, (buffer: Buffer, value: number, at: number) => void]>([
    ["8 bits", { ...S16, bits: 8 }, (to, value, at) => to.writeUInt8(value * 128 + 128, at)],
    ["24 bits", { ...S16, bits: 24 }, (to, value, at) => to.writeIntLE(value * 0x800000, at, 3)],
    ["32 bits", { ...S16, bits: 32 }, (to, value, at) => to.writeInt32LE(value * 0x80000000, at)],
    ["floats", { ...S16, bits: 32, float: true }, (to, value, at) => to.writeFloatLE(value, at)],
  ])("has the same values: %s", (_name, format, write) => {
    const values = [0, 0.25, -0.5, 0.75, -1];
    const bytes = Buffer.alloc((values.length * format.bits) / 8);
    values.forEach((value, at) => write(bytes, value, (at * format.bits) / 8));
    for (const size of [1, 3, bytes.length]) {
      const got = convert(format, cutInto(bytes, size));
      expect(values.map((_, at) => got.readInt16LE(at * 2) / 32_768)).toEqual(values);
    }
  });

  it("has the middle of two channels", () => {
    const stereo = Buffer.from(new Int16Array([100, 300, -200, -400]).buffer);
    expect([
      ...new Int16Array(new Uint8Array(convert({ ...S16, channels: 2 }, cutInto(stereo, 3))).buffer),
    ]).toEqual([200, -300]);
  });

  it("is clipped, and silence where it is no number", () => {
    const bytes = Buffer.from(new Float32Array([2, -2, NaN, Infinity]).buffer);
    const got = convert({ ...S16, bits: 32, float: true }, [bytes]);
    expect([0, 2, 4, 6].map((at) => got.readInt16LE(at))).toEqual([32_767, -32_768, 0, 32_767]);
  });
});

describe("sound of another rate", () => {
  it.each([8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 44_101])(
    "from %d Hz keeps its length and its tone",
    (rate) => {
      const got = convert({ ...S16, rate }, cutInto(sine(1_000, rate, 1), 1_001));
      expect(Math.abs(got.length / 2 - 24_000)).toBeLessThanOrEqual(1);
      expect(level(got, 1_000)).toBeCloseTo(0.5, 2);
    },
  );

  it("does not depend on how it is cut", () => {
    const bytes = sine(700, 44_100, 0.2);
    const format = { ...S16, rate: 44_100 };
    const whole = convert(format, [bytes]);
    for (const size of [1, 7, 1_000]) expect(convert(format, cutInto(bytes, size))).toEqual(whole);
  });

  it("loses what the new rate cannot hold, rather than folding it down", () => {
    const got = convert({ ...S16, rate: 48_000 }, [sine(15_000, 48_000, 1)]);
    expect(level(got, 9_000)).toBeLessThan(0.005);
  });
});
