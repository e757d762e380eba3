/** The policy of what is kept: what it must say of each category, and what people are told of it. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { AUDIT_ARCHIVE_DAYS, AUDIT_DAYS } from "../../../../server/bounds.ts";
import { daysOf, readPolicy, tellPolicy } from "../../../../server/family/retention/policy.ts";
import { openPolicy } from "../../../../server/main/retention.ts";

const title = { en: "Words", de: "Wörter" };
const purpose = { en: "to read", de: "zum Lesen" };
const words = { category: "words", of: "child", title, purpose, days: 3 };
const kept = { ...words, category: "kept", of: "parent" };
const policyOf = (...categories: object[]) => readPolicy({ categories, tables: {} });

describe("a policy", () => {
  test.each([
    ["no list", { categories: {}, tables: {} }],
    ["no tables", { categories: [words] }],
    ["nothing", undefined],
    ["a child's data without a time", { categories: [{ ...words, days: undefined }], tables: {} }],
    ["a child's data for ever", { categories: [{ ...words, days: "for ever" }], tables: {} }],
    ["half a day", { categories: [{ ...words, days: 0.5 }], tables: {} }],
    ["less than nothing", { categories: [{ ...words, days: -1 }], tables: {} }],
    ["no purpose", { categories: [{ ...words, purpose: undefined }], tables: {} }],
    ["a purpose in one language", { categories: [{ ...words, purpose: { en: "to read" } }], tables: {} }],
    ["no title", { categories: [{ ...words, title: undefined }], tables: {} }],
    ["nobody's data", { categories: [{ ...words, of: "someone" }], tables: {} }],
    ["half a day in an archive", { categories: [{ ...kept, archive_days: 0.5 }], tables: {} }],
    ["an archive for ever", { categories: [{ ...kept, archive_days: "for ever" }], tables: {} }],
    ["an archive of a child's data", { categories: [{ ...words, archive_days: 1 }], tables: {} }],
    [
      "an archive of what never leaves",
      { categories: [{ ...kept, days: undefined, archive_days: 1 }], tables: {} },
    ],
    ["a category twice", { categories: [words, words], tables: {} }],
    ["a table of no category", { categories: [words], tables: { said: "sounds" } }],
    ["a column of no category", { categories: [words], tables: { said: { id: "words", text: "sounds" } } }],
  ])("with %s cannot be read", (_what, read) => {
    expect(() => readPolicy(read)).toThrow(/^retention: /);
  });

  test("says of each column what it is of, and nothing of one it does not name", () => {
    const parent = { ...words, category: "parent", of: "parent", days: undefined };
    const tables = { said: "words", toys: { child_id: "words", owner_id: "parent" } };
    const policy = readPolicy({ categories: [words, parent], tables });
    expect(policy.categoryOf("said", "whatever")).toEqual({ ...words, archiveDays: 0 });
    expect(policy.categoryOf("toys", "owner_id")).toMatchObject({ of: "parent", days: undefined });
    expect(policy.categoryOf("toys", "name")).toBeUndefined();
    expect(policy.categoryOf("none", "id")).toBeUndefined();
  });

  test("is told with its times: the parent's choice as it is where they made none", () => {
    const chosen = { ...words, category: "chosen", days: "child" };
    const policy = policyOf(words, chosen, { ...words, category: "parent", of: "parent", days: undefined });
    expect(tellPolicy(policy, "en")).toEqual([
      { category: "words", title: "Words", purpose: "to read", days: 3, from: "policy" },
      { category: "chosen", title: "Words", purpose: "to read", days: 30, from: "child" },
    ]);
    const archived = policyOf({ ...kept, archive_days: 5 }, { ...kept, category: "other", archive_days: 0 });
    expect(tellPolicy(archived, "en")).toEqual([
      {
        ...{ category: "kept", title: "Words", purpose: "to read" },
        ...{ days: 3, archive_days: 5, from: "policy" },
      },
      { category: "other", title: "Words", purpose: "to read", days: 3, from: "policy" },
    ]);
    expect(tellPolicy(policy, "de")[0]).toMatchObject({ title: "Wörter", purpose: "zum Lesen" });
    expect(["words", "chosen"].map((category) => daysOf(policy, category))).toEqual([3, "child"]);
    expect(() => daysOf(policy, "sound")).toThrow();
    expect(() => daysOf(policy, "parent")).toThrow();
  });

  test("of this server can be read, and keeps no sound", () => {
    expect(openPolicy().categories.find(({ category }) => category === "sound")?.days).toBe(0);
    const audit = (policy = openPolicy()) =>
      tellPolicy(policy, "en").find(({ category }) => category === "audit");
    expect(audit()).toMatchObject({ days: AUDIT_DAYS, archive_days: AUDIT_ARCHIVE_DAYS });
    expect(audit(openPolicy({ days: 9, archiveDays: 7 }))).toMatchObject({ days: 9, archive_days: 7 });
    expect(audit(openPolicy({ days: 9, archiveDays: 0 }))).not.toHaveProperty("archive_days");
    expect(() => parse("a: 1\na: 2", { strict: true, uniqueKeys: true })).toThrow();
  });
});
