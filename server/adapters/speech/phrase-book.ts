/** The voice that needs no program: it says what is in the phrase book, and nothing else. */
import { ModelError } from "../../errors.ts";
import type { TextToSpeech } from "../../ports.ts";
import { BOOK_RATE } from "./book.ts";
import type { Book } from "./book.ts";

/** bytes handed on at once: 100 ms */
const PIECE_BYTES = BOOK_RATE / 5;

/** Throws ModelError "away" where the book lacks a clause of the text, before any sound. */
export function createPhraseBook(book: Book): TextToSpeech {
  return {
    rate: BOOK_RATE,
    async *speak(text, signal) {
      const sound = book.sound(text);
      if (!sound) throw new ModelError("away");
      for (let at = 0; at < sound.length; at += PIECE_BYTES) {
        signal.throwIfAborted();
        yield sound.subarray(at, at + PIECE_BYTES);
      }
    },
  };
}
