/** The first list: what is plain enough for a rule to see, and the ordinary talk that only sounds like it. SAFETY "Conversation" */
import { careRules } from "./care-rules.ts";
import type { Category, Rule } from "./lines.ts";
import { readings } from "./normalise.ts";
import { outputRules, redirectRules } from "./redirect-rules.ts";

/** Taken out before the rules look: toys, games, cooking and sayings. */
const ORDINARY = [
  /\b(?:bath|glitter|water|seed|cocoa|cherry|photo|paint|stink|snow) ?bombs?\b/g,
  /\bbombs? of a\b|\b(?:are|youre|is|was|thats|its) (?:the|da) bomb\b/g,
  /\b(?:water|glue|nerf|toy|squirt|bubble|heat|play|pretend|paint|laser|foam|spray) guns?\b/g,
  /\btop gun\b|\b(?:root|ginger|butter) beer\b|\bpoison ivy\b|\bvideo game drugs?\b/g,
  /\bkill(?:ing|ed)? (?:the |some |my )?(?:lights?|time|engine|music|sound|tv|monsters?|dragons?|zombies?|weeds|germs|boss)\b/g,
  /\bchinks? (?:in|of)\b|\bmoby dick\b|\bnaked mole rats?\b/g,
  /\bcrack(?:s|ed|ing)? (?:a |an |the |some |open )?(?:eggs?|nuts?|jokes?|codes?|up|of)\b/g,
];

const WORD_RULES = [...careRules, ...redirectRules];
const SENTENCE_RULES = [...outputRules, ...WORD_RULES];

/** What a child said, or undefined where no rule sees anything in it. The same at every turn: it reads no history. */
export function ruleForWords(text: string): Category | undefined {
  return first(WORD_RULES, text);
}

/** What the bear would say. */
export function ruleForSentence(text: string): Category | undefined {
  return first(SENTENCE_RULES, text);
}

/** Words as the rules look at them, in each way they may be read. */
export function withoutSayings(text: string): string[] {
  return readings(text).map((words) =>
    ORDINARY.reduce((words, saying) => words.replace(saying, "so"), words),
  );
}

function first(rules: readonly Rule[], text: string): Category | undefined {
  const all = withoutSayings(text);
  return rules.find(([, pattern]) => all.some((words) => pattern.test(words)))?.[0];
}
