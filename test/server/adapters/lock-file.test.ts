import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFile } from "../../../server/adapters/lock-file.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bearlink-lock-"));
  path = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a lock is held by one, and given back", () => {
  const unlock = lockFile(path);
  expect(() => lockFile(path)).toThrow(expect.objectContaining({ code: "DATA_DIR_IN_USE" }));
  unlock();
  expect(existsSync(path)).toBe(false);
  lockFile(path)();
});

test.each([
  ["a process that is gone", "4194304 12345"],
  ["a process whose id this one has now, as in a container that was started again", `${process.pid} 1`],
  ["nobody", ""],
  ["nonsense", "-1 x"],
])("a lock left by %s is taken over", (_, text) => {
  writeFileSync(path, text);
  lockFile(path)();
});
