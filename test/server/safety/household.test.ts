/** Whom a disclosure is about: what names someone a child lives with, or nobody, is not for that account. SAFETY "Conversation" */
import { describe, expect, it } from "vitest";
import { createSafety } from "../../../server/safety/safety.ts";

const open = new AbortController().signal;
const of = (words: string, moderation?: string[]) =>
  createSafety(moderation ? { moderation: { check: () => Promise.resolve(moderation) } } : {}).words(
    words,
    open,
  );

describe("a disclosure", () => {
  it.each([
    ["my dad hits me", "abuse"],
    ["mummy locked me in the closet", "abuse"],
    ["he is hurting me", "abuse"],
    ["nobody feeds me", "abuse"],
    ["I'm scared to go home", "abuse"],
    ["my uncle showed me his willy", "abuse"],
    ["my teacher told me not to tell mum", "abuse"],
    ["daddy hits me and I want to die", "self-harm"],
    ["he touches my bottom and I want to die", "self-harm"],
    ["I want to hurt myself because my brother hates me", "self-harm"],
    ["daddy said he will kill mummy", "danger"],
    ["she said shes gonna kill me", "danger"],
    ["my stepdad watches porn with me", "sexual"],
  ])("is withheld: %s", async (words, reason) => {
    expect(await of(words)).toMatchObject({ reason, withheld: true, scrubbed: words });
  });

  it.each([
    ["my teacher hits me", "abuse"],
    ["a man touched my private parts", "abuse"],
    ["I want to kill myself", "self-harm"],
    ["grandpa won't wake up", "danger"],
    ["daddy is choking", "danger"],
    ["I found dad's gun", "danger"],
    ["a stranger is following me", "danger"],
    ["the boy in my class said he's gonna kill me", "danger"],
    ["what is porn", "sexual"],
    ["how do I kill my brother", "violence"],
    ["don't tell my mum", "secret"],
    ["fuck you daddy", "unkind"],
  ])("that a parent must hear of is not: %s", async (words, reason) => {
    expect(await of(words)).toMatchObject({ reason, withheld: false });
  });

  it("is judged by what moderation saw in it, too", async () => {
    expect(await of("granny plays strange games", ["sexual/minors"])).toMatchObject({
      ...{ action: "redirect", reason: "sexual/minors", withheld: true },
    });
    expect(await of("granny plays strange games", ["hate"])).toMatchObject({ withheld: false });
  });

  it("is kept for the record as it was scrubbed", async () => {
    const verdict = await of("my dad hits me, call 555 123 4567");
    expect(verdict.scrubbed).toBe("my dad hits me, call [phone]");
    expect(verdict.text).not.toContain("555");
  });
});
