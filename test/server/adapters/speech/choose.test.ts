import { describe, expect, it } from "vitest";
import { chainSpeech, chooseSpeech } from "../../../../server/adapters/speech/choose.ts";
import { ModelError } from "../../../../server/errors.ts";
import type { Log, TextToSpeech } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { programs } from "../../../support/programs.ts";

const open = new AbortController().signal;
const quiet = (): void => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log };
const book = { sound: () => new Uint8Array(1_600) };

function voice(rate: number, speak: TextToSpeech["speak"]) {
  return { name: "a voice", voice: { rate, speak } };
}

const speaks = voice(16_000, async function* () {
  yield Uint8Array.of(1, 0);
});
const fails = voice(16_000, async function* () {
  throw new ModelError("away");
});
const breaks = voice(16_000, async function* () {
  yield Uint8Array.of(7, 0);
  throw new ModelError("cut");
});

async function all(voice: TextToSpeech, signal = open): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  for await (const piece of voice.speak("hello", signal)) kept.push(piece);
  return Buffer.concat(kept);
}

describe("the choice of a voice", () => {
  it("is the phrase book alone where no program is found", async () => {
    const { speech, description } = await chooseSpeech({
      clock: fakeClock(),
      programs,
      log,
      book,
      which: () => undefined,
    });
    expect(description).toBe("the phrase book");
    expect(speech.rate).toBe(8_000);
    expect(await all(speech)).toHaveLength(1_600);
  });

  it("prefers espeak-ng, and passes over an ffmpeg that cannot speak", async () => {
    const which = (name: string) => (name === "espeak-ng" ? "/nowhere/espeak-ng" : "/bin/false");
    const { speech, description } = await chooseSpeech({ clock: fakeClock(), programs, log, book, which });
    expect(description).toBe("espeak-ng, then the phrase book");
    expect(speech.rate).toBe(22_050);
    expect((await all(speech)).length).toBeGreaterThan(4_000); // the book, at the first one's rate
  });
});

describe("voices in a chain", () => {
  it("stand in for one that fails before its first sound", async () => {
    expect([...(await all(chainSpeech([fails, speaks], log)))]).toEqual([1, 0]);
  });

  it("do not take over in the middle of a sentence", async () => {
    await expect(all(chainSpeech([breaks, speaks], log))).rejects.toMatchObject({ fault: "cut" });
  });

  it("give the last one's fault where none can speak", async () => {
    await expect(all(chainSpeech([fails, fails], log))).rejects.toMatchObject({ fault: "away" });
  });

  it("are not tried after the signal", async () => {
    const stop = new AbortController();
    const stopped = voice(16_000, async function* () {
      stop.abort(new Error("barge-in"));
      stop.signal.throwIfAborted();
      yield new Uint8Array(0);
    });
    await expect(all(chainSpeech([stopped, speaks], log), stop.signal)).rejects.toThrow("barge-in");
  });
});
