/** The toy's own words, its states, events and effects: in a shipped program each is a letter. None of them leaves it: see outside.ts. */
import ts from "typescript";
import { apply, each, readProgram } from "./program.ts";
import type { Edit } from "./program.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** A letter, or two where there are more words than letters. */
function codeOf(index: number): string {
  const first = index < LETTERS.length ? "" : LETTERS[Math.floor(index / LETTERS.length) - 1]!;
  return first + LETTERS[index % LETTERS.length]!;
}

/** Writes each own word as its letter, where a text is that word alone, and in the graph of states. */
export function shortenWords(code: string, own: ReadonlySet<string>): string {
  const places: { node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral; words: string[] }[] = [];
  const counts = new Map<string, number>();
  each(readProgram(code).source, (node) => {
    if (!ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node)) return;
    const all = ts.isStringLiteral(node) ? [node.text] : (node.text.match(/\w+/g) ?? []);
    const words = all.filter((word) => own.has(word));
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    if (words.length > 0) places.push({ node, words });
  });
  // the one that is written most, the shortest
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const codes = new Map(byCount.map(([word], index) => [word, codeOf(index)]));
  const short = (word: string): string => codes.get(word) ?? word;
  const edits: Edit[] = places.map(({ node }) => ({
    from: node.getStart(),
    to: node.end,
    text: ts.isStringLiteral(node) ? JSON.stringify(short(node.text)) : node.getText().replace(/\w+/g, short),
  }));
  return apply(code, edits);
}
