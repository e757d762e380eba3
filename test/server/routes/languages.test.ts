/** What a browser says of its languages, decoded: RFC 9110 §12.5.4, and what is not of it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_LANGUAGES_CHARS } from "../../../server/bounds.ts";
import { LANGUAGES } from "../../../server/ports.ts";
import { languageOf } from "../../../server/routes/languages.ts";

describe("the language of a request is", () => {
  test.each([
    ["de", "de"],
    ["de-AT", "de"],
    ["DE-de, en;q=0.5", "de"],
    ["de-AT,de;q=0.9,en-GB;q=0.8,en;q=0.7", "de"],
    ["en-US,en;q=0.9,de;q=0.8", "en"],
    ["en;q=0.2, de;q=0.9", "de"],
    ["en ; q = 0.2 , de ; q = 0.201", "de"],
    ["de;q=0.5,en;q=0.5", "de"],
    ["fr, it, de;q=0.1", "de"],
    ["de-Latn-DE-1996", "de"],
    // unwanted, unknown, and any
    ["de;q=0", "en"],
    ["de;q=0.000, en;q=0.001", "en"],
    ["fr", "en"],
    ["*", "en"],
    ["", "en"],
    // one that cannot be read says nothing, and the others stand
    ["de;q=2", "en"],
    ["de;q=0.1234, en", "en"],
    ["den, deutsch, d-e", "en"],
    ["de_DE", "en"],
    [";;;,de", "de"],
    ["__proto__, constructor, de", "de"],
  ])("of %j %s", (header, language) => expect(languageOf(header)).toBe(language));

  test("English where nothing is said, or too much", () => {
    expect(languageOf(undefined)).toBe("en");
    const long = `de${", fr".repeat(MAX_LANGUAGES_CHARS / 4)}`;
    expect(languageOf(long.slice(0, MAX_LANGUAGES_CHARS))).toBe("de");
    expect(languageOf(long.slice(0, MAX_LANGUAGES_CHARS + 1))).toBe("en");
  });

  test("one of ours, whatever is said", () => {
    const piece = fc.oneof(fc.constantFrom("de", "en", ";q=", "0.5", ",", "-", "*", " "), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) =>
        LANGUAGES.includes(languageOf(pieces.join(""))),
      ),
    );
  });
});
