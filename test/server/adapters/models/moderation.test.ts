import { describe, expect, it } from "vitest";
import { openModeration } from "../../../../server/adapters/models/moderation.ts";
import { NEVER, serviceOf } from "../../../support/models.ts";

const check = (body: unknown): Promise<string[]> =>
  openModeration(serviceOf([Buffer.from(JSON.stringify(body))]), "").check("words", NEVER);

describe("moderation", () => {
  it("names what it objects to", async () => {
    const categories = { violence: true, "self-harm/intent": true, hate: false, illicit: null };
    expect(await check({ results: [{ flagged: true, categories }] })).toEqual([
      "violence",
      "self-harm/intent",
    ]);
  });

  it("objects to nothing where nothing is flagged", async () => {
    expect(await check({ results: [{ flagged: false, categories: { hate: false } }] })).toEqual([]);
  });

  it("objects where any of its signs does", async () => {
    expect(await check({ results: [{ flagged: true, categories: {} }] })).toEqual(["flagged"]);
    expect(await check({ results: [{ flagged: true }] })).toEqual(["flagged"]);
    expect(await check({ results: [{ flagged: false, categories: { hate: true } }] })).toEqual(["hate"]);
    expect(await check({ results: [{ flagged: false }, { flagged: true }] })).toEqual(["flagged"]);
  });

  it("does not repeat a category that is no plain name", async () => {
    const categories = { "the child said: \n": true };
    expect(await check({ results: [{ flagged: true, categories }] })).toEqual(["flagged"]);
  });

  it.each([
    ["no results", { results: [] }],
    ["no verdict", { results: [{ categories: {} }] }],
    ["a verdict in words", { results: [{ flagged: "false" }] }],
    ["categories in words", { results: [{ flagged: false, categories: { hate: "no" } }] }],
    ["something else", { text: "hello" }],
    ["nothing", null],
  ])("throws where the answer has %s", async (_name, body) => {
    await expect(check(body)).rejects.toThrow("model: garbage");
  });
});
