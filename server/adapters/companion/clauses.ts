/** A sentence cut at its punctuation, so that the same words are recognised whole, or in parts as they are spoken. */

export interface Clause {
  /** as written, without its punctuation */
  text: string;
  /** lower case, without apostrophes, one space between words */
  words: string;
  /** how the voice ends it: "," stands for `, ; :`, and "." also for no sign at all */
  end: "," | "." | "?" | "!";
}

/**
 * Signs other than apostrophes, quotes and hyphens stay among the words: a text with markup in it is no known text.
 *
 *     clauses("Boom, it's me!") // words "boom" ending in ",", and "its me" ending in "!"
 */
export function clauses(text: string): Clause[] {
  return Array.from(text.matchAll(/([^,;:.!?]+)([,;:.!?]*)/g), ([, part, signs]) => ({
    text: part!.trim(),
    words: part!
      .toLowerCase()
      .replace(/['\u2018\u2019]/g, "")
      .replace(/[\s"\u201c\u201d-]+/g, " ")
      .trim(),
    end: endOf(signs!),
  })).filter((clause) => clause.words !== "");
}

function endOf(signs: string): Clause["end"] {
  if (signs.includes("?")) return "?";
  if (signs.includes("!")) return "!";
  return signs === "" || signs.includes(".") ? "." : ",";
}
