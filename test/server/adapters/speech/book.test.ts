import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createIsCurated, curatedTexts } from "../../../../server/adapters/companion/curated.ts";
import { openBook } from "../../../../server/adapters/speech/book.ts";
import { pairingWords } from "../../../../server/adapters/speech/pairing-words.ts";
import { samplesOf } from "../../../../server/adapters/speech/pcm.ts";
import { createPhraseBook } from "../../../../server/adapters/speech/phrase-book.ts";
import { createPhrases, phraseTexts } from "../../../../server/adapters/speech/phrases.ts";
import type { PhraseName } from "../../../../server/ports.ts";
import { safetyLines } from "../../../../server/safety/lines.ts";

const book = openBook();
const open = new AbortController().signal;
const texts = [...curatedTexts, ...Object.values(phraseTexts), ...safetyLines, ...pairingWords];
const files = new URL("../../../../server/adapters/speech/book/", import.meta.url);

function loudness(sound: Uint8Array) {
  const samples = samplesOf(sound);
  const peak = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  const voiced = samples.filter((sample) => Math.abs(sample) > peak / 20);
  const rms = Math.sqrt(voiced.reduce((sum, sample) => sum + sample ** 2, 0) / voiced.length);
  const decibels = (level: number) => 20 * Math.log10(level / 32_768);
  return { peak: decibels(peak), rms: decibels(rms), seconds: samples.length / 8_000 };
}

describe("the phrase book", () => {
  it.each(texts)("can say, loud enough and within the bounds of a toy: %s", (text) => {
    const sound = book.sound(text);
    expect(sound, "missing: run tools/phrases.ts").toBeDefined();
    const { peak, rms, seconds } = loudness(sound!);
    expect(peak).toBeLessThanOrEqual(-6.5);
    expect(rms).toBeGreaterThan(-24);
    expect(seconds).toBeGreaterThan(0.4);
    expect(seconds).toBeLessThan(20);
  });

  it("takes at most 3.2 MB, and holds nothing that is not said", () => {
    const bytes = ["sound.ima", "index.json"].map((name) => statSync(new URL(name, files)).size);
    expect(bytes[0]! + bytes[1]!).toBeLessThanOrEqual(3_200_000);
    const isSaid = createIsCurated(texts);
    const words = Object.keys(JSON.parse(readFileSync(new URL("index.json", files), "utf8")) as object);
    expect(words.filter((key) => !isSaid(key))).toEqual([]);
  });

  it("says parts of a sentence, and sentences together", () => {
    expect(book.sound("Plip,")).toBeDefined();
    expect(book.sound("Plip, plop, rain on my ear. Ready, steady, go!")).toBeDefined();
  });

  it("does not know other words, nor names of its own language", () => {
    for (const text of ["The sky is blue.", "Plip, plop, plup.", "constructor", "__proto__"])
      expect(book.sound(text)).toBeUndefined();
  });
});

describe("the voice of the phrase book", () => {
  const voice = createPhraseBook(book);

  it("speaks in whole samples of 8 kHz", async () => {
    const pieces: Uint8Array[] = [];
    for await (const piece of voice.speak("Blast off, stretch up high, whoosh!", open)) pieces.push(piece);
    expect(voice.rate).toBe(8_000);
    expect(pieces.every((piece) => piece.length % 2 === 0)).toBe(true);
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(book.sound("Blast off, stretch up high, whoosh!")!));
  });

  it("is away for words it does not know, before any sound", async () => {
    const sound = voice.speak("Plip, plop, and the sky is blue.", open)[Symbol.asyncIterator]();
    await expect(sound.next()).rejects.toMatchObject({ fault: "away" });
  });
});

describe("the phrases", () => {
  const phrases = createPhrases(book);

  it.each(Object.keys(phraseTexts) as PhraseName[])("%s is sound and text", (name) => {
    expect(phrases.sound(name).length).toBeGreaterThan(8_000);
    expect(phrases.text(name)).toBe(phraseTexts[name]);
  });

  it("tell of a book that lacks one", () => {
    expect(() => createPhrases({ sound: () => undefined }).sound("sorry")).toThrow("sorry");
  });
});
