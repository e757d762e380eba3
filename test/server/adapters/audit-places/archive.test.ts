/** The archive of the audit trail, as a folder and as an object store: a part is there whole or not at all, until it is removed. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { archiveFiles } from "../../../../server/adapters/audit-places/archive-files.ts";
import { archiveObjects } from "../../../../server/adapters/audit-places/archive-objects.ts";
import { headFiles } from "../../../../server/adapters/audit-places/head-files.ts";
import { readPart, writePart } from "../../../../server/adapters/audit-places/part-form.ts";
import { MAX_ARCHIVE_BYTES } from "../../../../server/bounds.ts";
import type { AuditArchive, AuditRow, LinkedRow } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import type { Stub } from "../kms/stubs.ts";
import { ACCESS, startBucket } from "./bucket.ts";

const DAY = "2025-11-28";
const MAC = new Uint8Array(32).fill(7);
const row = (id: number): AuditRow => ({
  ...{ id, at: 1, action: "signed_in", outcome: "success", actor: "ada", resource: null, address: "::1" },
  ...{ device: "Füchse 🦊\n", reason: null, accountId: "ada" },
});
const links = (...places: number[]): LinkedRow[] =>
  places.map((place) => ({ link: { day: DAY, place, auditId: place, mac: MAC }, row: row(place) }));
const LINKS: LinkedRow[] = [...links(1, 2), { ...links(3)[0]!, row: undefined }];
const TOO_LONG = "x".repeat(MAX_ARCHIVE_BYTES + 1);

const folder = mkdtempSync(join(tmpdir(), "bearlink-archive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;
let where = "";
const at = (...names: string[]): string => join(where, "archive", ...names);
const modeOf = (path: string): number => statSync(path).mode & 0o777;

const objects = new Map<string, string>();
let bucket: Stub;

interface Player {
  open(): Promise<AuditArchive>;
  close(): Promise<void>;
  /** what it has, as names in it */
  names(): string[];
  /** Puts a text there by another way. */
  plant(name: string, text: string): void;
}
const players: [string, Player][] = [
  [
    "a folder",
    {
      async open() {
        where = join(folder, String(++folders), "heads");
        return archiveFiles(where);
      },
      close: async () => undefined,
      names: () =>
        existsSync(at())
          ? readdirSync(at(), { recursive: true, encoding: "utf8" }).filter((name) => name.includes("/"))
          : [],
      plant(name, text) {
        mkdirSync(at(DAY), { recursive: true });
        writeFileSync(at(name), text);
      },
    },
  ],
  [
    "an object store",
    {
      async open() {
        objects.clear();
        bucket = await startBucket(objects);
        return archiveObjects({ ...ACCESS, url: `${bucket.url}/bears/audit/` }, { clock: fakeClock() });
      },
      close: () => bucket.close(),
      names: () => [...objects.keys()].map((path) => path.replace("/bears/audit/archive/", "")),
      plant: (name, text) => objects.set(`/bears/audit/archive/${name}`, text),
    },
  ],
];

describe.each(players)("%s", (_name, { open, close, names, plant }) => {
  let archive: AuditArchive;
  beforeEach(async () => {
    archive = await open();
  });
  afterEach(close);

  test("has what was put, by day and part, and the same part again in its place", async () => {
    expect(await archive.read(DAY, 1)).toBeUndefined();
    await archive.put(DAY, 1, links(1, 2, 3, 4, 5));
    await archive.put(DAY, 1, LINKS);
    await archive.put(DAY, 12, []);
    await archive.put("2025-11-29", 1, links(1));
    expect(names().sort()).toEqual([`${DAY}/0001.jsonl`, `${DAY}/0012.jsonl`, "2025-11-29/0001.jsonl"]);
    expect(await archive.read(DAY, 1)).toEqual(LINKS);
    expect(await archive.read(DAY, 12)).toEqual([]);
    expect(await archive.read(DAY, 2)).toBeUndefined();
  });

  test("has nothing of what was removed, and nobody minds that it was not there", async () => {
    await archive.remove(DAY, 1);
    await archive.put(DAY, 1, LINKS);
    await archive.put(DAY, 2, LINKS);
    await archive.remove(DAY, 1);
    expect(await archive.read(DAY, 1)).toBeUndefined();
    expect(await archive.read(DAY, 2)).toEqual(LINKS);
    await archive.remove(DAY, 2);
    await archive.remove(DAY, 2);
    expect(names()).toEqual([]);
  });

  test("takes and reads nothing that is longer than a part can be", async () => {
    plant(`${DAY}/0001.jsonl`, TOO_LONG);
    await expect(archive.read(DAY, 1)).rejects.toThrow(/too long|too great a length/);
    plant(`${DAY}/0001.jsonl`, TOO_LONG.slice(1));
    expect(await archive.read(DAY, 1)).toEqual([]);
    const long = { ...row(1), device: TOO_LONG };
    await expect(archive.put(DAY, 2, [{ ...links(1)[0]!, row: long }])).rejects.toThrow("too long");
    expect(await archive.read(DAY, 2)).toBeUndefined();
  });

  test("leads nowhere else, whatever a day is called", async () => {
    for (const [day, part] of [
      ["../../etc", 1],
      ["2025-11-28/../..", 1],
      [DAY, 0],
      [DAY, 1.5],
    ] as const)
      for (const done of [
        () => archive.put(day, part, []),
        () => archive.read(day, part),
        () => archive.remove(day, part),
      ])
        await expect(done()).rejects.toThrow("no part of a day");
  });
});

