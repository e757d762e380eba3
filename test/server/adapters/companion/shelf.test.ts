import { describe, expect, it } from "vitest";
import { createIsCurated, curatedTexts } from "../../../../server/adapters/companion/curated.ts";
import { createShelf, pieces } from "../../../../server/adapters/companion/shelf.ts";
import { MAX_SENTENCE_CHARS } from "../../../../server/bounds.ts";
import type { Chance, PieceKind } from "../../../../server/ports.ts";

const always = (byte: number): Chance => ({ bytes: (length) => new Uint8Array(length).fill(byte) });
const ofKind = (kind: PieceKind) => pieces.filter((piece) => piece.kind === kind);

describe("the shelf", () => {
  it("holds at least 8 stories, 6 jokes, 4 songs and 6 games, each with its own id and title", () => {
    expect(ofKind("story").length).toBeGreaterThanOrEqual(8);
    expect(ofKind("joke").length).toBeGreaterThanOrEqual(6);
    expect(ofKind("song").length).toBeGreaterThanOrEqual(4);
    expect(ofKind("game").length).toBeGreaterThanOrEqual(6);
    expect(new Set(pieces.map((piece) => piece.id)).size).toBe(pieces.length);
    expect(new Set(pieces.map((piece) => piece.title)).size).toBe(pieces.length);
  });

  it.each(ofKind("story"))("tells $title in 6 to 10 sentences", ({ sentences }) => {
    expect(sentences.length).toBeGreaterThanOrEqual(6);
    expect(sentences.length).toBeLessThanOrEqual(10);
  });

  it.each(curatedTexts)("is good to hear, one plain sentence at a time: %s", (sentence) => {
    expect(sentence).toMatch(/^[A-Z][A-Za-z0-9 ,'-]*[.?!]$/);
    expect(sentence.length).toBeLessThanOrEqual(MAX_SENTENCE_CHARS / 2);
  });

  it("repeats nothing of a kind while there is something unheard", () => {
    for (const byte of [0, 7, 255]) {
      const shelf = createShelf({ chance: always(byte) });
      const heard: string[] = [];
      for (let turn = 0; turn < ofKind("song").length; turn++) heard.push(shelf.pick(heard, "song").id);
      expect(new Set(heard).size).toBe(ofKind("song").length);
    }
  });

  it("comes back to what was heard longest ago", () => {
    const heard = ofKind("joke").map((piece) => piece.id);
    heard.push(heard.shift()!);
    expect(createShelf({ chance: always(0) }).pick(heard, "joke").id).toBe(heard[0]);
  });

  it("picks by chance alone", () => {
    expect(createShelf({ chance: always(0) }).pick([]).id).toBe(pieces[0]!.id);
    expect(createShelf({ chance: always(3) }).pick([]).id).toBe(pieces[3]!.id);
  });
});

describe("curated words", () => {
  const isCurated = createIsCurated(["Once, there was a bear.", "It's late!"]);

  it.each([
    "Once, there was a bear.",
    "Once,",
    "there was a bear.",
    "It's late! Once, there was a bear.",
    "ONCE",
  ])("are known whole, in parts and joined: %s", (text) => expect(isCurated(text)).toBe(true));

  it.each([
    "",
    "...",
    "Once upon",
    "there was a",
    "Once, there was a knife.",
    "<b>Once</b>",
    "Once \u043e\u043d",
    "Once\u{1f52a}",
  ])("are no others: %s", (text) => expect(isCurated(text)).toBe(false));
});
