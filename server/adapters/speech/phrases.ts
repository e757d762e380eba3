/** The short lines the server says when all else is away, from the phrase book. */
import type { PhraseName, Phrases } from "../../ports.ts";
import type { Book } from "./book.ts";

export const phraseTexts: Readonly<Record<PhraseName, string>> = {
  sorry: "I am sorry, that did not work. Please try again in a little while.",
  thinking: "Hmm, let me think.",
  "ask-grown-up": "Please ask your grown-up to say yes first. Then we can talk.",
  "not-paired": "I do not have a family yet. Please ask a grown-up to help me.",
  goodbye: "Goodbye, until next time.",
  goodnight: "It is quiet time now, and I am resting. Good night, and see you soon.",
  "cannot-understand": "I cannot understand words yet. But I can tell you something.",
  machine: "I am a toy bear, and I am a machine.",
  "say-again": "I did not hear you. Please say it again.",
  rest: "I am sorry, please ask a grown-up to help me.",
  "pair-words": "Here are my three words.",
  "pair-words-again": "I will say them again.",
  "pair-press": "Show them on the screen. Then press my paw.",
  "pair-twice": "Two people asked for me at once. Please hold my paw and begin again.",
  "pair-cancelled": "That was not right. Please hold my paw and begin again.",
};

/** `sound` throws where the book does not hold the phrase, which its test forbids. */
export function createPhrases(book: Book): Phrases {
  const recorded = (name: string, text: string): Uint8Array => {
    const sound = book.sound(text);
    if (!sound) throw new Error(`the phrase book lacks "${name}"`);
    return sound;
  };
  return {
    text: (name) => phraseTexts[name],
    sound: (name) => recorded(name, phraseTexts[name]),
    // each a sentence of its own: a parent has to tell them apart
    words: (words) => recorded("a word", words.join(". ")),
  };
}
