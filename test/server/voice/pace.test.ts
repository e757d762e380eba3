import { CODEC, FLAG } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPacer, HeldBack } from "../../../server/voice/pace.ts";
import { fakeClock } from "../../support/clock.ts";
import { collector, queue } from "../../support/voice.ts";

const never = new AbortController().signal;

async function* pieces(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield await Promise.resolve(new Uint8Array(size));
}

function pacing({ codec = CODEC.U8 as Codec, bufferMs = 800 } = {}) {
  const clock = fakeClock();
  const sent = collector(clock);
  const start = clock.now();
  const pacer = createPacer({ clock, codec, bufferMs, send: sent.send });
  /** ms of sound sent so far */
  const sentMs = (): number => pacer.sent() / 8;
  return { clock, sent, pacer, start, sentMs };
}

describe("a reply is paced", () => {
  it("400 ms leave at once, then real time", async () => {
    const { clock, pacer, sentMs } = pacing();
    const playing = pacer.play(pieces(8000 * 5), never);
    await clock.advance(0);
    expect(sentMs()).toBe(400);
    for (let ms = 100; ms < 4000; ms += 100) {
      await clock.advance(100);
      expect(sentMs()).toBe(Math.min(5000, 400 + ms));
    }
    await clock.advance(5000);
    await playing;
    expect(sentMs()).toBe(5000);
  });

  it("a small buffer gets no more than it holds", async () => {
    const { clock, pacer, sentMs } = pacing({ bufferMs: 120 });
    const playing = pacer.play(pieces(8000), never);
    await clock.advance(0);
    expect(sentMs()).toBeLessThanOrEqual(120);
    await clock.advance(1000);
    await playing;
    expect(sentMs()).toBe(1000);
  });

  it("a source that stalls earns no burst over 400 ms", async () => {
    const { clock, pacer, sentMs } = pacing();
    const source = queue<Uint8Array>();
    const playing = pacer.play(source.out, never);
    source.push(new Uint8Array(1600));
    await clock.advance(5000);
    expect(sentMs()).toBe(200);
    source.push(new Uint8Array(16000));
    await clock.advance(0);
    expect(sentMs()).toBe(600);
    source.end();
    await clock.advance(3000);
    await playing;
  });

  it("CREDIT slows: never more than 800 ms ahead of what was played", async () => {
    const { clock, pacer, sentMs } = pacing();
    void pacer.play(pieces(8000 * 10), never);
    await clock.advance(0);
    for (let ms = 0; ms < 4000; ms += 400) {
      pacer.credit({ next: 0, underruns: 0 }); // the toy plays nothing
      await clock.advance(400);
      expect(sentMs()).toBeLessThanOrEqual(800 + 400); // extrapolated for 400 ms
    }
  });

  it("CREDIT never hastens", async () => {
    const { clock, pacer, sentMs } = pacing();
    void pacer.play(pieces(8000 * 10), never);
    await clock.advance(0);
    pacer.credit({ next: 4_000_000, underruns: 0 });
    await clock.advance(1000);
    expect(sentMs()).toBe(1400);
  });

  it("2 s without CREDIT mean real time again", async () => {
    const { clock, pacer, sentMs } = pacing();
    void pacer.play(pieces(8000 * 20), never);
    await clock.advance(0);
    pacer.credit({ next: 0, underruns: 0 });
    await clock.advance(2000);
    const held = sentMs();
    await clock.advance(4000);
    expect(sentMs()).toBeGreaterThan(held + 1500);
  });

  it("held back for 30 s in all, it gives up", async () => {
    const { clock, pacer } = pacing();
    const playing = pacer.play(pieces(8000 * 60), never);
    const refused = expect(playing).rejects.toThrow(HeldBack);
    for (let ms = 0; ms < 40_000; ms += 400) {
      pacer.credit({ next: 0, underruns: 0 });
      await clock.advance(400);
    }
    await refused;
  });

  it("the first sound leaves as soon as 20 ms are there", async () => {
    const { clock, pacer, sentMs } = pacing();
    const source = queue<Uint8Array>();
    void pacer.play(source.out, never);
    source.push(new Uint8Array(159));
    await clock.advance(0);
    expect(sentMs()).toBe(0);
    source.push(new Uint8Array(1));
    await clock.advance(0);
    expect(sentMs()).toBe(20);
  });

  it("a signal ends it between two frames, and leaves no timer", async () => {
    const { clock, pacer } = pacing();
    const stop = new AbortController();
    const playing = pacer.play(pieces(80_000), stop.signal);
    await clock.advance(500);
    const refused = expect(playing).rejects.toThrow("stop");
    stop.abort(new Error("stop"));
    await refused;
    expect(clock.waiting).toBe(0);
  });

  it.each([
    [CODEC.U8, 800],
    [CODEC.ULAW, 800],
    [CODEC.S16, 1024],
  ])("codec %i: frames follow one another without a seam, none over its bytes", async (codec, most) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 }),
        async (sizes) => {
          const { clock, pacer, sent } = pacing({ codec });
          const playing = pacer.play(pieces(...sizes), never);
          await clock.advance(10_000);
          await playing;
          const width = codec === CODEC.S16 ? 2 : 1;
          let next = 0;
          for (const frame of sent.frames) {
            expect(frame.codec).toBe(codec);
            expect(frame.sample).toBe(next);
            expect(frame.payload.length).toBeLessThanOrEqual(most);
            expect(frame.payload.length % width).toBe(0);
            next += frame.payload.length / width;
          }
          const total = sizes.reduce((sum, size) => sum + size, 0);
          expect(next).toBe(Math.floor(total / width));
          if (next > 0) expect(sent.frames[0]!.flags & FLAG.FIRST).toBe(FLAG.FIRST);
        },
      ),
      { numRuns: 30 },
    );
  });
});
