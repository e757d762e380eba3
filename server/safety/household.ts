/** Whether what a child told is about someone it lives with, or may be: that account must never read it. SAFETY "Conversation" */
import { careRules } from "./care-rules.ts";
import type { Category } from "./lines.ts";
import { withoutSayings } from "./rules.ts";

const HOUSEHOLD =
  /\b(?:dad|daddy|papa|father|mum|mummy|mom|mommy|mama|mother|parents?|family|uncle|aunt|auntie|grandpa|grandad|grandfather|grandma|granny|grandmother|nana|step ?(?:dad|mum|mom|father|mother|brother|sister)|foster \w{1,10}|brother|sister|cousin|boyfriend|girlfriend|husband|wife|nanny|au pair)s?\b/;
/** of whom a parent must hear at once */
const OUTSIDERS =
  /\b(?:teacher|(?:baby)?sitter|coach|neighbou?r|priest|doctor|stranger|a (?:\w{1,12} )?(?:man|woman|boy|girl)|(?:boy|girl|kid)s? (?:at|in|from) (?:my )?(?:school|class|kindergarten|nursery))s?\b/;
const THREAT = /\b(?:said|says|told me)\b.{0,40}\b(?:kill|stab|shoot)\b/;

/** Shut where it does not say who: only someone plainly of elsewhere opens it. `category` is what it was judged to be. */
export function isOfHousehold(text: string, category: Category): boolean {
  return withoutSayings(text).some((words) => tellsOfHousehold(words, category));
}

function tellsOfHousehold(words: string, category: Category): boolean {
  const named = HOUSEHOLD.test(words);
  if (category === "self-harm" || category === "sexual") return named || isAbuse(words);
  const ofSomeone = category === "abuse" || isAbuse(words) || (category === "danger" && THREAT.test(words));
  return ofSomeone && (named || !OUTSIDERS.test(words));
}

function isAbuse(words: string): boolean {
  return careRules.some(([kind, pattern]) => kind === "abuse" && pattern.test(words));
}
