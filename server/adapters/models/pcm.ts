/** Samples of any common kind made into s16le mono of one rate, as they stream. */
import type { PcmFormat } from "./wav.ts";

export interface Converter {
  push(bytes: Uint8Array): Uint8Array;
  /** What the filter still held. A sample that came only in part is dropped. */
  end(): Uint8Array;
}

/** From `format` to s16le mono at `rate`. Output begins with the input; nothing is held longer than the filter is wide. */
export function createConverter(format: PcmFormat, rate: number): Converter {
  const asIs = format.rate === rate && format.channels === 1 && format.bits === 16;
  return asIs ? createWholeSamples() : createMixer(format, rate);
}

/** The same samples, none of them in two pieces, each piece where an Int16Array may be laid over it. */
function createWholeSamples(): Converter {
  let odd = Buffer.alloc(0);
  return {
    push(bytes) {
      const all = odd.length > 0 || bytes.byteOffset % 2 > 0 ? Buffer.concat([odd, bytes]) : bytes;
      const even = all.length - (all.length % 2);
      odd = Buffer.from(all.subarray(even));
      return all.subarray(0, even);
    },
    end: () => new Uint8Array(0),
  };
}

function createMixer(format: PcmFormat, rate: number): Converter {
  const frameBytes = (format.bits / 8) * format.channels;
  const read = READERS[format.float ? "float" : format.bits]!;
  const resampler = format.rate === rate ? undefined : createResampler(format.rate, rate);
  let rest = Buffer.alloc(0);

  return {
    push(bytes) {
      const all =
        rest.length === 0
          ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
          : Buffer.concat([rest, bytes]);
      const frames = Math.floor(all.length / frameBytes);
      rest = Buffer.from(all.subarray(frames * frameBytes));
      const mono = new Float32Array(frames);
      const step = format.bits / 8;
      for (let frame = 0; frame < frames; frame++) {
        const at = frame * frameBytes;
        const left = read(all, at);
        mono[frame] = format.channels === 1 ? left : (left + read(all, at + step)) / 2;
      }
      return toS16(resampler ? resampler.push(mono) : mono);
    },
    end: () => toS16(resampler ? resampler.end() : new Float32Array(0)),
  };
}

/** One sample as −1…1. */
const READERS: Record<string, (bytes: Buffer, at: number) => number> = {
  8: (bytes, at) => (bytes[at]! - 128) / 128,
  16: (bytes, at) => bytes.readInt16LE(at) / 0x8000,
  24: (bytes, at) => bytes.readIntLE(at, 3) / 0x800000,
  32: (bytes, at) => bytes.readInt32LE(at) / 0x80000000,
  float: (bytes, at) => bytes.readFloatLE(at) || 0, // NaN is silence
};

function toS16(samples: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(samples.length * 2);
  for (let index = 0; index < samples.length; index++) {
    const sample = Math.round(samples[index]! * 0x8000);
    bytes.writeInt16LE(Math.max(-0x8000, Math.min(0x7fff, sample)), index * 2);
  }
  return bytes;
}

export interface Resampler {
  push(samples: Float32Array): Float32Array;
  end(): Float32Array;
}

/** zero crossings of the filter on each side */
const CROSSINGS = 12;
/** share of the lower half-rate that passes; the rest is the filter's slope */
const PASS = 0.92;
/** sub-sample positions kept in the table; all common pairs of rates have fewer */
const MAX_PHASES = 1024;

/** A windowed sinc from one rate to another, in Hz. */
export function createResampler(from: number, to: number): Resampler {
  const divisor = gcd(from, to);
  const [inStep, outStep] = [from / divisor, to / divisor]; // `outStep` outputs span `inStep` inputs
  const cutoff = PASS * Math.min(1, to / from);
  const half = Math.ceil(CROSSINGS / cutoff);
  const phases = Math.min(outStep, MAX_PHASES);
  const table = filterTable(half, cutoff, phases);

  let kept = new Float32Array(half - 1); // silence before the start
  let keptAt = 1 - half; // input index of kept[0]
  let whole = 0; // input index at or before the next output
  let part = 0; // and its remainder, in outSteps

  function run(samples: Float32Array, endAt: number): Float32Array {
    const input = new Float32Array(kept.length + samples.length);
    input.set(kept);
    input.set(samples, kept.length);
    const inputEnd = keptAt + input.length;
    const output: number[] = [];
    while (whole + half < inputEnd && whole < endAt) {
      const phase = Math.round((part / outStep) * phases);
      const first = whole - half + 1 - keptAt;
      const row = phase * half * 2;
      let sum = 0;
      for (let tap = 0; tap < half * 2; tap++) sum += input[first + tap]! * table[row + tap]!;
      output.push(sum);
      part += inStep;
      whole += Math.floor(part / outStep);
      part %= outStep;
    }
    const keepFrom = Math.min(input.length, Math.max(0, whole - half + 1 - keptAt));
    kept = input.slice(keepFrom);
    keptAt += keepFrom;
    return Float32Array.from(output);
  }

  return {
    push: (samples) => run(samples, Infinity),
    end: () => run(new Float32Array(half), keptAt + kept.length),
  };
}

/** For each sub-sample position the weights of the `2 · half` inputs around it, each row of sum 1. One row more than `phases`, for rounding up. */
function filterTable(half: number, cutoff: number, phases: number): Float32Array {
  const table = new Float32Array((phases + 1) * half * 2);
  for (let phase = 0; phase <= phases; phase++) {
    const row = table.subarray(phase * half * 2, (phase + 1) * half * 2);
    let sum = 0;
    for (let tap = 0; tap < row.length; tap++) {
      const distance = tap - half + 1 - phase / phases;
      const angle = Math.PI * distance * cutoff;
      const sinc = distance === 0 ? 1 : Math.sin(angle) / angle;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / half); // Hann
      row[tap] = Math.abs(distance) < half ? sinc * window : 0;
      sum += row[tap]!;
    }
    for (let tap = 0; tap < row.length; tap++) row[tap]! /= sum;
  }
  return table;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
