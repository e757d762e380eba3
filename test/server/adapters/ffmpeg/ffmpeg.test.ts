import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CODEC } from "@bearlink/sdk/protocol";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Container } from "../../../../server/adapters/ffmpeg/arguments.ts";
import { openFfmpeg, type FfmpegSound } from "../../../../server/adapters/ffmpeg/ffmpeg.ts";
import { findFfmpeg } from "../../../../server/adapters/ffmpeg/find.ts";
import { MAX_SOUND_S, SOUND_LIFE_MS, SOUND_MS } from "../../../../server/bounds.ts";
import { SoundError } from "../../../../server/errors.ts";
import { fakeClock } from "../../../support/clock.ts";
import { programs, running, untilRunning } from "../../../support/programs.ts";
import { describePlayer } from "../sound/player.ts";
import * as w from "../sound/waves.ts";

const path = await findFfmpeg();
const ran = promisify(execFile);

const children = (): number[] => running("ffmpeg");
const untilChildren = (count: number) => untilRunning("ffmpeg", count);

/** What ffmpeg itself makes of raw sound. */
function encoded(samples: Float32Array, rate: number, format: string[]): Uint8Array {
  const input = ["-f", "s16le", "-ar", String(rate), "-ac", "1", "-i", "pipe:0"];
  return execFileSync(path!, ["-v", "error", ...input, ...format, "pipe:1"], {
    input: w.toBytes(CODEC.S16, samples),
  });
}

