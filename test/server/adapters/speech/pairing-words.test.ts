/** The words of pairing: enough of them, and none that could be heard for another. */
import { describe, expect, it } from "vitest";
import { openBook } from "../../../../server/adapters/speech/book.ts";
import { pairingWords } from "../../../../server/adapters/speech/pairing-words.ts";
import { createPhrases } from "../../../../server/adapters/speech/phrases.ts";

/** Letters to change, add or leave out until one word is the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}

describe("the words of pairing", () => {
  it("are 64 at least, each once, of small letters alone", () => {
    expect(pairingWords.length).toBeGreaterThanOrEqual(64);
    expect(new Set(pairingWords).size).toBe(pairingWords.length);
    expect(pairingWords.filter((word) => !/^[a-z]{3,12}$/.test(word))).toEqual([]);
  });

  it("are unlike each other: no two near in letters, none within another", () => {
    const alike = pairingWords.flatMap((a, i) =>
      pairingWords.slice(i + 1).filter((b) => distance(a, b) < 3 || a.includes(b) || b.includes(a)),
    );
    expect(alike).toEqual([]);
  });

  it("can be said, any three, with a pause after each", () => {
    const phrases = createPhrases(openBook());
    for (const word of pairingWords) expect(phrases.words([word]).length).toBeGreaterThan(2 * 8_000 * 0.5);
    const three = pairingWords.slice(0, 3);
    const apart = three.reduce((sum, word) => sum + phrases.words([word]).length, 0);
    expect(phrases.words(three)).toHaveLength(apart);
    expect(() => phrases.words(["moonlight"])).toThrow("lacks");
  });
});
