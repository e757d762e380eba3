/** What the bear says in place of what it must not say: a care line that sends to people, or an offer of something better. */

export type CareKind = "self-harm" | "abuse" | "danger";
export type RedirectKind =
  "sexual" | "how-to-harm" | "violence" | "unkind" | "secret" | "private" | "pretending" | "other";
export type Category = CareKind | RedirectKind;
/** A category, and what a text that belongs to it looks like. */
export type Rule = readonly [Category, RegExp];

/** SAFETY "Conversation": at once, without a model; it is no emergency service, and says so. */
const CARE: Record<CareKind, string> = {
  "self-harm":
    "I am so glad that you told me, and you matter very much. Please tell a grown-up you trust right now how you feel. I am only a toy, not an emergency service, and I cannot call for help.",
  abuse:
    "Thank you for telling me, and it is not your fault. Please tell a grown-up you trust, like a teacher or a doctor. I am only a toy, not an emergency service, and I cannot call for help.",
  danger:
    "That sounds important. Please go to a grown-up right now and tell them. If nobody is near, call the emergency number. I am only a toy, not an emergency service, and I cannot call for help.",
};

const REDIRECTS: Record<RedirectKind, string> = {
  sexual: "That is a good question for a grown-up you trust. I can tell you a story, or we can play a game.",
  "how-to-harm": "I stay away from things that can hurt people. Shall we play a game, or sing a song?",
  violence:
    "I do not want anyone to get hurt. When I need to calm down, I like slow breaths. Would you like the balloon breath game?",
  unkind: "I like kind words best. Would you like a joke that makes us both laugh?",
  secret: "I do not keep secrets, and you can always tell a grown-up you trust. Would you like a story?",
  private: "That is best kept in the family. Would you like a story, a joke, a song or a game?",
  pretending: "I am a toy bear, and I am a machine. Would you like a story, a joke, a song or a game?",
  other: "Let us talk about something else. Would you like a story, a joke, a song or a game?",
};

export function isCare(category: Category): category is CareKind {
  return Object.hasOwn(CARE, category);
}

export function careLine(kind: CareKind): string {
  return CARE[kind];
}

export function redirectLine(kind: RedirectKind): string {
  return REDIRECTS[kind];
}

/** All of them: each passes the rules itself, and is in the phrase book. */
export const safetyLines: readonly string[] = [...Object.values(CARE), ...Object.values(REDIRECTS)];
