import { describe, expect, test } from "vitest";
import { ULAW_LEVELS, ulawEncode } from "../../../../server/adapters/sound/ulaw.ts";

describe("µ-law", () => {
  // decision and level values of ITU-T G.711 table 2, times four: 16 bits instead of 14
  test.each([
    [0, 0xff, 0],
    [8, 0xfe, 8],
    [-8, 0x7e, -8],
    [120, 0xf0, 120],
    [132, 0xef, 132],
    [8_316, 0x9f, 8_316],
    [15_504, 0x91, 15_484],
    [32_124, 0x80, 32_124],
    [32_767, 0x80, 32_124],
    [-32_768, 0x00, -32_124],
  ])("writes %d as %d, which is read as %d", (sample, code, level) => {
    expect(ulawEncode(sample)).toBe(code);
    expect(ULAW_LEVELS[code]).toBe(level);
  });

  test("reads back every code as it was written", () => {
    for (let code = 0; code < 256; code++) {
      if (code === 0x7f) continue; // minus nothing is written as nothing
      expect(ulawEncode(ULAW_LEVELS[code]!)).toBe(code);
    }
  });

  test("is off by half a step of the sample's segment at most", () => {
    for (let sample = -32_635; sample <= 32_635; sample++) {
      const level = ULAW_LEVELS[ulawEncode(sample)]!;
      const segment = Math.floor(Math.log2((Math.abs(level) + 132) / 128)); // each twice as wide as the one below
      if (Math.abs(level - sample) > 4 << segment) expect.fail(`${sample} is written as ${level}`);
    }
  });
});
