import { describe, expect, it } from "vitest";
import { readWavHeader, wavOf } from "../../../../server/adapters/models/wav.ts";

const PCM = Buffer.from([1, 0, 2, 0, 3, 0]);

describe("a WAV file", () => {
  it("is read as it was written", () => {
    const wav = wavOf(PCM, 16_000);
    expect(wav.toString("hex", 0, 44)).toBe(
      "524946462a00000057415645666d74201000000001000100803e0000007d00000200100064617461" + "06000000",
    );
    expect(readWavHeader(wav)).toEqual({
      format: { rate: 16_000, channels: 1, bits: 16, float: false },
      offset: 44,
      length: 6,
    });
  });

  it("asks for more while its header is not whole", () => {
    const wav = wavOf(PCM, 16_000);
    for (let end = 12; end < 44; end++) expect(readWavHeader(wav.subarray(0, end))).toBeUndefined();
  });

  it("may have other chunks before its samples, odd ones padded", () => {
    const wav = wavOf(PCM, 16_000);
    const list = Buffer.from("LIST\x03\0\0\0abc\0", "latin1");
    const header = readWavHeader(Buffer.concat([wav.subarray(0, 36), list, wav.subarray(36)]));
    expect(header?.offset).toBe(44 + list.length);
  });

  it.each([0, 0xffffffff, 0x7fffffff])("has an unknown length where the service wrote %d", (length) => {
    const wav = wavOf(PCM, 16_000);
    wav.writeUInt32LE(length, 40);
    expect(readWavHeader(wav)?.length).toBeUndefined();
  });

  it.each([
    ["an unknown coding", (wav: Buffer) => wav.writeUInt16LE(85, 20)],
    ["12 bits", (wav: Buffer) => wav.writeUInt16LE(12, 34)],
    ["no channel", (wav: Buffer) => wav.writeUInt16LE(0, 22)],
    ["six channels", (wav: Buffer) => wav.writeUInt16LE(6, 22)],
    ["a rate of nothing", (wav: Buffer) => wav.writeUInt32LE(0, 24)],
    ["a rate of a gigahertz", (wav: Buffer) => wav.writeUInt32LE(1e9, 24)],
    ["a format that is too short", (wav: Buffer) => wav.writeUInt32LE(4, 16)],
    ["samples before their format", (wav: Buffer) => wav.write("data", 12, "latin1")],
    ["a chunk without end", (wav: Buffer) => (wav.write("junk", 12, "latin1"), wav.writeUInt32LE(1e9, 16))],
  ])("is refused with %s", (_name, spoil) => {
    const wav = wavOf(PCM, 16_000);
    spoil(wav);
    expect(() => readWavHeader(wav)).toThrow("model: garbage");
  });
});