describe("a folder", () => {
  test("is this user's alone, has no draft left, stands beside the heads, and no day stays that is empty", async () => {
    where = join(folder, "modes");
    const archive = archiveFiles(where);
    expect(archive.name).toBe(where);
    mkdirSync(at(DAY), { recursive: true, mode: 0o700 });
    // of a process that ended in the midst
    writeFileSync(at(DAY, "0001.jsonl.draft"), "half", { mode: 0o644 });
    await archive.put(DAY, 1, LINKS);
    await archive.put("2025-11-29", 1, LINKS);
    expect(readdirSync(at(DAY))).toEqual(["0001.jsonl"]);
    expect([at(), at("2025-11-29")].map(modeOf)).toEqual([0o700, 0o700]);
    expect(modeOf(at(DAY, "0001.jsonl"))).toBe(0o600);
    expect(await headFiles(where).read("2025-01-01", "2025-12-31")).toEqual([]);

    writeFileSync(at(DAY, "0002.jsonl.draft"), "half");
    await archive.remove(DAY, 1);
    expect(readdirSync(at(DAY))).toEqual(["0002.jsonl.draft"]);
    await archive.remove(DAY, 2);
    expect(readdirSync(at())).toEqual(["2025-11-29"]);
  });

  test("that is made for it is this user's alone too", async () => {
    where = join(folder, "made", "heads");
    await archiveFiles(where).put(DAY, 1, LINKS);
    expect([join(folder, "made"), where, at(), at(DAY)].map(modeOf)).toEqual([0o700, 0o700, 0o700, 0o700]);
  });

  test("keeps the part that was there where another cannot be written, and says so", async () => {
    where = join(folder, "shut");
    const archive = archiveFiles(where);
    await archive.put(DAY, 1, LINKS);
    // a folder in the place of the draft: for a superuser too it cannot be written
    mkdirSync(at(DAY, "0001.jsonl.draft"));
    await expect(archive.put(DAY, 1, links(1))).rejects.toThrow();
    expect(await archive.read(DAY, 1)).toEqual(LINKS);
    await expect(archiveFiles(at(DAY, "0001.jsonl")).put(DAY, 1, LINKS)).rejects.toThrow();
    await expect(archiveFiles(at(DAY, "0001.jsonl")).read(DAY, 1)).rejects.toThrow();
  });

  test("lets whole days go that are past their time, but those that are named, and touches nothing else", async () => {
    where = join(folder, "before");
    const archive = archiveFiles(where);
    await archive.removeBefore("2026-01-01", new Set());
    for (const day of ["2025-11-26", "2025-11-27", DAY]) await archive.put(day, 1, LINKS);
    await archive.put("2025-11-26", 2, LINKS);
    mkdirSync(at("1-notes"));
    await archive.removeBefore(DAY, new Set(["2025-11-27"]));
    expect(readdirSync(at()).sort()).toEqual(["1-notes", "2025-11-27", DAY]);
  });
});

test("an object store that refuses says so, and tells nothing of the key", async () => {
  const stub = await startBucket(objects);
  const archive = archiveObjects({ ...ACCESS, url: `${stub.url}/bears` }, { clock: fakeClock() });
  const all = [() => archive.put(DAY, 1, LINKS), () => archive.read(DAY, 1), () => archive.remove(DAY, 1)];
  for (const status of [500, 403]) {
    stub.instead = { status, text: "<Error/>" };
    for (const done of all)
      await expect(done()).rejects.toThrow(new RegExp(`^the object store refuses with status ${status}$`));
  }
  // a bucket that is not there takes nothing, and does not say that it has nothing
  stub.instead = { status: 404, text: "<Error><Code>NoSuchBucket</Code></Error>" };
  for (const done of all) await expect(done()).rejects.toThrow("404");
  stub.instead = { status: 404, text: "<Error><Code>NoSuchKey</Code></Error>" };
  await expect(archive.put(DAY, 1, LINKS)).rejects.toThrow("404");
  expect(await archive.read(DAY, 1)).toBeUndefined();
  await archive.remove(DAY, 1);
  await stub.close();
  for (const done of all) await expect(done()).rejects.toThrow();
});

describe("a part", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }));
  const maybe = fc.oneof(text, fc.constant(null));
  const rows = fc.record<AuditRow>({
    ...{ id: fc.nat(), at: fc.maxSafeInteger(), action: text, actor: text },
    outcome: fc.constantFrom("success", "refused"),
    ...{ resource: maybe, address: maybe, device: maybe, reason: maybe, accountId: maybe },
  });
  const linked = fc
    .tuple(fc.integer({ min: 1 }), fc.uint8Array({ minLength: 32, maxLength: 32 }), rows, fc.boolean())
    .map(([place, mac, one, there]): LinkedRow => ({
      link: { day: DAY, place, auditId: one.id, mac: new Uint8Array(mac) },
      row: there ? one : undefined,
    }));

  test("is read as it was written, whatever stands in its rows", () => {
    fc.assert(
      fc.property(fc.array(linked, { maxLength: 5 }), (links) => {
        const written = writePart(links);
        expect(written.split("\n")).toHaveLength(links.length + 1);
        expect(readPart(DAY, written)).toEqual(links);
      }),
    );
  });

  test("has no line that is not one", () => {
    const [good] = fc.sample(linked, 1);
    const line = writePart([good!]);
    expect(readPart(DAY, `\n{\nnull\n[]\n${line}{"place":1}\n${line.replace('"place"', '"plaze"')}`)).toEqual(
      [good],
    );
  });
});
