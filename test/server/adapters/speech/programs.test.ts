import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../../server/adapters/clock.ts";
import { createEspeak } from "../../../../server/adapters/speech/espeak.ts";
import { createFlite, fliteGraph, hasFlite } from "../../../../server/adapters/speech/flite.ts";
import { samplesOf } from "../../../../server/adapters/speech/pcm.ts";
import { findProgram, runProgram } from "../../../../server/adapters/speech/program.ts";
import { MAX_SPEAKABLE_CHARS, speakable } from "../../../../server/adapters/speech/speakable.ts";
import { BETWEEN_TOKENS_MS } from "../../../../server/bounds.ts";
import type { TextToSpeech } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { programs } from "../../../support/programs.ts";

const open = new AbortController().signal;
const ports = { clock: systemClock, programs };
const espeak = findProgram("espeak-ng");
const ffmpeg = findProgram("ffmpeg");
const flite = ffmpeg !== undefined && (await hasFlite(ports, ffmpeg)) ? ffmpeg : undefined;

const folder = mkdtempSync(join(tmpdir(), "voices-"));
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, lines: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  for await (const piece of pieces) kept.push(piece);
  return Buffer.concat(kept);
}

const HOSTILE = [
  "hello' , anullsrc [out]; [in] null",
  "it\\'s:textfile=/etc/passwd",
  "x':textfile='/etc/passwd",
  "a,b;c[d]e%{pts}f$(id)`id`",
  "-i /etc/passwd",
  "line\nbreak\u0000nul\u0007bell",
  "[[h@l'oU]] <speak><audio src='file:///etc/passwd'/></speak>",
  "\u2019quoted\u2019 \u201ctext\u201d \u{1f43b}",
];

describe("a speakable text", () => {
  it.each(HOSTILE)("has no sign but words and plain punctuation: %s", (text) => {
    expect(speakable(text)).toMatch(/^[\p{L}\p{M}\p{N} .,;:!?'-]*$/u);
  });

  it("keeps words of other languages, and has a bound", () => {
    expect(speakable("Gr\u00fc\u00dfe, \u043c\u0435\u0434\u0432\u0435\u0434\u044c!")).toBe(
      "Gr\u00fc\u00dfe, \u043c\u0435\u0434\u0432\u0435\u0434\u044c!",
    );
    expect(speakable("\ufdfa".repeat(5_000)).length).toBeLessThanOrEqual(MAX_SPEAKABLE_CHARS);
  });
});

describe("flite's filter", () => {
  it.each(HOSTILE)("holds nothing that ffmpeg could read as more than words: %s", (text) => {
    const words = fliteGraph(text).slice("flite=voice=slt:text=".length);
    expect(words.replaceAll("\\\\\\'", "").replaceAll("\\,", "")).toMatch(/^[A-Za-z0-9 .!?-]*$/);
  });

  it("escapes the comma once and the apostrophe for both readers", () => {
    expect(fliteGraph("No, it's me!")).toBe("flite=voice=slt:text=No\\, it\\\\\\'s me!");
  });
});

describe("a speaking program", () => {
  it("is found on the path given, and nowhere else", () => {
    const path = script("here", "exit 0");
    expect(findProgram("here", `/nowhere:${folder}`)).toBe(path);
    expect(findProgram("here", "/nowhere")).toBeUndefined();
    expect(findProgram("here", "")).toBeUndefined();
  });

  const run = (lines: string, signal = open, clock = fakeClock()) =>
    runProgram({ clock, programs }, { path: script("voice", lines), args: [], input: "hello" }, signal);

  it("reads the text on stdin and hands its sound on", async () => {
    expect((await all(run("cat"))).toString()).toBe("hello");
  });

  it.each([
    ["away", "where it is missing", undefined],
    ["away", "where it fails before its first sound", "exit 1"],
    ["away", "where it ends without a sound", "exit 0"],
    ["cut", "where it fails after some", "echo sound; exit 1"],
  ])("is %s %s", async (fault, _, lines) => {
    const pieces =
      lines === undefined
        ? runProgram(
            { clock: fakeClock(), programs },
            { path: join(folder, "missing"), args: [], input: "" },
            open,
          )
        : run(lines);
    await expect(all(pieces)).rejects.toMatchObject({ fault });
  });

  it("is killed where a piece takes too long, and leaves no timer", async () => {
    const clock = fakeClock();
    const late = expect(all(run("exec sleep 60", open, clock))).rejects.toMatchObject({ fault: "timeout" });
    await vi.waitFor(() => expect(clock.waiting).toBe(1));
    await clock.advance(BETWEEN_TOKENS_MS);
    await late;
    expect(clock.waiting).toBe(0);
  });

  it("is killed at the signal, with its reason", async () => {
    const stop = new AbortController();
    const pieces = run("echo $$; exec sleep 60", stop.signal);
    const pid = Number(Buffer.from((await pieces.next()).value!).toString());
    stop.abort(new Error("barge-in"));
    await expect(pieces.next()).rejects.toThrow("barge-in");
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it("is killed when nobody listens any more", async () => {
    const pieces = run("echo $$; exec sleep 60");
    const pid = Number(Buffer.from((await pieces.next()).value!).toString());
    await pieces.return(undefined);
    expect(() => process.kill(pid, 0)).toThrow();
  });
});

/** Peak and RMS, full scale 1, and seconds. */
async function measure(voice: TextToSpeech, text: string) {
  const samples = samplesOf(await all(voice.speak(text, open)));
  const peak = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) / 32_768;
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length) / 32_768;
  return { peak, rms, seconds: samples.length / voice.rate };
}

describe.each([
  ["espeak-ng", espeak && createEspeak(ports, espeak), 22_050],
  ["flite in ffmpeg", flite && createFlite(ports, flite), 16_000],
])("the voice of %s", (name, voice, rate) => {
  if (!voice) return it.skip(`is not here: ${name} is not installed`);

  it("speaks loud enough, unclipped, at its rate", async () => {
    const { peak, rms, seconds } = await measure(voice, "Hello, little bear, it's a lovely day!");
    expect(voice.rate).toBe(rate);
    expect(seconds).toBeGreaterThan(1.5);
    expect(seconds).toBeLessThan(6);
    expect(peak).toBeGreaterThan(0.1);
    expect(peak).toBeLessThan(1);
    expect(rms).toBeGreaterThan(0.02);
  });

  it.each(HOSTILE)("says a hostile text as mere words: %s", async (text) => {
    expect((await measure(voice, text)).seconds).toBeGreaterThan(0.1);
  });

  it("gives no sound for no words", async () => {
    expect(await all(voice.speak(" ... !", open))).toHaveLength(0);
  });
});
