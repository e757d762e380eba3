/** Sixteen words and three of them: each as likely as the next, wherever it stands on the screen. */
import { expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { pairingWords } from "../../../server/adapters/speech/pairing-words.ts";
import { chooseWords } from "../../../server/pairing/words.ts";

test("three different words are said, of sixteen different ones", () => {
  for (let i = 0; i < 200; i++) {
    const { choices, said } = chooseWords(systemChance, pairingWords);
    expect(new Set(choices).size).toBe(16);
    expect(new Set(said).size).toBe(3);
    expect(choices).toEqual(expect.arrayContaining(said));
    expect(pairingWords).toEqual(expect.arrayContaining(choices));
  }
});

test("where a word stands on the screen tells nothing of whether, or when, it is said", () => {
  const rounds = 6_000;
  const firsts = new Array<number>(16).fill(0);
  for (let i = 0; i < rounds; i++) {
    const { choices, said } = chooseWords(systemChance, pairingWords);
    firsts[choices.indexOf(said[0]!)]!++;
  }
  const expected = rounds / 16;
  const chiSquare = firsts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 15 degrees of freedom: beyond this once in a million
  expect(chiSquare).toBeLessThan(56);
});
