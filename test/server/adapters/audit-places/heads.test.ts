/** The second place of the chain's heads, as a folder and as an object store: what was put is read, by day, and nobody writes over a sealed one. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { headFiles } from "../../../../server/adapters/audit-places/head-files.ts";
import { headObjects } from "../../../../server/adapters/audit-places/head-objects.ts";
import type { ExportedHead, HeadStore } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import type { Stub } from "../kms/stubs.ts";
import { ACCESS, startBucket } from "./bucket.ts";

const head = (change: Partial<ExportedHead> = {}): ExportedHead => ({
  ...{ day: "2026-11-28", key_id: "0011aabb", places: 3, sealed: false },
  ...{ head: "a".repeat(64), opening: "b".repeat(64), mac: "c".repeat(64) },
  ...change,
});

const folder = mkdtempSync(join(tmpdir(), "bearlink-heads-"));
const objects = new Map<string, string>();
let bucket: Stub;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const players: [string, () => Promise<HeadStore>, () => Promise<void>][] = [
  ["a folder", async () => headFiles(join(folder, "new", "heads")), async () => undefined],
  [
    "an object store",
    async () => {
      bucket = await startBucket(objects);
      return headObjects({ ...ACCESS, url: `${bucket.url}/bears/audit/` }, { clock: fakeClock() });
    },
    () => bucket.close(),
  ],
];

describe.each(players)("%s", (_name, open, close) => {
  let store: HeadStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(close);

  test("has what was put, by day, the newest and the sealed", async () => {
    expect(await store.read("2026-11-01", "2026-12-31")).toEqual([]);
    const kept = [head(), head({ sealed: true, places: 4 }), head({ day: "2026-11-29" })];
    for (const one of kept) await store.put(one);
    const read = await store.read("2026-11-01", "2026-12-31");
    expect(read).toHaveLength(3);
    expect(read).toEqual(expect.arrayContaining(kept));
    expect(await store.read("2026-11-29", "2026-11-30")).toEqual([kept[2]]);
    expect(await store.read("2026-11-30", "2026-11-30")).toEqual([]);
  });
});

test("a file is this user's alone, keeps every head, and a line that was cut off spoils no other", async () => {
  const store = headFiles(join(folder, "torn"));
  await store.put(head());
  const path = join(folder, "torn", "2026-11-28.jsonl");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  appendFileSync(path, '{"day":"2026-11-2');
  await Promise.all([store.put(head({ places: 4 })), store.put(head({ places: 5 }))]);
  expect((await store.read("2026-11-28", "2026-11-28")).map(({ places }) => places)).toEqual([3, 4, 5]);
  expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(4);
});

test("a store that refuses says so, and tells nothing of the key", async () => {
  const stub = await startBucket(objects);
  const store = headObjects(
    { ...ACCESS, url: `${stub.url}/bears`, secretAccessKey: "another" },
    { clock: fakeClock() },
  );
  await expect(store.put(head())).rejects.toThrow(/^the object store refuses with status 403$/);
  await expect(store.read("2026-11-28", "2026-11-28")).rejects.toThrow("403");
  await stub.close();
  await expect(store.put(head())).rejects.toThrow();
});
