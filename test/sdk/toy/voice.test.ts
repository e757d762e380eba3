import { expect, test } from "vitest";
import { CODEC } from "@bearlink/sdk/protocol";
import { encodeSound } from "@bearlink/sdk/node";
import { hear, loudness, openEar } from "@bearlink/sdk/toy";
import type { Ear } from "@bearlink/sdk/toy";

const CODECS = [CODEC.U8, CODEC.ULAW, CODEC.S16] as const;

/** 100 ms of a hum of this amplitude, over a rest that is not quite the middle. */
function hum(codec: (typeof CODECS)[number], amplitude: number): Uint8Array {
  const samples = codec === CODEC.S16 ? 1_600 : 800;
  return encodeSound(
    codec,
    Int16Array.from({ length: samples }, (_, i) => 300 + amplitude * Math.sin((i * Math.PI) / 20)),
  );
}

/** What the ear says to these, in tenths of a second. */
function listen(ear: Ear, pieces: Uint8Array[]): string[] {
  const said: string[] = [];
  pieces.forEach((piece, tenth) => {
    const heard = hear(ear, piece);
    if (heard) said.push(`${heard} ${tenth}`);
  });
  return said;
}

test.each(CODECS)("speech in codec %d starts at once and ends after 0.9 s of quiet", (codec) => {
  for (const step of [1, 8, 32]) {
    const loud = Array<Uint8Array>(10).fill(hum(codec, 5_000));
    const quiet = Array<Uint8Array>(12).fill(hum(codec, 30));
    expect(listen(openEar(codec, step), [...quiet, ...loud, ...quiet])).toEqual(["start 12", "end 30"]);
  }
});

test.each(CODECS)("a pause of half a second in codec %d ends nothing", (codec) => {
  const loud = Array<Uint8Array>(5).fill(hum(codec, 5_000));
  const pause = Array<Uint8Array>(5).fill(hum(codec, 30));
  expect(listen(openEar(codec, 1), [...loud, ...pause, ...loud])).toEqual(["start 0"]);
});

test("a knock of 20 ms is no speech", () => {
  const knock = hum(CODEC.ULAW, 20_000).slice(0, 160);
  expect(listen(openEar(CODEC.ULAW, 1), [knock, hum(CODEC.ULAW, 0), knock])).toEqual([]);
});

test("a room that hums is learned, and speech over it is heard", () => {
  const room = Array<Uint8Array>(60).fill(hum(CODEC.S16, 500));
  const said = listen(openEar(CODEC.S16, 1), [
    ...room,
    ...Array<Uint8Array>(5).fill(hum(CODEC.S16, 8_000)),
    ...room,
  ]);
  expect(said).toEqual(["start 60", "end 73"]);
});

test("loudness is that of 16-bit samples about their mean, whatever the codec", () => {
  for (const codec of CODECS) {
    const level = loudness(codec, hum(codec, 8_000), 1);
    expect(Math.abs(level - 8_000 / Math.SQRT2)).toBeLessThan(150);
  }
  expect(loudness(CODEC.OPUS, new Uint8Array(80), 1)).toBe(0);
});
