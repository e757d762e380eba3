/** The toy's own words, its states, events and effects: in a shipped program each is one letter. None of them crosses the wire. */
import ts from "typescript";
import { apply, each, readProgram } from "./program.ts";
import type { Edit } from "./program.ts";

/** Not here: what is also a clip, a command, an EVENT, a claim's state, a record, or the label of a MAC (`connect`). */
const OWN =
  "connecting listening ready claiming speaking recovery leave_pairing say_offline timeout hang_up cancel_turn updating wifi subscribed press say_sorry start_turn login_refused release failed end_turn trouble mic_off mic_on no_session claim turn say_paired searching starting hold back_off heard reply retry stopped refused claimed updated started lost online join spread pair accept recording magic counter replay length challenge";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const letters = new Map(OWN.split(" ").map((word, index) => [word, LETTERS[index]!]));

/** Writes each own word as its letter, where a text is that word alone, and in the graph of states; `all` must be there. */
export function shortenWords(code: string, all: boolean): string {
  const edits: Edit[] = [];
  const seen = new Set<string>();
  const letterOf = (word: string): string => {
    if (letters.has(word)) seen.add(word);
    return letters.get(word) ?? word;
  };
  each(readProgram(code).source, (node) => {
    if (ts.isStringLiteral(node) && letters.has(node.text))
      edits.push({ from: node.getStart(), to: node.end, text: JSON.stringify(letterOf(node.text)) });
    if (ts.isNoSubstitutionTemplateLiteral(node))
      edits.push({ from: node.getStart(), to: node.end, text: node.getText().replace(/\w+/g, letterOf) });
  });
  const unknown = [...letters.keys()].filter((word) => !seen.has(word));
  if (all && unknown.length > 0)
    throw new Error(`no ${unknown.join(", ")} in the program: see tools/firmware/words.ts`);
  return apply(code, edits);
}
