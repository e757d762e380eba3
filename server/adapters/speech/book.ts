/** The phrase book: clauses that were spoken once, kept beside the code, and put together again as sentences. */
import { readFileSync } from "node:fs";
import { clauses } from "../companion/clauses.ts";
import type { Clause } from "../companion/clauses.ts";
import { decodeIma } from "./ima.ts";
import { bytesOf } from "./pcm.ts";

/** Hz */
export const BOOK_RATE = 8_000;

/** s of silence after a clause, by how it ends */
const PAUSE_S: Record<Clause["end"], number> = { ",": 0.16, ".": 0.42, "?": 0.5, "!": 0.45 };

/** Where each clause lies in the sound file: its words → first byte, length in bytes */
export type BookIndex = Record<string, [number, number]>;

export interface Book {
  /** s16le mono at BOOK_RATE; undefined where the text holds a clause that was never recorded */
  sound(text: string): Uint8Array | undefined;
}

/** Opens the book in `folder`: `index.json` and `sound.ima`, made by tools/phrases.ts, read at the first word. */
export function openBook(folder: URL = new URL("./book/", import.meta.url)): Book {
  let pages: { index: Map<string, [number, number]>; sound: Uint8Array } | undefined;

  function open() {
    const index = JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as BookIndex;
    return {
      index: new Map(Object.entries(index)),
      sound: new Uint8Array(readFileSync(new URL("sound.ima", folder))),
    };
  }

  return {
    sound(text) {
      pages ??= open();
      const parts: Uint8Array[] = [];
      for (const clause of clauses(text)) {
        const place = pages.index.get(clause.words);
        if (!place) return undefined;
        const [start, length] = place;
        parts.push(bytesOf(decodeIma(pages.sound.subarray(start, start + length))));
        parts.push(new Uint8Array(2 * Math.round(PAUSE_S[clause.end] * BOOK_RATE)));
      }
      return Buffer.concat(parts);
    },
  };
}
