import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { decodeIma, encodeIma } from "../../../../server/adapters/speech/ima.ts";

const tone = (hz: number, amplitude: number) =>
  Int16Array.from({ length: 8_000 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / 8_000)),
  );

describe("IMA ADPCM", () => {
  it("follows the published tables", () => {
    // by hand: step 7, nibble 7 adds 0+1+3+7=11 and moves 8 up to step 16; nibble 15 takes 2+4+8+16=30 away
    expect([...decodeIma(Uint8Array.of(0xf7))]).toEqual([11, -19]);
    expect([...decodeIma(Uint8Array.of(0x00))]).toEqual([0, 0]);
  });

  it("keeps silence silent, and takes half a byte a sample", () => {
    expect(encodeIma(new Int16Array(100))).toEqual(new Uint8Array(50));
    expect(encodeIma(new Int16Array(3)).length).toBe(2);
  });

  it.each([200, 440, 1_000, 2_500])(
    "brings a tone of %i Hz back with at least 15 dB of it above the noise",
    (hz) => {
      const samples = tone(hz, 12_000);
      const heard = decodeIma(encodeIma(samples));
      const power = samples.reduce((sum, sample) => sum + sample ** 2, 0);
      const noise = samples.reduce((sum, sample, i) => sum + (sample - heard[i]!) ** 2, 0);
      expect(10 * Math.log10(power / noise)).toBeGreaterThan(15);
    },
  );

  it("is decoded to twice as many samples as bytes, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => decodeIma(bytes).length === bytes.length * 2),
    );
  });
});
