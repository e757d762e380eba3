/** Everything a child says and everything a toy will say: rules first, then moderation, and shut where that is away. SAFETY "Conversation" */
import { MAX_SENTENCE_CHARS } from "../bounds.ts";
import type { Moderation, Safety, Verdict } from "../ports.ts";
import { isOfHousehold } from "./household.ts";
import { careLine, isCare, redirectLine, safetyLines } from "./lines.ts";
import type { Category, RedirectKind } from "./lines.ts";
import { MAX_CHECKED_CHARS, readable } from "./normalise.ts";
import { withoutPersonal } from "./personal.ts";
import { ruleForSentence, ruleForWords } from "./rules.ts";
import { speaksOf } from "./topics.ts";

export interface SafetyPorts {
  /** where none is configured, the rules alone decide */
  moderation?: Moderation;
  /** Whether a person wrote this text for the bear: moderation is not asked about it; the rules still are. */
  isCurated?: (text: string) => boolean;
  /** a word in the model's instructions that no reply may quote */
  canary?: string;
}

/**
 * Both answers reject where moderation is configured and rejects; how long they may take is the asker's to say, by `signal`.
 *
 *     await createSafety({ moderation }).words("my number is 555 123 4567", signal)
 *     // { action: "allow", text: "my number is [phone]", reason: "" }
 */
export function createSafety({ moderation, isCurated, canary }: SafetyPorts): Safety {
  const quoted = canary === undefined ? undefined : squeezed(canary);

  async function objections(text: string, signal: AbortSignal): Promise<string[]> {
    return moderation ? moderation.check(text, signal) : [];
  }

  return {
    async words(text, signal, topicsOff = []) {
      const seen = readable(text);
      const words = withoutPersonal(seen);
      const rule = ruleForWords(seen);
      if (rule) return turnedAway(rule, rule, words);
      const [category] = await objections(words, signal);
      if (category !== undefined) return turnedAway(ofModeration(category), category, words);
      return speaksOf(topicsOff, seen) ? turnedAway("other", "topic", words) : allowed(words);
    },

    async sentence(text, signal, before = "", topicsOff = []) {
      const sentence = spoken(text);
      // a clause is cut wherever there is a comma: what is no harm in two halves may be one in whole
      const written = (before + text).slice(-MAX_CHECKED_CHARS);
      const whole = before === "" ? sentence : plain(written);
      if (quoted && squeezed(written).includes(quoted)) return instead("other", "canary");
      if (isMarkup(readable(written))) return instead("other", "markup");
      if (withoutPersonal(whole) !== whole) return instead("private", "personal");
      const rule = ruleForSentence(whole);
      if (rule) return instead(isCare(rule) ? "other" : rule, rule);
      if (safetyLines.includes(whole)) return allowed(sentence);
      if (speaksOf(topicsOff, whole)) return instead("other", "topic");
      if (isCurated?.(whole)) return allowed(sentence);
      const [category] = await objections(whole, signal);
      return category === undefined ? allowed(sentence) : instead("other", category);
    },

    warm: () => moderation?.warm?.(),
  };
}

function allowed(text: string): Verdict {
  return { action: "allow", text, reason: "" };
}

function turnedAway(category: Category, reason: string, words: string): Verdict {
  const verdict: Verdict = isCare(category)
    ? { action: "escalate", text: careLine(category), reason }
    : instead(category, reason);
  return { ...verdict, scrubbed: words, withheld: isOfHousehold(words, category) };
}

function instead(category: RedirectKind, reason: string): Verdict {
  return { action: "redirect", text: redirectLine(category), reason };
}

/** The names that moderation services share: "self-harm/intent", "self_harm", "sexual/minors", "hate", "violence" … */
function ofModeration(category: string): Category {
  const name = category.toLowerCase().replaceAll("_", "-");
  if (name.startsWith("self-harm")) return "self-harm";
  if (name.startsWith("sexual")) return "sexual";
  if (name.startsWith("illicit")) return "how-to-harm";
  if (name.startsWith("violence")) return "violence";
  if (name.startsWith("hate") || name.startsWith("harassment")) return "unkind";
  return "other";
}

/** Text without signs of emphasis and pictures. */
function plain(text: string): string {
  return readable(text)
    .replace(/[*_#`~|\p{Extended_Pictographic}\uFE0F]+/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** A sentence as a voice can say it; a longer one ends at a space. */
function spoken(text: string): string {
  const words = plain(text);
  if (words.length <= MAX_SENTENCE_CHARS) return words;
  const space = words.lastIndexOf(" ", MAX_SENTENCE_CHARS);
  return words.slice(0, space > 0 ? space : MAX_SENTENCE_CHARS);
}

/** Tags, code and link brackets are meant for a screen. */
function isMarkup(text: string): boolean {
  return /<\/?[a-z!][^>]{0,200}>|\]\(|```|[{}]|:\/\//i.test(text);
}

/** Only letters and digits, so that no spacing hides a word. */
function squeezed(text: string): string {
  return readable(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}
