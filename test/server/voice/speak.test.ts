import { setImmediate as turnOfLoop } from "node:timers/promises";
import { CODEC } from "@bearlink/sdk/protocol";
import { describe, expect, it } from "vitest";
import type { SoundPipe } from "../../../server/ports.ts";
import { speak } from "../../../server/voice/speak.ts";
import { fakeClock } from "../../support/clock.ts";
import type { FakeClock } from "../../support/clock.ts";
import { fakeSound } from "../../support/voice.ts";

const RATE = 8_000;
/** s */
const SENTENCE_S = 5;

/** A pipe that tells how much was written to it, s. */
function countingPipe(): { pipe: SoundPipe; seconds(): number } {
  const pipe = fakeSound().voice(RATE, CODEC.U8);
  let bytes = 0;
  return {
    pipe: {
      ...pipe,
      write(pcm) {
        bytes += pcm.length;
        pipe.write(pcm);
      },
    },
    seconds: () => bytes / 2 / RATE,
  };
}

function spoken(pipe: SoundPipe, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const textToSpeech = {
    rate: RATE,
    async *speak() {
      yield new Uint8Array(2 * RATE * SENTENCE_S);
    },
  };
  async function* sentences(): AsyncGenerator<string> {
    yield* ["One sentence.", "Another one."];
  }
  return speak({ clock: fakeClock(), textToSpeech }, pipe, CODEC.U8, sentences(), signal);
}

describe("what is spoken", () => {
  it("is made a little ahead of what is taken, though it came at once: other toys wait meanwhile", async () => {
    const { pipe, seconds } = countingPipe();
    const sound = spoken(pipe, new AbortController().signal);
    let taken = 0;
    for await (const bytes of sound) {
      taken += bytes.length / RATE;
      await turnOfLoop();
      expect(seconds() - taken).toBeLessThan(0.8);
      if (taken < 2 * SENTENCE_S - 1) expect(seconds() - taken).toBeGreaterThan(0.4);
    }
    expect(taken).toBeCloseTo(2 * SENTENCE_S, 6);
  });

  describe("asks for the second sentence", () => {
    /** Speaks two sentences, the first of which is silent until it is told to sound. */
    function twoSentences(): {
      asked: string[];
      clock: FakeClock;
      sound: AsyncGenerator<Uint8Array>;
      begin(): void;
    } {
      const asked: string[] = [];
      const clock = fakeClock();
      let begin!: () => void;
      const begun = new Promise<void>((resolve) => (begin = resolve));
      const textToSpeech = {
        rate: RATE,
        async *speak(text: string) {
          asked.push(text);
          await begun;
          yield new Uint8Array(2 * RATE);
        },
      };
      async function* sentences(): AsyncGenerator<string> {
        yield* ["first", "second"];
      }
      const { pipe } = countingPipe();
      const { signal } = new AbortController();
      return {
        asked,
        clock,
        sound: speak({ clock, textToSpeech }, pipe, CODEC.U8, sentences(), signal),
        begin,
      };
    }

    it("once the first one's sound was taken", async () => {
      const { asked, sound, begin } = twoSentences();
      const first = sound.next();
      await turnOfLoop();
      expect(asked).toEqual(["first"]);
      begin();
      await first;
      expect(asked).toEqual(["first"]);
      await sound.next();
      await turnOfLoop();
      expect(asked).toEqual(["first", "second"]);
      await sound.return(undefined);
    });

    it("after 50 ms, where the first one is slow", async () => {
      const { asked, clock, sound, begin } = twoSentences();
      const first = sound.next();
      await turnOfLoop();
      await clock.advance(49);
      await turnOfLoop();
      expect(asked).toEqual(["first"]);
      await clock.advance(1);
      await turnOfLoop();
      expect(asked).toEqual(["first", "second"]);
      begin();
      await first;
      await sound.return(undefined);
    });
  });

  it("ends at once when it is given up while it waits to be taken", async () => {
    const stop = new AbortController();
    const { pipe, seconds } = countingPipe();
    const sound = spoken(pipe, stop.signal);
    await sound.next();
    stop.abort(new Error("barge-in"));
    await expect(sound.next()).rejects.toThrow("barge-in");
    expect(seconds()).toBeLessThan(2 * SENTENCE_S + 0.001);
  });
});
