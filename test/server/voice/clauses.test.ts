import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClauses } from "../../../server/voice/clauses.ts";

function cut(pieces: string[]): string[] {
  const clauses = createClauses();
  return [...pieces.flatMap((piece) => clauses.push(piece)), ...clauses.end()].map(({ text }) => text);
}

describe("clauses", () => {
  it.each([
    [
      "the first ends at any punctuation",
      ["Well, hello there my friend."],
      ["Well,", "hello there my friend."],
    ],
    ["it is cut before the rest is written", ["Hi!"], ["Hi!"]],
    [
      "later ones are at least 20 characters",
      ["Hi! No. Yes. That is how it goes, you see. Bye."],
      ["Hi!", "No. Yes. That is how it goes, you see.", "Bye."],
    ],
    [
      "a number is not a sentence's end",
      ["It weighs 3.5 pounds of fluff."],
      ["It weighs 3.5 pounds of fluff."],
    ],
    ["nor is a title", ["I met Mr. Fox today."], ["I met Mr. Fox today."]],
    ["nor a dot within a name", ["See bears.example now. Bye."], ["See bears.example now.", "Bye."]],
    ["marks alone are not spoken", ["... !! Hello."], ["Hello."]],
    ["nothing gives nothing", [""], []],
  ])("%s", (_name, text, clauses) => {
    expect(cut(text)).toEqual(clauses);
  });

  it("a number cut between two pieces stays whole", () => {
    expect(cut(["It weighs 3.", "5 pounds."])).toEqual(["It weighs 3.5 pounds."]);
  });

  it("a sentence without an end is cut at a space", () => {
    const clauses = cut(["word ".repeat(200)]);
    expect(clauses.every((clause) => clause.length <= 300)).toBe(true);
    expect(clauses.join(" ")).toBe("word ".repeat(200).trim());
  });

  it("each knows all that was written before it, to the last space", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 })), (pieces) => {
        const clauses = createClauses();
        const all = [...pieces.flatMap((piece) => clauses.push(piece)), ...clauses.end()];
        for (const { before, text } of all) expect(pieces.join("").startsWith(before + text)).toBe(true);
      }),
    );
  });

  it("no letter is lost, however the text is cut into pieces", () => {
    const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, "");
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 })), (pieces) => {
        expect(letters(cut(pieces).join(""))).toBe(letters(pieces.join("")));
      }),
    );
  });
});
