import { expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import {
  bearer,
  carries,
  isDeveloperKey,
  keyIdOf,
  makeDeveloperKey,
  tokenHash,
} from "../../../server/keys/developer-key.ts";

const key = makeDeveloperKey(systemChance, "dev");

test("a key has the form brl_<env>_<id>_<secret>_<crc>, and no two are alike", () => {
  expect(key).toMatch(/^brl_dev_[0-9a-f]{8}_[0-9a-f]{64}_[0-9a-f]{8}$/);
  expect(makeDeveloperKey(systemChance, "dev")).not.toBe(key);
  expect(isDeveloperKey(key)).toBe(true);
});

test("the check sum is CRC-32 as zip has it", () => {
  // zlib.crc32 of the text before the last underscore
  const fixed = makeDeveloperKey({ bytes: (length) => new Uint8Array(length) }, "dev");
  expect(fixed.slice(-8)).toBe("a7d9e303");
});

test("a key with any character changed is no key", () => {
  for (let i = 0; i < key.length; i++) {
    const other = key[i] === "0" ? "1" : "0";
    expect(isDeveloperKey(key.slice(0, i) + other + key.slice(i + 1))).toBe(false);
  }
  expect(isDeveloperKey(key + "0")).toBe(false);
  expect(isDeveloperKey("")).toBe(false);
});

test("only the header's Bearer token is read", () => {
  expect(bearer(`Bearer ${key}`)).toBe(key);
  expect(bearer(`bearer ${key}`)).toBe(key);
  for (const header of [
    undefined,
    "",
    key,
    `Basic ${key}`,
    "Bearer",
    "Bearer ",
    `Bearer ${key} x`,
    `Bearer ${"a".repeat(600)}`,
  ])
    expect(bearer(header)).toBeUndefined();
});

test("a key tells its id, and what is kept of it is a digest", () => {
  expect(keyIdOf(key)).toBe(key.split("_")[2]);
  expect(tokenHash(systemHash, key)).toHaveLength(32);
  const token = tokenHash(systemHash, "metrics");
  expect(carries(systemHash, token, "Bearer metrics")).toBe(true);
  expect(carries(systemHash, token, "Bearer metric")).toBe(false);
  expect(carries(systemHash, token, undefined)).toBe(false);
});
