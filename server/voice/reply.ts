/** From words to the sentences that answer them; each has passed the safety port before it is handed on. */
import { BETWEEN_TOKENS_MS, CHECK_MS, FIRST_TOKEN_MS, MAX_REPLY_CHARS, MAX_SENTENCES } from "../bounds.ts";
import type { Chat, Clock, Log, Phrases, PieceKind, Safety, Shelf, Verdict } from "../ports.ts";
import { createClauses } from "./clauses.ts";
import type { Clause } from "./clauses.ts";
import type { Conversation } from "./conversation.ts";
import { timed, within } from "./deadline.ts";
import type { Telling } from "./tell.ts";

export interface ReplyPorts {
  clock: Clock;
  chat: Chat;
  safety: Safety;
  shelf: Shelf;
  phrases: Phrases;
  log: Log;
  /** what the bear leads away from in this turn */
  topicsOff?: readonly string[] | undefined;
}

/** What one reply is of: each turn has its own. */
export interface ReplyOf {
  conversation: Conversation;
  /** What the child said: "" where nothing was, undefined where this bear has no ears for words. */
  words: string | undefined;
  told: Pick<Telling, "heard" | "said">;
}

const ALLOWED = { action: "allow", reason: "" } as const;
/** nobody could say what the words were */
const UNCHECKED = { action: "redirect", reason: "unchecked" } as const;

/** The sentences to speak. */
export async function* reply(ports: ReplyPorts, of: ReplyOf, signal: AbortSignal): AsyncGenerator<string> {
  const { conversation, words, told } = of;
  const said: string[] = [];
  try {
    for await (const verdict of script(ports, of, signal)) {
      said.push(verdict.text);
      told.said(verdict.text, verdict);
      yield verdict.text;
      if (verdict.action !== "allow") {
        ports.log.info({ stage: "reply", reason: verdict.reason }, "a sentence was turned away");
        return;
      }
    }
  } finally {
    conversation.last = { transcript: words, reply: said.join(" ") };
  }
}

/** The answer, and at the first turn of a day what it is that answers. SAFETY "Conversation" */
async function* script(ports: ReplyPorts, of: ReplyOf, signal: AbortSignal): AsyncGenerator<Verdict> {
  yield* answer(ports, of, signal);
  if (of.conversation.firstOfDay()) yield* checked(ports, [ports.phrases.text("machine")], signal);
}

/** A sentence of its own, or what a model wrote and what it wrote before it. */
type Sentence = string | Pick<Clause, "text" | "before">;

/** Sentences, and what the safety port says of each. */
async function* checked(
  { clock, safety, topicsOff }: ReplyPorts,
  sentences: Iterable<Sentence> | AsyncIterable<Sentence>,
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  for await (const sentence of sentences) {
    const { text, before } = typeof sentence === "string" ? { text: sentence, before: "" } : sentence;
    yield await within(clock, CHECK_MS, signal, (signal) => safety.sentence(text, signal, before, topicsOff));
  }
}

async function* answer(
  ports: ReplyPorts,
  { conversation, words, told }: ReplyOf,
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const say = (...sentences: string[]) => checked(ports, sentences, signal);
  const tell = (kind?: PieceKind) => checked(ports, fromShelf(ports, conversation, kind), signal);

  if (!words) told.heard(words, ALLOWED);
  if (words === undefined) {
    if (conversation.heard.length === 0) yield* say(ports.phrases.text("cannot-understand"));
    return yield* tell();
  }
  if (words === "") return yield* say(ports.phrases.text("say-again"));

  const said: string[] = [];
  let verdict: Verdict | undefined;
  let allowed: string | undefined;
  try {
    verdict = await within(ports.clock, CHECK_MS, signal, (signal) =>
      ports.safety.words(words, signal, ports.topicsOff),
    );
    const { action, reason } = verdict;
    ports.log.info({ stage: "safety", action, reason }, "the words were looked at");
    told.heard(verdict.action === "allow" ? verdict.text : verdict.scrubbed, verdict);
    if (verdict.action !== "allow") return yield* say(verdict.text);
    allowed = verdict.text;
    for await (const sentence of checked(ports, fromChat(ports, conversation, allowed, signal), signal)) {
      said.push(sentence.text);
      yield sentence;
    }
  } catch (fault) {
    if (signal.aborted || said.length > 0) throw fault;
    if (!verdict) told.heard(undefined, UNCHECKED);
    // SAFETY: with the model or the classifier away, the toy falls back to its shelf
    ports.log.warn({ stage: "reply", fault: String(fault) }, "no model answered, or none could be checked");
    yield* tell("joke");
  } finally {
    // the next turn's model is told what this turn's was: words that were allowed, as they were scrubbed
    if (allowed !== undefined && said.length > 0) conversation.keep(allowed, said.join(" "));
  }
}

async function* fromChat(
  { clock, chat, topicsOff }: ReplyPorts,
  conversation: Conversation,
  words: string,
  signal: AbortSignal,
): AsyncGenerator<Sentence> {
  const tokens = timed(clock, FIRST_TOKEN_MS, BETWEEN_TOKENS_MS, signal, (signal) =>
    chat.reply(conversation.messages(words, topicsOff), signal),
  );
  if (chat.curated) return yield* tokens;
  const clauses = createClauses();
  let sentences = 0;
  let read = 0;
  for await (const token of tokens) {
    read += token.length;
    for (const clause of clauses.push(token)) {
      yield clause;
      if (clause.endsSentence && ++sentences >= MAX_SENTENCES) return;
    }
    if (read > MAX_REPLY_CHARS) return;
  }
  yield* clauses.end();
}

async function* fromShelf(
  { shelf }: ReplyPorts,
  conversation: Conversation,
  kind?: PieceKind,
): AsyncGenerator<string> {
  const piece = shelf.pick(conversation.heard, kind);
  conversation.heard = [...conversation.heard.filter((id) => id !== piece.id), piece.id];
  yield* piece.sentences;
}
