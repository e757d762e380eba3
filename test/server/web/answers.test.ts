import { expect, test } from "vitest";
import { createAnswers } from "../../../server/web/api/answers.ts";

test("an answer need not be asked for again for ten seconds, and is shown for as long as the session lasts", () => {
  let now = 1_000;
  const answers = createAnswers(() => now);
  expect(answers.isFresh("/a")).toBe(false);
  answers.set("/a", 1);
  now += 9_999;
  expect(answers.isFresh("/a")).toBe(true);
  now += 1;
  expect(answers.isFresh("/a")).toBe(false);
  expect(answers.get("/a")).toBe(1);
  answers.clear();
  expect(answers.get("/a")).toBeUndefined();
});

test("after a change every answer may be old, and is shown all the same", () => {
  const answers = createAnswers(() => 0);
  answers.set("/a", 1);
  answers.age();
  expect(answers.isFresh("/a")).toBe(false);
  expect(answers.get("/a")).toBe(1);
});
