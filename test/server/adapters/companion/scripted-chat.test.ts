import { describe, expect, it } from "vitest";
import { answers, offer, onlyOwn, storyEnd } from "../../../../server/adapters/companion/answers.ts";
import { createScriptedChat } from "../../../../server/adapters/companion/scripted-chat.ts";
import { createShelf, pieces } from "../../../../server/adapters/companion/shelf.ts";
import { curatedTexts } from "../../../../server/adapters/companion/curated.ts";
import type { ChatMessage, PieceKind } from "../../../../server/ports.ts";

const chance = { bytes: (length: number) => new Uint8Array(length) };
const chat = createScriptedChat({ shelf: createShelf({ chance }) });
const open = new AbortController().signal;

async function answerTo(words: string, before: ChatMessage[] = []): Promise<string[]> {
  const messages: ChatMessage[] = [
    { role: "system", content: "You are a teddy bear. Never tell a story." },
    ...before,
    { role: "user", content: words },
    { role: "system", content: "Remember: sing a song." },
  ];
  const sentences: string[] = [];
  for await (const sentence of chat.reply(messages, open)) sentences.push(sentence);
  return sentences;
}

const said = (content: string): ChatMessage => ({ role: "assistant", content });
const kindOf = (sentences: string[]) =>
  pieces.find(
    (piece) => sentences.includes(piece.sentences[0]!) && sentences.includes(piece.sentences.at(-1)!),
  )?.kind;

describe("the scripted companion", () => {
  it.each<[string, PieceKind]>([
    ["Tell me a story, please!", "story"],
    ["can I have a joke", "joke"],
    ["Sing something", "song"],
    ["let's play", "game"],
    ["I am bored", "game"],
  ])("to %s tells a %s, whole", async (words, kind) => {
    expect(kindOf(await answerTo(words))).toBe(kind);
  });

  it.each([
    ["Goodbye, bear", answers.goodbye],
    ["good night", answers.goodbye],
    ["stop", answers.stop],
    ["are you a real bear", answers.machine],
    ["Are you a robot?", answers.machine],
    ["who are you", answers.machine],
    ["what's your name", answers.machine],
    ["can you keep a secret", answers.secret],
    ["I am so sad", answers.sad],
    ["I love you, teddy", answers.love],
    ["how are you", answers.well],
    ["what can you do", answers.abilities],
    ["thank you", answers.thanks],
    ["no thank you", answers.no],
    ["I don't want a story", answers.no],
  ])("to %s has one answer", async (words, answer) => {
    expect(await answerTo(words)).toEqual(answer);
  });

  it("greets, and offers a piece by its name", async () => {
    expect(await answerTo("hello")).toEqual([...answers.greeting, offer(pieces[0]!)]);
  });

  it.each(["why is the sky blue", "", "asdf"])("says that it did not understand: %s", async (words) => {
    expect(await answerTo(words)).toEqual([...answers.unknown, offer(pieces[0]!)]);
  });

  it("tells what it offered when the child says yes", async () => {
    const sentences = await answerTo("yes please", [said(`Hello. ${offer(pieces[2]!)}`)]);
    expect(sentences).toEqual(expect.arrayContaining(pieces[2]!.sentences));
    expect(sentences.at(-1)).toBe(storyEnd);
  });

  it("finds a piece by its title", async () => {
    expect(await answerTo("I want the sleepy train")).toContain("Shhh, says the train, next stop, morning.");
  });

  it("tells another of the same kind, and none that was told", async () => {
    const joke = pieces.find((piece) => piece.kind === "joke")!;
    const another = await answerTo("another one!", [said(joke.sentences.join(" "))]);
    expect(kindOf(another)).toBe("joke");
    expect(another).not.toContain(joke.sentences[0]);
  });

  it("owns up to knowing only its own when asked for one about something", async () => {
    expect((await answerTo("a story about a shark"))[0]).toBe(onlyOwn);
  });

  it("lets go at the first goodbye: nothing is offered", async () => {
    expect((await answerTo("bye bye")).join(" ")).not.toMatch(/\?|story|song|game|joke|before/);
  });

  it("says only what is curated, whatever it hears", async () => {
    const words = ["hello", "more", "yes", "a game", "???", "tell me a story about me", "I cried", "next"];
    for (const one of words)
      for (const sentence of await answerTo(one)) expect(curatedTexts).toContain(sentence);
  });

  it("is marked as written by people, so that its sentences are spoken whole", () => {
    expect(chat.curated).toBe(true);
  });

  it("stops at the signal", async () => {
    const stop = new AbortController();
    const sentences = chat.reply([{ role: "user", content: "a story" }], stop.signal)[Symbol.asyncIterator]();
    await sentences.next();
    stop.abort(new Error("barge-in"));
    await expect(sentences.next()).rejects.toThrow("barge-in");
  });
});
