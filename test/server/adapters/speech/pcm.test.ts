import { describe, expect, it } from "vitest";
import {
  atRate,
  bytesOf,
  samplesOf,
  wholeSamples,
  withoutHeader,
} from "../../../../server/adapters/speech/pcm.ts";

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  for await (const piece of pieces) kept.push(piece);
  return new Uint8Array(Buffer.concat(kept));
}

/** A WAV as a program writes it to a pipe: the lengths are not known. */
function wav(
  sound: Uint8Array,
  { rate = 22_050, channels = 1, bits = 16, before = Buffer.alloc(0) } = {},
): Uint8Array {
  const format = Buffer.alloc(24);
  format.write("fmt ", 0, "latin1");
  format.writeUInt32LE(16, 4);
  format.writeUInt16LE(1, 8);
  format.writeUInt16LE(channels, 10);
  format.writeUInt32LE(rate, 12);
  format.writeUInt16LE(bits, 22);
  const head = Buffer.from("RIFF\x24\xf0\xff\x7fWAVE", "latin1");
  return new Uint8Array(
    Buffer.concat([head, before, format, Buffer.from("data\x00\xf0\xff\x7f", "latin1"), sound]),
  );
}

const sound = Uint8Array.of(1, 2, 3, 4, 5, 6);

describe("a WAV stream", () => {
  it("gives its sound without the header, cut anywhere", async () => {
    const file = wav(sound);
    for (let size = 1; size <= file.length; size++)
      expect(await all(withoutHeader(cut(file, size), 22_050))).toEqual(sound);
  });

  it("may hold another chunk before its format, of odd length too", async () => {
    const list = Buffer.from("LIST\x03\x00\x00\x00abc\x00", "latin1");
    expect(await all(withoutHeader(cut(wav(sound, { before: list }), 7), 22_050))).toEqual(sound);
  });

  it.each([
    ["another rate", wav(sound, { rate: 44_100 })],
    ["two channels", wav(sound, { channels: 2 })],
    ["8 bits", wav(sound, { bits: 8 })],
    ["no WAV at all", new TextEncoder().encode("Error: no such voice")],
    ["a header cut short", wav(sound).slice(0, 40)],
    ["a header without end", new Uint8Array(Buffer.concat([wav(sound).slice(0, 12), Buffer.alloc(9_000)]))],
    ["nothing", new Uint8Array(0)],
  ])("is garbage where it has %s", async (_, file) => {
    await expect(all(withoutHeader(cut(file, 1_000), 22_050))).rejects.toMatchObject({ fault: "garbage" });
  });
});

describe("samples", () => {
  it("are never cut in the middle, and half a one at the end is dropped", async () => {
    for await (const piece of wholeSamples(cut(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 3)))
      expect(piece.length % 2).toBe(0);
    expect(await all(wholeSamples(cut(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 3)))).toEqual(sound);
  });

  it("are the same after being read and written", () => {
    expect(bytesOf(samplesOf(sound))).toEqual(sound);
    expect([...samplesOf(Uint8Array.of(0xff, 0xff, 0x00, 0x80))]).toEqual([-1, -32_768]);
  });

  it.each([
    [8_000, 22_050],
    [8_000, 16_000],
    [22_050, 16_000],
  ])(
    "at %i Hz become samples at %i Hz: as long, in one straight line, wherever it was cut",
    async (from, to) => {
      const ramp = bytesOf(Int16Array.from({ length: 800 }, (_, i) => i * 40));
      const whole = await all(atRate(cut(ramp, ramp.length), from, to));
      expect(Math.abs(whole.length / 2 / to - 0.1 * (8_000 / from))).toBeLessThan(2 / from);
      samplesOf(whole).forEach((sample, i) =>
        expect(Math.abs(sample - (i * 40 * from) / to)).toBeLessThanOrEqual(1),
      );
      for (const size of [2, 6, 640]) expect(await all(atRate(cut(ramp, size), from, to))).toEqual(whole);
    },
  );
});
