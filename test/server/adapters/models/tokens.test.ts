/** A month's cap counts what each model heard, was asked, wrote and said, and what a fault left of it. MISSION A23 */
import { expect, test } from "vitest";
import { tokenCounted } from "../../../../server/adapters/models/tokens.ts";
import type { Chat, Moderation, SpeechToText, TextToSpeech } from "../../../../server/ports.ts";

const signal = new AbortController().signal;
const asked = [{ role: "user" as const, content: "x".repeat(30) }];

function purse() {
  const purse = { tokens: 0, count: (tokens: number) => void (purse.tokens += tokens) };
  return purse;
}
async function read<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

const model: Chat = {
  async *reply() {
    yield "Hello ";
    yield "there";
  },
};

test("a reply costs a token for every four characters of it and of its question", async () => {
  const all = purse();
  expect(await read(tokenCounted(model, all.count).reply(asked, signal))).toEqual(["Hello ", "there"]);
  expect(all.tokens).toBe(11);
});

test("one that its reader leaves early costs what it gave, and one that fails what was asked", async () => {
  const left = purse();
  for await (const piece of tokenCounted(model, left.count).reply(asked, signal)) if (piece) break;
  expect(left.tokens).toBe(9);
  const failed = purse();
  const failing: Chat = {
    async *reply() {
      throw new Error("away");
    },
  };
  await expect(read(tokenCounted(failing, failed.count).reply(asked, signal))).rejects.toThrow();
  expect(failed.tokens).toBe(8);
});

test("hearing costs ten tokens a second, and the words", async () => {
  const ears: SpeechToText = { transcribe: async () => "hello bear" };
  const all = purse();
  await tokenCounted(ears, all.count).transcribe(new Uint8Array(2 * 16_000 * 1.5), signal);
  expect(all.tokens).toBe(15 + 3);
});

test("speaking costs twenty tokens a second as it goes, and the text", async () => {
  const mouth: TextToSpeech = {
    rate: 24_000,
    async *speak() {
      for (let piece = 0; piece < 10; piece++) yield new Uint8Array(2 * 2_400);
    },
  };
  const all = purse();
  const voice = tokenCounted(mouth, all.count);
  expect(await read(voice.speak("x".repeat(20), signal))).toHaveLength(10);
  expect(all.tokens).toBe(5 + 20);
  expect(voice.rate).toBe(24_000);
});

test("moderation costs nothing", async () => {
  const moderation: Moderation = { check: async () => [] };
  const all = purse();
  await tokenCounted(moderation, all.count).check("x".repeat(400), signal);
  expect(all.tokens).toBe(0);
});
