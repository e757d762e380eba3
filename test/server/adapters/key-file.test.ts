import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readKeyFile } from "../../../server/adapters/key-file.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bearlink-key-"));
  path = join(folder, "deep", "master-key");
});
afterEach(() => rmSync(folder, { recursive: true }));

let made = 0;
const read = () => readKeyFile(path, () => `key ${++made}`);

test("a key is made once, for its owner alone, and read again", () => {
  const key = read();
  expect(key).toMatch(/^key \d+$/);
  expect(read()).toBe(key);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "deep"))).toEqual(["master-key"]);
});

test.each([0o640, 0o604, 0o620, 0o660, 0o777])("a file of mode %o is refused, with the cure", (mode) => {
  read();
  chmodSync(path, mode);
  expect(read).toThrow(
    expect.objectContaining({ code: "KEY_FILE", message: expect.stringContaining("chmod 600") }),
  );
});

test.each(["", "\n", "x".repeat(1_025)])("a file that holds %j is refused and left as it is", (text) => {
  mkdirSync(join(folder, "deep"));
  writeFileSync(path, text, { mode: 0o600 });
  expect(read).toThrow(expect.objectContaining({ code: "KEY_FILE" }));
  expect(statSync(path).size).toBe(text.length);
});

test("a folder in its place is refused", () => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  expect(read).toThrow(expect.objectContaining({ code: "KEY_FILE" }));
});
