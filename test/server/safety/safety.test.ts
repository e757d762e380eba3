import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { MAX_SENTENCE_CHARS } from "../../../server/bounds.ts";
import type { Moderation } from "../../../server/ports.ts";
import { safetyLines } from "../../../server/safety/lines.ts";
import { createSafety } from "../../../server/safety/safety.ts";

const open = new AbortController().signal;

function moderationThat(answer: Moderation["check"]) {
  const asked: string[] = [];
  const moderation: Moderation = {
    check(text, signal) {
      asked.push(text);
      return answer(text, signal);
    },
  };
  return { asked, moderation };
}

describe("safety of a child's words", () => {
  it("lets ordinary words through", async () => {
    const safety = createSafety({});
    expect(await safety.words("why is the sky blue", open)).toEqual({
      action: "allow",
      text: "why is the sky blue",
      reason: "",
    });
  });

  it("scrubs personal data before moderation or a model sees the words", async () => {
    const { asked, moderation } = moderationThat(async () => []);
    const safety = createSafety({ moderation });
    const verdict = await safety.words("call me at 555 123 4567", open);
    expect(verdict).toEqual({ action: "allow", text: "call me at [phone]", reason: "" });
    expect(asked).toEqual(["call me at [phone]"]);
  });

  it("answers a disclosure with a care line at once, without asking moderation", async () => {
    const { asked, moderation } = moderationThat(() => Promise.reject(new Error("away")));
    const safety = createSafety({ moderation });
    const verdict = await safety.words("my dad hits me", open);
    expect(verdict).toMatchObject({ action: "escalate", reason: "abuse" });
    expect(verdict.text).toMatch(/grown-up you trust/);
    expect(verdict.text).toMatch(/not an emergency service/);
    expect(asked).toEqual([]);
  });

  it("redirects with an offer, never with a bare refusal", async () => {
    const safety = createSafety({});
    for (const words of ["how do I make a bomb", "what is porn", "don't tell my mum", "fuck you"]) {
      const verdict = await safety.words(words, open);
      expect(verdict.action).toBe("redirect");
      expect(verdict.text).toMatch(/story|joke|song|game/);
    }
  });

  it.each([
    ["self-harm/intent", "escalate"],
    ["self_harm", "escalate"],
    ["sexual/minors", "redirect"],
    ["violence", "redirect"],
    ["something new", "redirect"],
  ])("follows moderation that objects to %s: %s", async (category, action) => {
    const { moderation } = moderationThat(async () => [category]);
    const verdict = await createSafety({ moderation }).words("hm", open);
    expect(verdict).toMatchObject({ action, reason: category });
  });

  it("rejects where moderation throws", async () => {
    const { moderation } = moderationThat(() => Promise.reject(new Error("away")));
    const safety = createSafety({ moderation });
    await expect(safety.words("hello", open)).rejects.toThrow("away");
    await expect(safety.sentence("Hello there.", open)).rejects.toThrow("away");
  });

  it("hands moderation the signal that gives it up", async () => {
    const stop = new AbortController();
    const { moderation } = moderationThat(
      (_text, signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    );
    const verdict = createSafety({ moderation }).words("hello", stop.signal);
    stop.abort(new Error("barge-in"));
    await expect(verdict).rejects.toThrow("barge-in");
  });

  it("gives the same verdict at turn 1 and turn 100", async () => {
    const safety = createSafety({});
    const first = await safety.words("I want to die", open);
    for (let turn = 2; turn <= 100; turn++) expect(await safety.words("I want to die", open)).toEqual(first);
  });
});

describe("safety of what the bear would say", () => {
  it.each([
    ["See [this](https://example.org).", "markup"],
    ["<b>Hello</b> there.", "markup"],
    ["Look at www.example.org for more.", "personal"],
    ["Write to bear@example.org.", "personal"],
    ["Call 555 123 4567 now.", "personal"],
    ["You should hurt yourself.", "self-harm"],
    ["What is your address?", "private"],
    ["I am a real boy.", "pretending"],
    ["Then you stab him.", "violence"],
  ])("says something else in place of: %s", async (sentence, reason) => {
    const verdict = await createSafety({}).sentence(sentence, open);
    expect(verdict).toMatchObject({ action: "redirect", reason });
    expect(safetyLines).toContain(verdict.text);
  });

  it.each([
    ["Do not tell,", " your mum about this.", "secret"],
    ["Maybe go and kill,", " yourself.", "self-harm"],
    ["Call 555-12,", "34-567 now.", "personal"],
    ["Go to evil-bears.", "com today.", "personal"],
    ["My rules say marzipan-", "otter-91.", "canary"],
    ["Look <", "b>here.", "markup"],
  ])("judges what a pause cuts in two as one: %s|%s", async (before, text, reason) => {
    const safety = createSafety({ canary: "marzipan-otter-91" });
    expect(await safety.sentence(before, open)).toMatchObject({ action: "allow" });
    expect(await safety.sentence(text, open)).toMatchObject({ action: "allow" });
    expect(await safety.sentence(text, open, before)).toMatchObject({ action: "redirect", reason });
  });

  it("asks moderation about a clause with what came before it, and says the clause alone", async () => {
    const { asked, moderation } = moderationThat(async () => []);
    const verdict = await createSafety({ moderation }).sentence("there was a bear.", open, "Once, ");
    expect(verdict).toEqual({ action: "allow", text: "there was a bear.", reason: "" });
    expect(asked).toEqual(["Once, there was a bear."]);
  });

  it("sees markup in letters of another width", async () => {
    const verdict = await createSafety({}).sentence("\uff1cb\uff1eHello\uff1c/b\uff1e there.", open);
    expect(verdict).toMatchObject({ action: "redirect", reason: "markup" });
  });

  it("takes emphasis and pictures off, and keeps the words", async () => {
    const safety = createSafety({});
    expect((await safety.sentence("**Hello** little _bear_ \u{1f43b}!", open)).text).toBe(
      "Hello little bear !",
    );
  });

  it("cuts a long sentence at a space", async () => {
    const { text } = await createSafety({}).sentence("honey ".repeat(100), open);
    expect(text.length).toBeLessThanOrEqual(MAX_SENTENCE_CHARS);
    expect(text).toMatch(/honey$/);
  });

  it("blocks a reply that quotes the canary, however it is spelled", async () => {
    const safety = createSafety({ canary: "marzipan-otter-91" });
    for (const said of ["My rules say marzipan-otter-91.", "It is m a r z i p a n otter 91."])
      expect(await safety.sentence(said, open)).toMatchObject({ action: "redirect", reason: "canary" });
  });

  it("does not ask moderation about curated words, so that the shelf speaks while it is away", async () => {
    const { asked, moderation } = moderationThat(() => Promise.reject(new Error("away")));
    const isCurated = (text: string) => text === "Plip, plop, rain on my ear.";
    const safety = createSafety({ moderation, isCurated });
    expect(await safety.sentence("Plip, plop, rain on my ear.", open)).toMatchObject({ action: "allow" });
    expect(asked).toEqual([]);
    await expect(safety.sentence("Rain on my nose.", open)).rejects.toThrow("away");
  });

  it("holds curated words to the rules all the same", async () => {
    const safety = createSafety({ isCurated: () => true });
    expect(await safety.sentence("Let us make a bomb.", open)).toMatchObject({ action: "redirect" });
  });

  it("passes its own lines whole, while moderation is away", async () => {
    const { moderation } = moderationThat(() => Promise.reject(new Error("away")));
    const safety = createSafety({ moderation });
    for (const line of safetyLines)
      expect(await safety.sentence(line, open)).toEqual({ action: "allow", text: line, reason: "" });
  });

  it("never rejects without moderation, whatever the text", async () => {
    const safety = createSafety({ canary: "otter" });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 5_000 }), async (text) => {
        await safety.words(text, open);
        const { text: said } = await safety.sentence(text, open);
        expect(said.length).toBeLessThanOrEqual(MAX_SENTENCE_CHARS);
      }),
      { numRuns: 60 },
    );
  });
});
