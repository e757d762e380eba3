import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CODEC } from "@bearlink/sdk/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFfmpeg, type FfmpegSound } from "../../../../server/adapters/ffmpeg/ffmpeg.ts";
import { SoundError } from "../../../../server/errors.ts";
import { fakeClock } from "../../../support/clock.ts";
import { programs } from "../../../support/programs.ts";
import { collect } from "../sound/waves.ts";

/** Says what fluent-ffmpeg asks at the start, and then does what its file `then` says. */
const SCRIPT = `#!/bin/sh
case "$1" in
  -version) echo "ffmpeg version 5.1" ;;
  -formats) echo " DE u8 PCM"; echo " DE s16le PCM" ;;
  -encoders) echo " A..... pcm_s16le PCM" ;;
  *) . "$0.then" ;;
esac
`;

describe("a process that is not as it should be", () => {
  const folder = mkdtempSync(join(tmpdir(), "process-"));
  const path = join(folder, "ffmpeg");
  let sound: FfmpegSound;
  const outcome = async (then: string) => {
    writeFileSync(`${path}.then`, then);
    const pipe = sound.hear(CODEC.U8);
    pipe.write(new Uint8Array(80));
    pipe.end();
    return collect(pipe.out).catch((error: unknown) => error);
  };

  beforeAll(async () => {
    writeFileSync(path, SCRIPT);
    chmodSync(path, 0o755);
    sound = (await openFfmpeg({ path, clock: fakeClock(), programs, keepMs: 0 }))!;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("one that does its work gives its bytes, whole samples of them", async () => {
    expect(await outcome("cat >/dev/null; printf abcdX")).toEqual(Buffer.from("abcd"));
  });

  test("one that fails is a fault, even after it gave sound", async () => {
    expect(await outcome("printf abcd; exit 3")).toEqual(new SoundError("process"));
  });

  test("one that reads nothing and ends is no fault of ours", async () => {
    expect(await outcome("exit 0")).toEqual(Buffer.alloc(0));
  });

  test("one that talks on for ever is stopped at the bound", async () => {
    expect(await outcome("exec cat /dev/zero")).toEqual(new SoundError("size"));
  });

  test("one that writes only to its error stream is heard out", async () => {
    expect(await outcome("cat >/dev/null; head -c 1000000 /dev/zero >&2; printf ab")).toEqual(
      Buffer.from("ab"),
    );
  });

  test("one that cannot be spawned any more is a fault, and the server lives", async () => {
    renameSync(path, `${path}.away`);
    expect(await outcome("")).toEqual(new SoundError("process"));
    renameSync(`${path}.away`, path);
  });
});
