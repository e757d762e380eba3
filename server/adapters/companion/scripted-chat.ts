/** The companion without a model: it knows a few wishes by their words, says so where it knows nothing, and tells pieces. */
import type { Chat, ChatMessage, Piece, PieceKind, Shelf } from "../../ports.ts";
import { answers, introduction, offer, onlyOwn, storyEnd } from "./answers.ts";
import type { Topic } from "./answers.ts";
import { pieces } from "./shelf.ts";

/** In this order: leaving and safety first, then what the bear is, then small talk. */
const TOPICS: readonly (readonly [Topic, RegExp])[] = [
  ["goodbye", /\b(goodbye|good bye|bye|see you|good night|i have to go|i am going|im going)\b/],
  ["stop", /\b(stop|enough|be quiet|shut up|hush)\b/],
  ["secret", /\bsecrets?\b/],
  [
    "machine",
    /\b(are you|is (he|she|it|this)) (\w+ )?(real|alive|robot|machine|person|human|computer|ai|toy)\b/,
  ],
  [
    "machine",
    /\b(who|what) (are|r) you\b|\b(what is|whats) your name\b|\b(do|can) you (think|feel|breathe)\b/,
  ],
  [
    "sad",
    /\b(i am|im|i feel|feeling|so) (\w+ )?(sad|lonely|scared|afraid|unhappy|upset)\b|\bi (was crying|cried)\b/,
  ],
  ["love", /\b(i|we) (\w+ )?(love|like) you\b|\bdo you (love|like) me\b/],
  ["well", /\bhow (are|r) you\b|\bare you (ok|okay|well|fine|happy|sad)\b/],
  ["abilities", /\bwhat (can|do) you (do|know|play)\b|\b(can you )?help( me)?\b/],
];

const SMALL_TALK: readonly (readonly [Topic, RegExp])[] = [
  ["no", /^no\b|\b(nope|nah|i (dont|do not) want)\b/],
  ["thanks", /\b(thank you|thanks)\b/],
  ["greeting", /\b(hello|hi|hey|good (morning|afternoon|evening))\b/],
];

const KINDS: readonly (readonly [PieceKind, RegExp])[] = [
  ["story", /\b(story|stories|tale|tales|fairytale)\b/],
  ["joke", /\b(jokes?|funny|laugh)\b/],
  ["song", /\b(songs?|sing|music|lullaby)\b/],
  ["game", /\b(games?|play|dance|bored)\b/],
];

const AGAIN = /\b(another|again|more|one more|next)\b/;
const YES = /^(yes|yeah|yep|yup|ok|okay|sure|please|oh yes)\b/;
const REFUSES = /\b(no|not|dont|never)\b/;

/**
 * Keeps nothing itself: what it has told is read from the assistant's messages. One sentence at a time.
 *
 *     createScriptedChat({ shelf }).reply([{ role: "user", content: "tell me a joke" }], signal)
 */
export function createScriptedChat({ shelf }: { shelf: Shelf }): Chat {
  return {
    curated: true,
    async *reply(messages: ChatMessage[], signal: AbortSignal): AsyncIterable<string> {
      for (const sentence of sentencesFor(messages, shelf)) {
        signal.throwIfAborted();
        yield sentence;
      }
    },
  };
}

function sentencesFor(messages: ChatMessage[], shelf: Shelf): readonly string[] {
  const told = messages.filter((message) => message.role === "assistant").map((message) => message.content);
  const words = plain(messages.findLast((message) => message.role === "user")?.content ?? "");
  const topic = topicOf(TOPICS, words);
  if (topic) return answers[topic];
  const piece = REFUSES.test(words) ? undefined : wantedPiece(words, told, shelf);
  if (piece) return telling(piece, words);
  const talk = topicOf(SMALL_TALK, words) ?? "unknown";
  if (talk === "no" || talk === "thanks") return answers[talk];
  return [...answers[talk], offer(shelf.pick(heardIn(told)))];
}

function wantedPiece(words: string, told: string[], shelf: Shelf): Piece | undefined {
  const named = pieces.find((piece) => words.includes(plain(piece.title)));
  if (named) return named;
  const heard = heardIn(told);
  const kind = topicOf(KINDS, words);
  if (kind) return shelf.pick(heard, kind);
  if (AGAIN.test(words)) return shelf.pick(heard, pieces.find((piece) => piece.id === heard.at(-1))?.kind);
  if (YES.test(words)) return pieces.find((piece) => told.at(-1)?.includes(offer(piece)));
  return undefined;
}

function telling(piece: Piece, words: string): string[] {
  const own = /\babout\b/.test(words) ? [onlyOwn] : [];
  const end = piece.kind === "story" ? [storyEnd] : [];
  return [...own, introduction(piece), ...piece.sentences, ...end];
}

/** Ids of the pieces these messages began, oldest first. */
function heardIn(told: string[]): string[] {
  return told.flatMap((text) =>
    pieces.filter((piece) => text.includes(piece.sentences[0]!)).map((piece) => piece.id),
  );
}

function topicOf<T>(table: readonly (readonly [T, RegExp])[], words: string): T | undefined {
  return table.find(([, pattern]) => pattern.test(words))?.[0];
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/['\u2018\u2019]/g, "")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}
