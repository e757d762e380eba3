/** All that people wrote for the bear to say, and whether a text is made of it: such words need no moderation. */
import { answers, introduction, offer, onlyOwn, storyEnd } from "./answers.ts";
import { clauses } from "./clauses.ts";
import { pieces } from "./shelf.ts";

/** Every sentence of the shelf and of the scripted companion. */
export const curatedTexts: readonly string[] = [
  ...pieces.flatMap((piece) => [...piece.sentences, introduction(piece), offer(piece)]),
  ...Object.values(answers).flat(),
  onlyOwn,
  storyEnd,
];

/**
 * Answers whether a text is made of whole clauses of `texts`, in any order: a reply is cut at its first comma, and short
 * sentences are joined, before they are checked and spoken.
 */
export function createIsCurated(texts: readonly string[]): (text: string) => boolean {
  const known = new Set(texts.flatMap(clauses).map((clause) => clause.words));
  return (text) => {
    const parts = clauses(text);
    return parts.length > 0 && parts.every((part) => known.has(part.words));
  };
}
