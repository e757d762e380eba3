/** The speaker: a reply out of the 8-bit DAC in real time, clips the toy holds, and a volume. */
import { CLIPS, CODEC } from "@bearlink/sdk/protocol";
import type { Clip } from "@bearlink/sdk/protocol";
import type { Speaker, TakeSamples } from "@bearlink/sdk/toy";
import { BOARD } from "../boards/board.ts";
import { CLIP_PREFIX } from "../record.ts";
import { storage } from "../host/storage.ts";

const HERTZ = 8_000;
/** 50 ms: what is asked of the reply at once */
const SAMPLES = 400;
const SILENCE = 0x80;
/** of a clip that is not there: 10 ms of a note, hummed for this long */
const HUM_SAMPLES = 80;
const HUM_MS = 250;

let wave: Waveform | undefined;
let take: TakeSamples | undefined;
let loud: Uint8Array | undefined;
let stopHum: number | undefined;

function hush(): void {
  const playing = wave;
  wave = undefined;
  take = undefined;
  if (stopHum !== undefined) clearTimeout(stopHum);
  stopHum = undefined;
  if (playing === undefined) return;
  digitalWrite(BOARD.AMPLIFIER, 0);
  playing.removeAllListeners();
  try {
    playing.stop();
  } catch {
    // a clip that has played out
  }
}

function sound(): void {
  analogWrite(BOARD.SPEAKER, 0.5); // the DAC rests in the middle: no knock as it starts
  digitalWrite(BOARD.AMPLIFIER, 1);
}

/** Fills the buffer that was played; what is missing is silence. `take` may close the speaker. */
function refill(buffer: Uint8Array): void {
  let at = 0;
  while (take !== undefined && at < SAMPLES) {
    const piece = take(SAMPLES - at);
    if (piece === undefined) break;
    buffer.set(piece, at);
    at += piece.length;
  }
  if (at < SAMPLES) buffer.fill(SILENCE, at);
  if (at > 0 && loud !== undefined) E.mapInPlace(buffer, buffer, loud);
}

function open(_codec: number, from: TakeSamples): void {
  hush();
  take = from;
  sound();
  wave = new Waveform(SAMPLES, { doubleBuffer: true, bits: 8 });
  wave.buffer.fill(SILENCE);
  wave.buffer2.fill(SILENCE);
  wave.on("buffer", refill);
  wave.startOutput(BOARD.SPEAKER, HERTZ, { repeat: true });
}

function play(samples: ArrayBuffer | Uint8Array, repeat: boolean): void {
  sound();
  wave = new Waveform(samples as ArrayBuffer);
  wave.on("finish", hush);
  wave.startOutput(BOARD.SPEAKER, HERTZ, { repeat });
}

/** A note of its own for each clip. */
function hum(clip: Clip): void {
  const cycles = CLIPS.indexOf(clip) + 2;
  const note = new Uint8Array(HUM_SAMPLES);
  for (let i = 0; i < HUM_SAMPLES; i++)
    note[i] = SILENCE + 40 * Math.sin((i * cycles * 2 * Math.PI) / HUM_SAMPLES);
  if (loud !== undefined) E.mapInPlace(note, note, loud);
  play(note, true);
  stopHum = setTimeout(hush, HUM_MS) as unknown as number;
}

function playClip(clip: Clip): void {
  hush();
  const held = storage.read(CLIP_PREFIX + clip);
  if (held === undefined) hum(clip);
  else play(E.toArrayBuffer(held), false);
}

/** 0-100: a table over the samples, about their middle. */
function setVolume(level: number): void {
  loud = undefined;
  if (level >= 100) return;
  const table = new Uint8Array(256);
  for (let i = 0; i < 256; i++) table[i] = SILENCE + ((i - SILENCE) * level) / 100;
  loud = table;
}

export const speaker: Speaker = {
  codecs: [CODEC.U8],
  bufferMs: 1_000,
  open,
  close: hush,
  clip: playClip,
  volume: setVolume,
};
