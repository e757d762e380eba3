/** Text as a speaking program may see it: words and plain punctuation, never markup, control characters or phoneme codes. */

/** characters; a sentence is shorter (MAX_SENTENCE_CHARS), this holds for any caller */
export const MAX_SPEAKABLE_CHARS = 1_000;

/**
 * Letters, marks and digits of any language stay, and the signs that shape a voice; all else becomes a space.
 *
 *     speakable("<b>Hello</b> [[h@l'oU]]") // "b Hello b h l'oU"
 */
export function speakable(text: string): string {
  return text
    .slice(0, MAX_SPEAKABLE_CHARS)
    .normalize("NFKC")
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u2013\u2014]/g, ", ")
    .replace(/[^\p{L}\p{M}\p{N} .,;:!?'-]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim()
    .slice(0, MAX_SPEAKABLE_CHARS);
}

/** Whether there is anything to say at all. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
