import { describe, expect, it } from "vitest";
import { chatRequest, openChat } from "../../../../server/adapters/models/chat.ts";
import { MAX_REPLY_CHARS } from "../../../../server/bounds.ts";
import { all, cutInto, NEVER, serviceOf } from "../../../support/models.ts";

const event = (value: unknown): string =>
  `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;
const said = (content: string | null, finish_reason: string | null = null) =>
  event({ choices: [{ delta: { content }, finish_reason }] });
const DONE = event("[DONE]");

function replyTo(stream: string | Uint8Array[], type = "text/event-stream"): Promise<string[]> {
  const pieces = typeof stream === "string" ? [new TextEncoder().encode(stream)] : stream;
  return all(openChat(serviceOf(pieces, { type }), "m").reply([], NEVER));
}

describe("a chat reply", () => {
  it("comes in the pieces it was written in", async () => {
    expect(await replyTo(said("Hel") + said("lo.") + said(null, "stop") + DONE)).toEqual(["Hel", "lo."]);
  });

  it.each([
    ["deltas that only name a role", event({ choices: [{ delta: { role: "assistant" } }] })],
    ["content that is null", said(null)],
    ["chunks without a choice", event({ choices: [], usage: { total_tokens: 3 } })],
    ["choices without a delta", event({ choices: [{ index: 0 }] })],
    ["an error that is null", event({ choices: [], error: null })],
    ["comments", ": OPENROUTER PROCESSING\n\n"],
  ])("passes over %s", async (_name, noise) => {
    expect(await replyTo(noise + said("a") + noise + said("b", "stop") + noise)).toEqual(["a", "b"]);
  });

  it("may be cut short by its own length", async () => {
    expect(await replyTo(said("once upon") + said(null, "length") + DONE)).toEqual(["once upon"]);
  });

  it("is taken whole from a service that does not stream", async () => {
    const whole = JSON.stringify({ choices: [{ message: { content: "Hello." }, finish_reason: "stop" }] });
    expect(await replyTo(whole, "application/json; charset=utf-8")).toEqual(["Hello."]);
  });

  it.each([
    ["cut", "the stream ends without a reason", said("a")],
    ["cut", "[DONE] comes without a reason", said("a") + DONE],
    ["cut", "the service filters what it says", said("a") + said(null, "content_filter")],
    ["cut", "an error comes after words", said("a") + event({ error: { message: "sk-echo" } })],
    ["away", "an error comes before any word", event({ error: { code: "server_error", message: "x" } })],
    ["limited", "an error carries a status", said("a") + event({ error: { code: 429, message: "x" } })],
    ["budget", "the account is empty", event({ error: { code: "insufficient_quota" } })],
    ["auth", "the error is an object of its own", event({ object: "error", code: 401, message: "x" })],
    ["away", "the error is plain text", event({ error: "overloaded" })],
    ["garbage", "an event is not JSON", said("a") + event("{not json")],
    ["garbage", "an event is JSON of another shape", said("a") + event([1, 2])],
    ["garbage", "a reply is empty", said(null, "stop") + DONE],
    ["cut", "nothing is sent at all", ""],
  ])("is `%s` where %s", async (fault, _name, stream) => {
    await expect(replyTo(stream)).rejects.toThrow(`model: ${fault}`);
  });

  it.each([
    ["garbage", "an HTML page", "text/html", "<html>"],
    ["limited", "an error with a status of 200", "application/json", '{"error":{"code":429}}'],
    ["garbage", "JSON of another shape", "application/json", '{"hello":1}'],
  ])("is `%s` where the answer is %s", async (fault, _name, type, body) => {
    await expect(replyTo(body, type)).rejects.toThrow(`model: ${fault}`);
  });

  it("is whole where the stream is cut after its end, and `cut` where it is cut at any byte before", async () => {
    const text = said("der B") + ": note\r\n\r\n" + said("är 🧸.") + said(null, "stop");
    const bytes = new TextEncoder().encode(text);
    for (let end = 0; end < bytes.length; end++) {
      const got: string[] = [];
      const reading = (async () => {
        const service = serviceOf(cutInto(bytes.slice(0, end), 7), { cut: true });
        for await (const piece of openChat(service, "m").reply([], NEVER)) got.push(piece);
      })();
      await expect(reading).rejects.toThrow("model: cut");
      expect("der Bär 🧸.".startsWith(got.join(""))).toBe(true);
    }
    expect((await replyTo(cutInto(bytes, 1))).join("")).toBe("der Bär 🧸.");
  });

  it("is read no further than its bound", async () => {
    const endless = Array.from({ length: 100 }, () => new TextEncoder().encode(said("x".repeat(100))));
    expect((await replyTo(endless)).join("").length).toBe(MAX_REPLY_CHARS);
  });
});

describe("a chat request", () => {
  it("asks OpenRouter, and no one else, to keep nothing", () => {
    const promise = { provider: { data_collection: "deny", zdr: true } };
    expect(chatRequest("https://openrouter.ai", "m", [])).toMatchObject(promise);
    for (const origin of [
      "https://api.openai.com",
      "http://openrouter.ai",
      "https://openrouter.ai.evil.example",
    ]) {
      expect(chatRequest(origin, "m", [])).not.toHaveProperty("provider");
    }
  });

  it("streams, and bounds the reply", () => {
    expect(chatRequest("x", "m", [], 100)).toMatchObject({ max_tokens: 100 });
    expect(chatRequest("x", "m", [], 4_000)).toMatchObject({ max_tokens: 300 });
    expect(chatRequest("x", "m", [{ role: "user", content: "hi" }])).toEqual({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      stream: true,
      temperature: 0.7,
      max_tokens: 300,
    });
  });
});
