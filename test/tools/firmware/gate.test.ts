import { expect, test } from "vitest";
import { describe as tell, findingsIn } from "../../../tools/firmware/gate.ts";

const text = (...lines: string[]): string => lines.join("\n");

test("a thing a toy cannot take is named by file and line, with its cure", () => {
  const [finding] = findingsIn({ path: "firmware/a.ts", text: text("/** a */", "", "const a = b?.c;") });
  expect(tell(finding!)).toBe("firmware/a.ts:3: optional chaining. Ask for undefined first.");
});

test.each([
  ["const a = /b/;", "regular expression"],
  ["const { a } = b;", "destructuring"],
  ["const a = [...b];", "spread"],
  ["async function a() {}", "async"],
  ["a: for (;;) break a;", "label"],
  ["const a = { [b]: 1 };", "computed key"],
  ["class A { #b = 1; }", "#private"],
  ["class A { b: number; }", "field without a value"],
  ["const a = class A {};", "self-naming class"],
  ["class A extends Error {}", "extends Error"],
  ["a.length = 0;", ".length assigned"],
  ['const a = "\u00e9";', "non-ASCII"],
  ["const a = new Map();", "Map"],
  ["const a = Buffer.alloc(1);", "Buffer"],
  ["const a = b(); function b() {}", "b used before it is defined"],
  ["for (let i = 0; i < 3; i++) a(() => i);", "closure over i of a loop"],
])("%j is refused, and its cure is a sentence", (source, what) => {
  const finding = findingsIn({ path: "a.ts", text: source }).find((found) => found.what === what);
  expect(finding).toMatchObject({ path: "a.ts", line: 1 });
  expect(finding!.cure).toMatch(/^[A-Z`].*\.$/);
});
