/** The microphone: 8 kHz from the ADC, double-buffered, companded to mu-law by a table; never without the light. */
import { CODEC } from "@bearlink/sdk/protocol";
import type { Microphone } from "@bearlink/sdk/toy";
import { BOARD } from "../boards/board.ts";
import { holdLight } from "./light.ts";

const HERTZ = 8_000;
/** 100 ms: a frame costs the same whatever its size, and this is the largest */
const SAMPLES = 800;
/** a shorter rest is not worth a frame, 20 ms */
const LEAST = 160;

let wave: Waveform | undefined;
let frame: ((samples: Uint8Array) => void) | undefined;
let table: Uint8Array | undefined;
let flippedAt = 0;
/** of the frame that was last handed on */
let loudness = 0;

/** The mu-law byte of each of the ADC's 256 levels. G.711 */
function makeTable(): Uint8Array {
  const made = new Uint8Array(256);
  for (let level = 0; level < 256; level++) {
    const sample = (level - 128) * 256 * BOARD.MICROPHONE_GAIN;
    const size = Math.min(Math.abs(sample), 32635) + 132;
    let exponent = 7;
    while (exponent > 0 && size < 132 << exponent) exponent--;
    const bits = (exponent << 4) | ((size >> (exponent + 3)) & 15);
    made[level] = ~(sample < 0 ? bits | 128 : bits);
  }
  return made;
}

/** A buffer is full, and the other is being filled: 100 ms to have sent this one. */
function heard(buffer: Uint8Array): void {
  flippedAt = getTime();
  if (frame === undefined) return;
  // measured before companding, on the scale of 16-bit sound
  loudness = Math.sqrt(E.variance(buffer, E.sum(buffer) / SAMPLES) / SAMPLES) * 256 * BOARD.MICROPHONE_GAIN;
  E.mapInPlace(buffer, buffer, table!);
  frame(buffer);
}

/** What the buffer that is being filled holds so far. */
function rest(samples: number): void {
  if (frame === undefined || samples < LEAST) return;
  const buffer = (wave as Waveform & { currentBuffer?: number }).currentBuffer ? wave!.buffer2 : wave!.buffer;
  const last = new Uint8Array(buffer.subarray(0, samples)); // Espruino's `slice` would make a plain array
  E.mapInPlace(last, last, table!);
  frame(last);
}

function stop(): void {
  const running = wave;
  if (running === undefined) return;
  try {
    running.removeAllListeners();
    running.stop();
    rest(Math.min(SAMPLES, Math.floor((getTime() - flippedAt) * HERTZ)));
  } finally {
    frame = undefined;
    wave = undefined;
    holdLight(false);
  }
}

function start(each: (samples: Uint8Array) => void): void {
  stop();
  if (table === undefined) table = makeTable();
  holdLight(true);
  frame = each;
  wave = new Waveform(SAMPLES, { doubleBuffer: true, bits: 8 });
  wave.on("buffer", heard);
  flippedAt = getTime();
  wave.startInput(BOARD.MICROPHONE, HERTZ, { repeat: true });
}

function level(): number {
  return loudness;
}

export const microphone: Microphone = { codec: CODEC.ULAW, level, start, stop };
