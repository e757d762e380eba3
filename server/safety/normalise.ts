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

/** Letters of other scripts that look and are read as a Latin one, and small capitals: NFKC leaves them as they are. UTS #39 */
const LOOKALIKES: Record<string, string> = Object.fromEntries(
  [
    [
      "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u0501\u051b\u051d\u04bb\u04cf",
      "abekmhopctyxsijdqwhl",
    ],
    [
      "\u03b1\u03b2\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9\u03f2",
      "abenikvoptuxwc",
    ],
    [
      "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22",
      "abcdefghijklmnoprstuvwyz",
    ],
    ["\u0131\u0142\u00f8\u0111\u0251\u0261", "ilodag"],
  ].flatMap(([signs, letters]) => [...signs!].map((sign, at) => [sign, letters![at]!])),
);
const LOOKALIKE = new RegExp(`[${Object.keys(LOOKALIKES).join("")}]`, "gu");

/** Words the rules look for that are met in pieces; none of them falls apart into two that a child says beside one another. */
const WORDS_IN_PIECES =
  "suicide suicidal kill killing murder strangle stab poison bomb cocaine drugs die dead hurt myself porn sex nude nudes naked penis vagina rape raped rapist boobs fuck fucking shit bitch cunt asshole bastard retard retarded nigger faggot secret".split(
    " ",
  );
/** But these, which do: they stay two. */
const TWO_WORDS = new Set(["pen is", "sh it", "s hit", "s ex"]);
const IN_PIECES = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${WORDS_IN_PIECES.map((word) => [...word].join(" ?")).join("|")})(?![\\p{L}\\p{N}])`,
  "gu",
);
/** Signs that hold a word together, or are put inside it to hide it. */
const INSIDE_A_WORD = /(?<=\p{L})[-\u2010-\u2015_.,*~|/\\+\u00b7]{1,3}(?=\p{L})/gu;

/** NFKC, bounded, without characters that cannot be seen. */
export function readable(text: string): string {
  return text
    .slice(0, MAX_CHECKED_CHARS)
    .normalize("NFKC")
    .slice(0, MAX_CHECKED_CHARS)
    .replace(/[\p{Cf}\p{Cc}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu, (sign) =>
      /\s/.test(sign) ? " " : "",
    );
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
    .replace(LOOKALIKE, (sign) => LOOKALIKES[sign]!)
    .replace(/\bwho['\u2018\u2019`]re\b/g, "who are") // without its apostrophe it would be another word
    .replace(/['\u2018\u2019`]/g, "")
    .split(/\s+/)
    .map(unleet)
    .join(" ")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return joinPieces(joinSpelled(words));
}

/**
 * Both ways a text may be read: with a hyphen or a dot between two words, and with it inside one.
 *
 *     readings("re-tard") // ["re tard", "retard"]
 */
export function readings(text: string): string[] {
  const apart = comparable(text);
  const whole = comparable(readable(text).replace(INSIDE_A_WORD, ""));
  return apart === whole ? [apart] : [apart, whole];
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

/** "su icide" and "sui-cide" are one word, where it is one that is looked for. */
function joinPieces(words: string): string {
  return words.replace(IN_PIECES, (found) => (TWO_WORDS.has(found) ? found : found.replaceAll(" ", "")));
}
