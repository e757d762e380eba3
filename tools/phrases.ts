/**
 * Records the phrase book: each clause of what the bear can say without a model, spoken by espeak-ng, made fit for a toy
 * by ffmpeg. Run by hand after any of those texts changed: `node --import tsx tools/phrases.ts`. What is in the book is
 * kept as it is; `--all` records it anew.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { systemClock } from "../server/adapters/clock.ts";
import { clauses } from "../server/adapters/companion/clauses.ts";
import type { Clause } from "../server/adapters/companion/clauses.ts";
import { curatedTexts } from "../server/adapters/companion/curated.ts";
import { openPrograms } from "../server/adapters/programs/programs.ts";
import { BOOK_RATE } from "../server/adapters/speech/book.ts";
import type { BookIndex } from "../server/adapters/speech/book.ts";
import { createEspeak } from "../server/adapters/speech/espeak.ts";
import { decodeIma, encodeIma } from "../server/adapters/speech/ima.ts";
import { pairingWords } from "../server/adapters/speech/pairing-words.ts";
import { samplesOf } from "../server/adapters/speech/pcm.ts";
import { phraseTexts } from "../server/adapters/speech/phrases.ts";
import { findProgram } from "../server/adapters/speech/program.ts";
import { safetyLines } from "../server/safety/lines.ts";

/** full scale 1; PROTOCOL.md §7.5 allows −6.5 dBFS, the rest is room for what ADPCM overshoots */
const MAX_PEAK = 10 ** (-7.2 / 20);
const ALLOWED_PEAK = 10 ** (-6.5 / 20);
/** of the voiced parts, so that a whispered word and a shout are equally loud */
const TARGET_RMS = 10 ** (-17 / 20);
/** below this part of its peak a clause is silent */
const SILENCE = 0.01;
const LEAD_S = 0.015;
const TAIL_S = 0.04;
const FADE_S = 0.008;
const FILTERS = [
  "highpass=f=130",
  "equalizer=f=2800:width_type=o:width=1.5:gain=3",
  "acompressor=threshold=0.1:ratio=3:attack=5:release=60",
  "lowpass=f=3600",
  `aresample=${BOOK_RATE}`,
].join(",");

const espeakPath = needed("espeak-ng");
const ffmpegPath = needed("ffmpeg");
const programs = openPrograms();
const espeak = createEspeak({ clock: systemClock, programs }, espeakPath);

const texts = [...curatedTexts, ...Object.values(phraseTexts), ...safetyLines, ...pairingWords];
const wanted = new Map<string, Clause>();
// the same words are recorded once, with the melody of their first place
for (const clause of texts.flatMap(clauses)) if (!wanted.has(clause.words)) wanted.set(clause.words, clause);
const folder = new URL("../server/adapters/speech/book/", import.meta.url);
const formerSound = readFileSync(new URL("sound.ima", folder));
const formerIndex = process.argv.includes("--all")
  ? {}
  : (JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) as BookIndex);
const index: BookIndex = {};
const sounds: Uint8Array[] = [];
let offset = 0;
for (const clause of [...wanted.values()].sort((a, b) => (a.words < b.words ? -1 : 1))) {
  const [start = 0, size] = formerIndex[clause.words] ?? [];
  const sound =
    size === undefined
      ? encoded(levelled(trimmed(await spoken(clause))))
      : formerSound.subarray(start, start + size);
  index[clause.words] = [offset, sound.length];
  offset += sound.length;
  sounds.push(sound);
}
writeFileSync(new URL("sound.ima", folder), Buffer.concat(sounds));
const lines = Object.entries(index).map(
  ([words, [start, size]]) => `  ${JSON.stringify(words)}: [${start}, ${size}]`,
);
writeFileSync(new URL("index.json", folder), `{\n${lines.join(",\n")}\n}\n`);
await programs.close();
console.log(`${wanted.size} clauses, ${Math.round((offset * 2) / BOOK_RATE)} s, ${offset} bytes`);

function needed(name: string): string {
  const path = findProgram(name);
  if (!path) throw new Error(`recording needs ${name} on PATH`);
  return path;
}

async function spoken({ text, end }: Clause): Promise<Int16Array> {
  const args = ["-hide_banner", "-loglevel", "error", "-f", "s16le", "-ac", "1", "-ar", `${espeak.rate}`];
  args.push("-i", "pipe:0", "-af", FILTERS, "-f", "s16le", "pipe:1");
  const ffmpeg = spawn(ffmpegPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const done = buffer(ffmpeg.stdout);
  for await (const pcm of espeak.speak(text + end, new AbortController().signal)) ffmpeg.stdin.write(pcm);
  ffmpeg.stdin.end();
  return samplesOf(await done);
}

/** Without the silence around it, and faded where it was cut. */
function trimmed(samples: Int16Array): Int16Array {
  const floor = SILENCE * peakOf(samples);
  const first = samples.findIndex((sample) => Math.abs(sample) > floor);
  const last = samples.findLastIndex((sample) => Math.abs(sample) > floor);
  const cut = samples.slice(Math.max(0, first - LEAD_S * BOOK_RATE), last + TAIL_S * BOOK_RATE);
  const fade = FADE_S * BOOK_RATE;
  return cut.map((sample, at) => sample * Math.min(1, at / fade, (cut.length - 1 - at) / fade));
}

/** As loud as the others, as far as its peak allows. */
function levelled(samples: Int16Array): Int16Array {
  const peak = peakOf(samples);
  const voiced = samples.filter((sample) => Math.abs(sample) > 0.05 * peak);
  const rms = Math.sqrt(voiced.reduce((sum, sample) => sum + sample ** 2, 0) / voiced.length);
  const gain = Math.min((TARGET_RMS * 32768) / rms, (MAX_PEAK * 32768) / peak);
  return samples.map((sample) => Math.round(sample * gain));
}

/** ADPCM overshoots where a sound rises steeply: such a clause is made a little softer until it keeps within bounds. */
function encoded(samples: Int16Array): Uint8Array {
  const sound = encodeIma(samples);
  const peak = peakOf(decodeIma(sound)) / 32768;
  if (peak === 0) throw new Error("a clause without sound");
  return peak <= ALLOWED_PEAK ? sound : encoded(samples.map((sample) => sample * 0.95));
}

function peakOf(samples: Int16Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}
