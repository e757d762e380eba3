/** A label says what pairs its toy, to a camera and to an eye. */
import { createRequire } from "node:module";
import jsQR from "jsqr";
import { describe, expect, test } from "vitest";
import { labelAddress, labelPng, labelSvg } from "../../../tools/flash/label.ts";

const readQr = jsQR as unknown as (
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
) => { data: string } | null;
const { PNG } = createRequire(import.meta.url)("pngjs") as {
  PNG: { sync: { read(bytes: Buffer): { data: Buffer; width: number; height: number } } };
};

const toy = {
  device_id: "bear-0123456789abcdef",
  device_secret: "ab".repeat(32),
  pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
  url: "http://192.168.1.20:8000",
};
const ADDRESS = "https://bears.example.org/pair#bear-0123456789abcdef.ABCDEFGHJKMNPQRSTVWXYZ0123";

/** Draws the squares of an SVG's path, four pixels each. */
function draw(svg: string): { pixels: Uint8ClampedArray; side: number } {
  const squares = [...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  const scale = 4;
  const side = (Math.max(...squares.map(([x]) => x)) + 5) * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [x, y] of squares)
    for (let i = 0; i < scale * scale; i++) {
      const at = ((y * scale + Math.floor(i / scale)) * side + x * scale + (i % scale)) * 4;
      pixels.fill(0, at, at + 3);
    }
  return { pixels, side };
}

describe("a label", () => {
  test("goes to the parents' app, with the code where no server sees it", () => {
    expect(labelAddress(toy, "https://bears.example.org")).toBe(ADDRESS);
    expect(labelAddress(toy, "https://bears.example.org/app/?x=1")).toBe(ADDRESS);
    expect(labelAddress(toy)).toMatch(/^http:\/\/192\.168\.1\.20:8000\/pair#bear-/);
    expect(() => labelAddress(toy, "bears.example.org")).toThrow(/not an address/);
    expect(() => labelAddress({ ...toy, url: "" })).toThrow(/not an address/);
  });

  test("is read by a camera, as SVG and as PNG", async () => {
    const { pixels, side } = draw(labelSvg(toy, ADDRESS));
    expect(readQr(pixels, side, side)?.data).toBe(ADDRESS);
    const { data, width, height } = PNG.sync.read(await labelPng(ADDRESS));
    expect(readQr(new Uint8ClampedArray(data), width, height)?.data).toBe(ADDRESS);
    expect(width).toBeGreaterThan((46 / 25.4) * 300); // sharp when printed
  });

  test("is read with a tenth of it worn off", () => {
    const { pixels, side } = draw(labelSvg(toy, ADDRESS));
    const from = Math.floor(side * 0.4);
    for (let y = from; y < from + side * 0.25; y++)
      pixels.fill(255, (y * side + from) * 4, (y * side + from + Math.floor(side * 0.25)) * 4);
    expect(readQr(pixels, side, side)?.data).toBe(ADDRESS);
  });

  test("says in letters what the code says, and never the secret", () => {
    const svg = labelSvg(toy, ADDRESS);
    const words = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(words).toEqual([toy.device_id, "ABCDE FGHJK MNPQR", "STVWX YZ012 3"]);
    expect(svg).not.toContain(toy.device_secret);
  });
});
