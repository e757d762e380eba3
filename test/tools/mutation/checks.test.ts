/** Checks that can be taken away: which they are, and that what is left of a file still does the rest. */
import { expect, test } from "vitest";
import ts from "typescript";
import { checksOf } from "../../../tools/mutation/checks.ts";

const SOURCE = `
  function door({ name, late, key, lock }) {
    if (!name || late) throw new Error("out");
    const fits = (key) => key.size === lock && (key.cut === lock);
    if (key === undefined) {
      return "no key";
    }
    if (late) note();
    for (;;) {
      if (!fits(key)) break;
      return "in";
    }
    throw new Error("wrong key");
  }
  function note() {}
  door;
`;

/** What the door says of a visitor, with one check taken away. */
function door(mutant: number, visitor: object): unknown {
  const { text } = checksOf("door.ts", SOURCE, 1);
  const script = ts.transpile(text, { target: ts.ScriptTarget.ES2022 });
  const process = { env: { MUTANT: String(mutant) } };
  const made = new Function("process", `return eval(${JSON.stringify(script)})`)(process) as (
    v: object,
  ) => unknown;
  try {
    return made(visitor);
  } catch (error) {
    return (error as Error).message;
  }
}

test("each is one condition of what refuses or leaves early, or of what an answer holds for", () => {
  expect(checksOf("door.ts", SOURCE, 1).checks.map(({ id, line, text }) => `${id} ${line} ${text}`)).toEqual([
    "1 3 !name",
    "2 3 late",
    "3 4 key.size === lock",
    "4 4 key.cut === lock",
    "5 5 key === undefined",
    "6 10 !fits(key)",
    '7 13 throw new Error("wrong key");',
  ]);
});

const key = { size: 3, cut: 3 };
test.each([
  [1, {}, "out", "no key"],
  [2, { name: "Pip", late: true, key, lock: 3 }, "out", "in"],
  [3, { name: "Pip", key: { size: 4, cut: 3 }, lock: 3 }, "wrong key", "in"],
  [4, { name: "Pip", key: { size: 3, cut: 4 }, lock: 3 }, "wrong key", "in"],
  [5, { name: "Pip", lock: 3 }, "no key", "Cannot read properties of undefined (reading 'size')"],
  [6, { name: "Pip", key: { size: 4 }, lock: 3 }, "wrong key", "in"],
  [7, { name: "Pip", key: { size: 4 }, lock: 3 }, "wrong key", undefined],
])(
  "without check %i the door is another, and with it the same as ever",
  (mutant, visitor, usual, without) => {
    expect(door(0, visitor)).toBe(usual);
    expect(door(mutant, visitor)).toBe(without);
  },
);

test("a check within a check is taken away by itself", () => {
  const { text, checks } = checksOf("a.ts", "const f = (a, b) => { return (a || b) && a.c; };", 1);
  expect(checks).toHaveLength(2);
  expect(() => ts.transpile(text)).not.toThrow();
  const nested = "if (x.some((y) => y.a && y.b)) return 1;";
  expect(checksOf("a.ts", `function f(x) { ${nested} return 0; }`, 5).checks.map(({ id }) => id)).toEqual([
    5, 6, 7,
  ]);
});
