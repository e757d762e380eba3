import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findFfmpeg } from "../../../../server/adapters/ffmpeg/find.ts";

const folders: string[] = [];
function folderWith(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "find-"));
  folders.push(folder);
  writeFileSync(join(folder, "ffmpeg"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "ffmpeg"), 0o755);
  return folder;
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const WORKS = 'echo "ffmpeg version 5.1"';

describe("ffmpeg is found", () => {
  test("in the first folder of PATH where one answers", async () => {
    const [broken, other, works] = [folderWith("exit 1"), folderWith("echo hello"), folderWith(WORKS)];
    const path = ["/nowhere", broken, other, works].join(delimiter);
    expect(await findFfmpeg(undefined, path)).toBe(join(works, "ffmpeg"));
  });

  test("where it is configured, and then nowhere else", async () => {
    const works = folderWith(WORKS);
    expect(await findFfmpeg(join(works, "ffmpeg"), "")).toBe(join(works, "ffmpeg"));
    expect(await findFfmpeg("/nowhere/ffmpeg", works)).toBeUndefined();
  });

  test("not at all on a machine without it", async () => {
    expect(await findFfmpeg(undefined, "")).toBeUndefined();
  });
});
