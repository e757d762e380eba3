/** What would tell a stranger who or where a child is, replaced before anyone else reads the words. SAFETY S7, MISSION C48 */

/** with its scheme; by a well-known ending; or with any ending and a path, as in "bit.ly/x" */
const LINK =
  /\b(?:https?:\/\/|www\.)[^\s]{1,2000}|\b[a-z0-9-]{1,63}\.(?:com|org|net|info|io|app|co\.uk|tv|de|xyz|online|site)\b(?:\/[^\s]{0,2000})?|\b[a-z0-9-]{1,63}\.[a-z]{2,24}\/[^\s]{1,2000}/giu;
const SPOKEN_LINK = /(?<!\w)[\w-]{1,64}(?: dot [\w-]{1,64}){0,3} dot (?:com|org|net|info|co dot uk|tv)\b/giu;
const EMAIL = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/gu;
const SPOKEN_EMAIL =
  /(?<!\w)[\w-]{1,64}(?: dot [\w-]{1,64}){0,3} at [\w-]{1,63} dot (?:com|org|net|info|co dot uk|edu)\b/giu;
/** seven digits or more, with what people put between them */
const PHONE = /(?<![\p{L}\p{N}])\+?\(?\d(?:[\s().,/-]{0,3}\d){6,14}(?!\d)/gu;
const DIGIT_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const DIGIT_WORD = "(?:oh|double|triple|" + DIGIT_WORDS.join("|") + ")";
const SPOKEN_PHONE = new RegExp(`\\b${DIGIT_WORD}(?:[\\s,-]{1,2}${DIGIT_WORD}){6,19}\\b`, "giu");
/** "12 Old Mill Road", "221b Baker street"; the words between are no small ones, as in "3 cats on the street" */
const ADDRESS =
  /(?<![\p{L}\p{N}])\d{1,5}[a-zA-Z]?,? (?:(?!(?:on|in|the|of|my|a|to|down|at|across|and|from|by|is|are|was|for)\b)[\p{L}'.-]{1,30} ){1,3}(?:[Ss]treet|[Ss]t\b|[Rr]oad|[Rr]d\b|[Aa]venue|[Aa]ve\b|[Ll]ane|[Bb]oulevard|[Bb]lvd|Drive|Court|Way|Close|Square|Crescent|Terrace)(?!\p{L})/gu;

/**
 * The same words with `[link]`, `[email]`, `[phone]` and `[address]` in place of what was one.
 *
 *     withoutPersonal("call 555 123 4567") // "call [phone]"
 */
export function withoutPersonal(text: string): string {
  return text
    .replace(EMAIL, "[email]")
    .replace(SPOKEN_EMAIL, "[email]")
    .replace(LINK, "[link]")
    .replace(SPOKEN_LINK, "[link]")
    .replace(ADDRESS, "[address]")
    .replace(PHONE, (found) => (isCounting(found.match(/\d+/g)!.map(Number)) ? found : "[phone]"))
    .replace(SPOKEN_PHONE, (found) => (isCounting(numbersOf(found)) ? found : "[phone]"));
}

/** A number counted up or down by equal steps, or a round one such as a million, calls nobody. */
function isCounting(numbers: number[]): boolean {
  if (numbers.length === 1) return /^[1-9]0+$/.test(`${numbers[0]}`);
  const rise = numbers[1]! - numbers[0]!;
  const even = numbers.every((number, at) => at === 0 || number - numbers[at - 1]! === rise);
  return even || numbers.slice(1).every((number) => number === 0);
}

function numbersOf(words: string): number[] {
  return words.split(/[\s,-]+/).map((word) => DIGIT_WORDS.indexOf(word.toLowerCase()));
}