describe.skipIf(!path)(path ? "with ffmpeg" : "with ffmpeg (left out: there is none in PATH)", () => {
  let sound: FfmpegSound;
  beforeAll(async () => {
    sound = (await openFfmpeg({ clock: fakeClock(), programs, keepMs: 0 }))!; // a busy machine meets no deadline here
  });
  afterEach(async () => {
    await untilChildren(0);
  });

  describePlayer("ffmpeg", () => sound, 5);

  test("what it heard is, in a WAV, what ffprobe calls 16 kHz mono of one second", async () => {
    const heard = await w.through(sound.hear(CODEC.ULAW), w.toBytes(CODEC.ULAW, w.sine(8_000, 440, 0.5)));
    const header = Buffer.alloc(44);
    header.write("RIFF\0\0\0\0WAVEfmt ", 0, "latin1");
    header.writeUInt32LE(36 + heard.length, 4);
    [16, 0x0001_0001, 16_000, 32_000, 0x0010_0002].forEach((field, i) =>
      header.writeUInt32LE(field, 16 + 4 * i),
    );
    header.write("data", 36, "latin1");
    header.writeUInt32LE(heard.length, 40);
    const folder = mkdtempSync(join(tmpdir(), "sound-"));
    const file = join(folder, "heard.wav");
    writeFileSync(file, Buffer.concat([header, heard]));
    const { stdout } = await ran("ffprobe", ["-v", "error", "-show_streams", "-of", "json", file]);
    rmSync(folder, { recursive: true });
    const [stream] = (JSON.parse(stdout) as { streams: Record<string, unknown>[] }).streams;
    expect(stream).toMatchObject({ codec_name: "pcm_s16le", sample_rate: "16000", channels: 1 });
    expect(Math.abs(Number(stream!["duration"]) - 1)).toBeLessThanOrEqual(0.01);
  });

  const containers: [Container, string[]][] = [
    ["mp3", ["-f", "mp3"]],
    ["ogg", ["-c:a", "libvorbis", "-f", "ogg"]],
    ["ogg", ["-c:a", "libopus", "-f", "ogg"]],
    ["flac", ["-f", "flac"]],
  ];

  test.each(containers)("decodes %s (%j)", async (container, format) => {
    const bytes = encoded(w.sine(24_000, 500, 0.25, 2), 24_000, format);
    const samples = w.toSamples(CODEC.S16, await w.through(sound.decode(container, 16_000), bytes, [999]));
    expect(Math.abs(samples.length / 32_000 - 1)).toBeLessThanOrEqual(0.05); // MP3 pads
    expect(w.frequencyOf(w.middle(samples), 16_000)).toBeCloseTo(500, 0);
    expect(Math.abs(w.levelOf(w.middle(samples)) + 12.04)).toBeLessThan(0.5);
  });

  test("a file that is cut gives what it holds, or a typed error", async () => {
    for (const [container, format] of containers) {
      const bytes = encoded(w.sine(24_000, 500), 24_000, format);
      for (const length of [0, 1, 100, bytes.length >> 1, bytes.length - 1]) {
        const result = await w
          .through(sound.decode(container, 16_000), bytes.subarray(0, length))
          .catch((e: unknown) => e);
        if (!(result instanceof Uint8Array)) expect(result).toEqual(new SoundError("format"));
        else expect(result.length).toBeGreaterThan(0);
        if (length === 0) expect(result).toEqual(new SoundError("format"));
      }
    }
  });

  test("what is not of the container is refused: noise, text, a playlist, another container", async () => {
    const texts = [
      "#EXTM3U\nfile:///etc/passwd\n",
      "ffconcat version 1.0\nfile '/etc/passwd'\n",
      "x".repeat(100_000),
    ];
    const noise = Uint8Array.from(
      { length: 50_000 },
      (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 0xff,
    );
    const flac = encoded(w.sine(24_000, 500), 24_000, ["-f", "flac"]);
    for (const bytes of [...texts.map((text) => Buffer.from(text)), noise, flac])
      await expect(w.through(sound.decode("ogg", 16_000), bytes)).rejects.toEqual(new SoundError("format"));
  });

  test("a file that unpacks to more than its bound is refused", async () => {
    const long = encoded(new Float32Array((MAX_SOUND_S + 5) * 8_000), 8_000, ["-f", "flac"]);
    await expect(w.through(sound.decode("flac", 16_000), long)).rejects.toEqual(new SoundError("size"));
  });

  test("fifty pipes at once all come through", { timeout: 60_000 }, async () => {
    const bytes = w.toBytes(CODEC.S16, w.sine(24_000, 500, 0.3, 0.2));
    const all = await Promise.all(
      Array.from({ length: 50 }, () => w.through(sound.voice(24_000, CODEC.U8), bytes)),
    );
    for (const spoken of all) expect(spoken).toEqual(all[0]);
    expect(all[0]).toHaveLength(1_600);
  });

  test("a process runs from the moment its pipe is opened", async () => {
    const pipe = sound.hear(CODEC.U8);
    await untilChildren(1);
    pipe.destroy();
  });

  test("a pipe destroyed before its process has started leaves none behind", async () => {
    for (let i = 0; i < 10; i++) sound.hear(CODEC.U8).destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await untilChildren(0);
  });

  test("a process that dies is told as such", async () => {
    const pipe = sound.voice(24_000, CODEC.U8);
    const reading = w.collect(pipe.out);
    await untilChildren(1);
    process.kill(children()[0]!, "SIGKILL");
    await expect(reading).rejects.toEqual(new SoundError("process"));
    pipe.write(new Uint8Array(100_000));
    pipe.end();
  });

  describe("and a clock that stands still", () => {
    const stopped = async () => {
      const clock = fakeClock();
      const pipe = (await openFfmpeg({ clock, programs, keepMs: 0 }))!.hear(CODEC.U8);
      const reading = w.collect(pipe.out).catch((error: unknown) => error);
      await untilChildren(1);
      process.kill(children()[0]!, "SIGSTOP");
      return { clock, pipe, reading };
    };

    test("a process that hangs is killed at its deadline after the end", async () => {
      const { clock, pipe, reading } = await stopped();
      pipe.write(new Uint8Array(8_000));
      pipe.end();
      await clock.advance(SOUND_MS - 1);
      expect(children()).toHaveLength(1);
      await clock.advance(1);
      expect(await reading).toEqual(new SoundError("deadline"));
      expect(clock.waiting).toBe(0);
    });

    test("a pipe that nobody ends is killed when its life is over", async () => {
      const { clock, reading } = await stopped();
      await clock.advance(SOUND_LIFE_MS);
      expect(await reading).toEqual(new SoundError("deadline"));
    });

    test("a process that hangs takes no more than the bound of its pipe", async () => {
      const { pipe, reading } = await stopped();
      for (let s = 0; s <= MAX_SOUND_S; s++) pipe.write(new Uint8Array(8_000));
      expect(await reading).toEqual(new SoundError("size"));
    });

    test("a pipe that is over leaves no timer", async () => {
      const clock = fakeClock();
      await w.through(
        (await openFfmpeg({ clock, programs, keepMs: 0 }))!.hear(CODEC.U8),
        new Uint8Array(800),
      );
      expect(clock.waiting).toBe(0);
    });
  });
});
