/** README.md tells what is there: every command of `bear`, in the words of its own help. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commands } from "../tools/commands/index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("README.md's table has each command as the help describes it, and no other", () => {
  const rows = [...readme.matchAll(/^\| `bear ([a-z -]+)`\s*\| (.+?)\s*\|$/gm)].map(([, name, about]) => [
    name,
    about,
  ]);
  expect(rows).toEqual(commands.map(({ name, about }) => [name, about]));
});
