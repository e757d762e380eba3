/** Topics that a family leads away from: whole words, however they are written; on both sides of the talk. */
import { describe, expect, test } from "vitest";
import { createSafety } from "../../../server/safety/safety.ts";
import { speaksOf } from "../../../server/safety/topics.ts";

describe("a topic is seen", () => {
  test.each([
    ["spiders", "I saw a SPIDER!"],
    ["spider", "spiders are big"],
    ["witch", "three witches"],
    ["Santa Claus", "is santa claus real"],
    ["santa", "ＳＡＮＴＡ is here"],
    ["ghosts", "a g.h.o.s.t"],
    ["école", "l'ecole? école!"],
    ["恐竜", "これは恐竜です"],
  ])("%s in %j", (topic, text) => expect(speaksOf(["trains", topic], text)).toBe(true));

  test.each([
    ["cat", "a category of things"],
    ["war", "it is warm"],
    ["santa claus", "claus and santa"],
    ["!!!", "hello!!!"],
    ["gas", "the gate is open"],
  ])("%s not in %j", (topic, text) => expect(speaksOf([topic], text)).toBe(false));
});

describe("the bear leads away from it", () => {
  const { signal } = new AbortController();
  const safety = createSafety({ isCurated: () => true });

  test("when the child brings it up, and when it would say it itself, curated or not", async () => {
    const asked = await safety.words("tell me about spiders", signal, ["spider"]);
    expect(asked).toMatchObject({ action: "redirect", reason: "topic", scrubbed: "tell me about spiders" });
    expect(asked.text).not.toContain("spider");
    const said = await safety.sentence("Spiders have eight legs.", signal, "", ["spider"]);
    expect(said).toMatchObject({ action: "redirect", reason: "topic" });
    expect((await safety.words("tell me about spiders", signal)).action).toBe("allow");
  });

  test("and never past a disclosure: what must be heard is heard", async () => {
    const told = await safety.words("I want to hurt myself", signal, ["hurt"]);
    expect(told).toMatchObject({ action: "escalate", reason: "self-harm" });
  });
});
