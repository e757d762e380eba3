import { expect, test } from "vitest";
import { tokenCounted } from "../../../../server/adapters/models/tokens.ts";
import type { Chat } from "../../../../server/ports.ts";

const signal = new AbortController().signal;
const asked = [{ role: "user" as const, content: "x".repeat(30) }];

async function read(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

test("a reply costs a token for every four characters of it and of its question, told to both once", async () => {
  const counted: number[] = [];
  const told: number[] = [];
  const model: Chat = {
    async *reply() {
      yield "Hello ";
      yield "there";
    },
  };
  const chat = tokenCounted(model, (tokens) => counted.push(tokens));
  expect(await read(chat.reply(asked, signal, { onTokens: (tokens) => told.push(tokens) }))).toBe(
    "Hello there",
  );
  expect([counted, told]).toEqual([[11], [11]]);
  // one that its reader leaves early
  for await (const piece of chat.reply(asked, signal)) if (piece) break;
  expect(counted).toEqual([11, 9]);
});

test("one that fails costs what was asked", async () => {
  const counted: number[] = [];
  const model: Chat = {
    async *reply() {
      throw new Error("away");
    },
  };
  await expect(
    read(tokenCounted(model, (tokens) => counted.push(tokens)).reply(asked, signal)),
  ).rejects.toThrow();
  expect(counted).toEqual([8]);
});
