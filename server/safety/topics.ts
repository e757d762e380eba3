/** Topics that a family wants the bear to lead away from: whole words, in whatever case, form and number they come. */
import { comparable } from "./normalise.ts";

/** Scripts that set no space between words: there a topic is found inside. */
const UNSPACED =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|\p{Script=Khmer}|\p{Script=Lao}/u;

/** Words in the singular, as far as a cut tells it: "spiders" and "spider", "witches" and "witch" are one. */
function words(text: string): string {
  const stems = comparable(text)
    .split(" ")
    .map((word) => (word.length > 3 ? word.replace(/(?:(?<=s|x|z|ch|sh)es|(?<!s)s)$/, "") : word));
  return ` ${stems.join(" ")} `;
}

/**
 * Whether a text speaks of one of these.
 *
 *     speaksOf(["spiders"], "I saw a SPIDER!") // true
 */
export function speaksOf(topics: readonly string[], text: string): boolean {
  if (topics.length === 0) return false;
  const said = words(text);
  return topics.some((topic) => {
    const wanted = words(topic);
    if (wanted.trim() === "") return false;
    return said.includes(UNSPACED.test(wanted) ? wanted.trim() : wanted);
  });
}
