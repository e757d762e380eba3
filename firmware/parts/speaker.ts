/** The speaker: a reply out of the 8-bit DAC in real time, clips the toy holds, and a volume. */
import { CODEC } from "@bearlink/sdk/protocol";
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
/** 0-100 */
let volume = 100;
/** the volume as a table over the samples, while they play */
let loud: Uint8Array | undefined;
let stopHum: number | undefined;
/** `take` is being asked: a close now is the reply's end, and not an order to be silent */
let asking = false;
/** buffers of the reply's end that are still to be heard; 0 while it goes on */
let last = 0;

function hush(): void {
  const playing = wave;
  wave = undefined;
  take = undefined;
  last = 0;
  if (stopHum !== undefined) clearTimeout(stopHum);
  stopHum = undefined;
  if (playing === undefined) return;
  loud = undefined;
  digitalWrite(BOARD.AMPLIFIER, 0);
  playing.removeAllListeners();
  try {
    playing.stop();
  } catch {
    // a clip that has played out
  }
}

/** About the middle of the samples. */
function makeTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < 256; i++) table[i] = SILENCE + ((i - SILENCE) * volume) / 100;
  return table;
}

function sound(): void {
  loud = makeTable();
  analogWrite(BOARD.SPEAKER, 0.5); // the DAC rests in the middle: no knock as it starts
  digitalWrite(BOARD.AMPLIFIER, 1);
}

/** Fills the buffer that was played; what is missing is silence. `take` may close the speaker: what is held plays out. */
function refill(buffer: Uint8Array): void {
  let at = 0;
  if (last > 0) {
    last--;
    if (last === 0) return hush();
  }
  asking = true;
  try {
    while (take !== undefined && at < SAMPLES) {
      const piece = take(SAMPLES - at);
      if (piece === undefined) break;
      buffer.set(piece, at);
      at += piece.length;
    }
  } finally {
    asking = false;
  }
  if (at < SAMPLES) buffer.fill(SILENCE, at);
  if (at > 0) E.mapInPlace(buffer, buffer, loud!);
  if (wave !== undefined && take === undefined && last === 0) last = at > 0 ? 2 : 1;
}

/** Silence at once, unless the reply has come to its end. */
function close(): void {
  if (asking) take = undefined;
  else hush();
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

function play(samples: Uint8Array, repeat: boolean): void {
  sound();
  E.mapInPlace(samples, samples, loud!);
  wave = new Waveform(samples);
  wave.on("finish", hush);
  wave.startOutput(BOARD.SPEAKER, HERTZ, { repeat });
}

/** A note of its own for each clip. */
function hum(clip: Clip): void {
  const cycles = ((clip.charCodeAt(1) + clip.charCodeAt(4)) & 7) + 2; // no two clips alike
  const note = new Uint8Array(HUM_SAMPLES);
  for (let i = 0; i < HUM_SAMPLES; i++)
    note[i] = SILENCE + 40 * Math.sin((i * cycles * 2 * Math.PI) / HUM_SAMPLES);
  play(note, true);
  stopHum = setTimeout(hush, HUM_MS) as unknown as number;
}

function playClip(clip: Clip): void {
  hush();
  const held = storage.read(CLIP_PREFIX + clip);
  if (held === undefined) hum(clip);
  // a copy: the sound's interrupt cannot read flash while something is written there
  else play(E.toUint8Array(held), false);
}

function setVolume(level: number): void {
  volume = level;
}

export const speaker: Speaker = {
  codecs: [CODEC.U8],
  bufferMs: 1_000,
  open,
  close,
  clip: playClip,
  volume: setVolume,
};
