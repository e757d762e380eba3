/** Text as the rules compare it: one form for a word, however it was spelled, spaced or dressed up. */

/** characters; a child's turn and a bear's sentence are far shorter */
export const MAX_CHECKED_CHARS = 4_000;

const LEET: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** NFKC, bounded, without characters that cannot be seen. */
export function readable(text: string): string {
  return text
    .slice(0, MAX_CHECKED_CHARS)
    .normalize("NFKC")
    .slice(0, MAX_CHECKED_CHARS)
    .replace(/[\p{Cf}\p{Cc}\p{Cs}\p{Co}]/gu, (sign) => (/\s/.test(sign) ? " " : ""));
}

/**
 * Lower-case words with single spaces, accents and apostrophes gone, digits that stand for letters read as such, and
 * letters that were spelled out joined.
 *
 *     comparable("K.i.l.l the l1ghts, don't") // "kill the lights dont"
 */
export function comparable(text: string): string {
  const words = readable(text)
    .normalize("NFD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/['\u2018\u2019`]/g, "")
    .split(/\s+/)
    .map(unleet)
    .join(" ")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return joinSpelled(words);
}

/** A sign counts as a letter only inside a word that has real ones: "4" stays four. */
function unleet(word: string): string {
  const body = word.replace(/[!.,?;:]+$/, "");
  if (!/\p{L}/u.test(body) || !/[0-9@$!]/.test(body)) return word;
  return body.replace(/[013457@$!]/g, (sign) => LEET[sign]!);
}

/** Three letters or more that stand alone are one word. An "I" or "a" before them may be its own, so both ways are kept. */
function joinSpelled(words: string): string {
  return words.replace(/(?<![\p{L}\p{N}])\p{L}(?: \p{L}){2,}(?![\p{L}\p{N}])/gu, (letters) => {
    const joined = letters.replaceAll(" ", "");
    return /^[ai]/.test(joined) ? `${joined} ${joined.slice(1)}` : joined;
  });
}
