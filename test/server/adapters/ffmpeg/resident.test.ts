import { CODEC } from "@bearlink/sdk/protocol";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openFfmpeg, type FfmpegSound } from "../../../../server/adapters/ffmpeg/ffmpeg.ts";
import { findFfmpeg } from "../../../../server/adapters/ffmpeg/find.ts";
import { SOUND_LIFE_MS, SOUND_MS } from "../../../../server/bounds.ts";
import { SoundError } from "../../../../server/errors.ts";
import { fakeClock, type FakeClock } from "../../../support/clock.ts";
import { programs, running, untilRunning } from "../../../support/programs.ts";
import { describePlayer } from "../sound/player.ts";
import * as w from "../sound/waves.ts";

const path = await findFfmpeg();
const KEEP_MS = 60_000;

const children = (): number[] => running("ffmpeg");
const untilChildren = (count: number) => untilRunning("ffmpeg", count);

describe.skipIf(!path)(
  path ? "an ffmpeg that stays" : "an ffmpeg that stays (left out: none in PATH)",
  () => {
    let clock: FakeClock;
    let sound: FfmpegSound;
    const open = async (): Promise<void> => {
      clock = fakeClock();
      sound = (await openFfmpeg({ clock, programs, keepMs: KEEP_MS }))!;
    };

    describe("as any player", () => {
      beforeAll(open);
      afterAll(async () => {
        sound.close();
        await untilChildren(0);
      });
      describePlayer("it", () => sound, 20);
    });

    describe("from pipe to pipe", () => {
      beforeEach(open);
      afterEach(async () => {
        sound.close();
        await untilChildren(0);
        expect(clock.waiting).toBe(0);
      });
      const shout = w.toBytes(CODEC.ULAW, w.hardSound(8_000));
      const sine = w.toBytes(CODEC.ULAW, w.sine(8_000, 440, 0.3, 0.5));

      test("serves the next", async () => {
        await w.through(sound.hear(CODEC.ULAW), sine);
        const first = await untilChildren(1);
        await w.through(sound.hear(CODEC.ULAW), sine);
        expect(await untilChildren(1)).toEqual(first);
      });

      test("gives each its own sound, and nothing of the one before", async () => {
        const silence = new Uint8Array(4_000).fill(0xff);
        const alone = await w.through(sound.hear(CODEC.ULAW), sine);
        for (const bytes of [shout, silence, shout, sine, shout]) {
          const heard = await w.through(sound.hear(CODEC.ULAW), bytes);
          expect(heard).toHaveLength(4 * bytes.length);
          if (bytes === silence) expect(heard.every((byte) => byte === 0)).toBe(true);
          if (bytes === sine) expect(heard).toEqual(alone);
        }
        expect(children()).toHaveLength(1);
      });

      test("gives each as much as it is due, whatever came before, cut anywhere", async () => {
        const lengths = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 2, maxLength: 5 });
        await fc.assert(
          fc.asyncProperty(lengths, fc.integer({ min: 1, max: 999 }), async (counts, size) => {
            for (const samples of counts) {
              const pcm = w.toBytes(CODEC.S16, w.sine(22_050, 700, 0.5)).subarray(0, 2 * samples);
              const spoken = await w.through(sound.voice(22_050, CODEC.S16), pcm, [size]);
              expect(spoken).toHaveLength(2 * Math.round((samples * 16_000) / 22_050));
            }
          }),
          { numRuns: 15 },
        );
      });

      test("serves two at once with two, and no other codec or rate", async () => {
        const [a, b] = [sound.hear(CODEC.ULAW), sound.hear(CODEC.ULAW)];
        await untilChildren(2);
        await Promise.all([w.through(a, sine), w.through(b, shout)]);
        await w.through(sound.hear(CODEC.U8), sine);
        await untilChildren(3);
      });

      test("is not used again after a pipe that was broken off", async () => {
        const broken = sound.hear(CODEC.ULAW);
        broken.write(shout);
        const [first] = await untilChildren(1);
        broken.destroy();
        await untilChildren(0);
        await w.through(sound.hear(CODEC.ULAW), sine);
        expect(await untilChildren(1)).not.toContain(first);
      });

      test("that died while it waited is not used", async () => {
        await w.through(sound.hear(CODEC.ULAW), sine);
        process.kill((await untilChildren(1))[0]!, "SIGKILL");
        await vi.waitFor(() => expect(clock.waiting).toBe(0)); // it was noticed
        expect(await w.through(sound.hear(CODEC.ULAW), sine)).toHaveLength(4 * sine.length);
      });

      test("that dies while it serves is a fault of that pipe", async () => {
        const pipe = sound.hear(CODEC.ULAW);
        const reading = w.collect(pipe.out);
        process.kill((await untilChildren(1))[0]!, "SIGKILL");
        await expect(reading).rejects.toEqual(new SoundError("process"));
      });

      test("that hangs is killed at the deadline after the end", async () => {
        await w.through(sound.hear(CODEC.ULAW), sine);
        process.kill((await untilChildren(1))[0]!, "SIGSTOP");
        const pipe = sound.hear(CODEC.ULAW);
        const reading = w.collect(pipe.out).catch((error: unknown) => error);
        pipe.write(sine);
        pipe.end();
        await clock.advance(SOUND_MS);
        expect(await reading).toEqual(new SoundError("deadline"));
        await untilChildren(0);
      });

      test("that nobody ends is killed when its pipe's life is over", async () => {
        const reading = w.collect(sound.hear(CODEC.ULAW).out).catch((error: unknown) => error);
        await untilChildren(1);
        await clock.advance(SOUND_LIFE_MS);
        expect(await reading).toEqual(new SoundError("deadline"));
      });

      test("waits for a minute", async () => {
        await w.through(sound.hear(CODEC.ULAW), sine);
        await untilChildren(1);
        await clock.advance(KEEP_MS - 1);
        expect(children()).toHaveLength(1);
        await clock.advance(1);
        await untilChildren(0);
      });
    });
  },
);
