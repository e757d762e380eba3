/** Where written text may be cut so that it can be spoken while the rest is still being written. */
import { MAX_SENTENCE_CHARS } from "../bounds.ts";

export interface Clause {
  text: string;
  /** all that was written before it, as it was written */
  before: string;
  /** false for a first clause that a comma ended */
  endsSentence: boolean;
}

/** DESIGN.md "Voice": later sentences are cut only from here on, so that speech keeps its melody. */
const MIN_LATER_CHARS = 20;
const ENDS_SENTENCE = ".!?\n";
const ENDS_CLAUSE = ",;:\u2014" + ENDS_SENTENCE;
const TITLES = ["mr", "mrs", "ms", "dr", "st"];

/** Takes text in any pieces and gives clauses: the first at any punctuation, later ones at the end of a sentence. */
export function createClauses(): { push(text: string): Clause[]; end(): Clause[] } {
  let past = "";
  let held = "";
  let looked = 0;
  let first = true;

  function cut(end: number, endsSentence: boolean): Clause[] {
    const written = held.slice(0, end);
    const text = written.trim();
    const before = past + written.slice(0, written.length - written.trimStart().length);
    past += written;
    held = held.slice(end);
    looked = 0;
    if (text === "" || !/[\p{L}\p{N}]/u.test(text)) return [];
    first = false;
    return [{ text, before, endsSentence }];
  }

  /** Whether the punctuation at `at` ends something; undefined where the next character must be seen first. */
  function ends(at: number): boolean | undefined {
    const before = held.slice(0, at);
    const next = held[at + 1];
    if (/\d$/.test(before) && next === undefined) return undefined; // "3." may become "3.5"
    if (/\d$/.test(before) && /\d/.test(next!)) return false;
    if (held[at] === "." && next !== undefined && /[\p{L}\p{N}]/u.test(next)) return false; // "bears.example"
    const word = /(\p{L}+)$/u.exec(before)?.[1]?.toLowerCase();
    if (held[at] === "." && word !== undefined && TITLES.includes(word)) return false;
    return first || before.trim().length + 1 >= MIN_LATER_CHARS;
  }

  function take(): Clause[] {
    const clauses: Clause[] = [];
    while (looked < held.length) {
      const mark = held[looked]!;
      const endsSentence = ENDS_SENTENCE.includes(mark);
      if (endsSentence || (first && ENDS_CLAUSE.includes(mark))) {
        const verdict = ends(looked);
        if (verdict === undefined) break;
        if (verdict) {
          clauses.push(...cut(looked + 1, endsSentence));
          continue;
        }
      }
      looked++;
      if (looked >= MAX_SENTENCE_CHARS) {
        const space = held.lastIndexOf(" ", looked);
        clauses.push(...cut(space > 0 ? space : looked, true));
      }
    }
    return clauses;
  }

  return {
    push(text) {
      held += text;
      return take();
    },
    end() {
      const rest = cut(held.length, true);
      held = "";
      return rest;
    },
  };
}
