/** The catalogue: every word in every language, every refusal a sentence, every pairing word a name and a picture. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pairingWords } from "../../../server/adapters/speech/pairing-words.ts";
import { pictures } from "../../../server/web/screens/pair/pictures/index.ts";
import { de } from "../../../server/web/words/de/index.ts";
import { en } from "../../../server/web/words/en/index.ts";

/** Every text, by its path; a sentence with a gap as it is with a 3 in it. */
function texts(of: unknown, path = ""): [string, string][] {
  if (typeof of === "string") return [[path, of]];
  if (typeof of === "function") return [[path, String((of as (...gaps: unknown[]) => string)(3, 5))]];
  return Object.entries(of as object).flatMap(([key, value]) => texts(value, `${path}.${key}`));
}

describe("the catalogue", () => {
  test("has the same keys in both languages, lists of one length among them, and no empty text", () => {
    expect(texts(de).map(([path]) => path)).toEqual(texts(en).map(([path]) => path));
    for (const [path, text] of [...texts(de), ...texts(en)]) expect(text.trim(), path).not.toBe("");
  });

  test("is translated: what reads alike is a name, or the same word", () => {
    const english = new Map(texts(en));
    const alike = texts(de).filter(([path, text]) => english.get(path) === text && text.length > 12);
    expect(alike).toEqual([]);
  });

  test("says every refusal of the server that a parent can meet", () => {
    const text = readFileSync(new URL("../../../server/errors.ts", import.meta.url), "utf8");
    const codes = [...text.slice(0, text.indexOf("as const")).matchAll(/^ {2}([A-Z_]+): \[/gm)].map(
      ([, code]) => code!,
    );
    expect(codes.length).toBeGreaterThan(20);
    // of toys, of developers, and of what no browser sends
    const others =
      /^(CLAIM_|TOY_|BAD_|WRONG_BOARD|OLDER_VERSION|METHOD_NOT_ALLOWED|MISDIRECTED|BODY_TOO_LARGE|HEADERS_)/;
    const unsaid = codes.filter((code) => !others.test(code) && !(code in en.refused));
    expect(unsaid).toEqual([]);
  });

  test("names every word a bear may say in pairing, and has a picture of each", () => {
    expect(Object.keys(en.words).sort()).toEqual([...pairingWords].sort());
    expect(Object.keys(pictures).sort()).toEqual([...pairingWords].sort());
    // the parent hears the English word: the tile says it
    for (const word of pairingWords) expect((en.words as Record<string, string>)[word]).toBe(word);
  });
});
