/** Changes the rate of sound by a ratio of whole numbers: a windowed sinc, cut into one filter per phase. */
import { SoundError } from "../../errors.ts";
import { NO_SAMPLES, scratch, type Stage } from "./stage.ts";

/** Hz that codecs and models of speech use */
const RATES: readonly number[] = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000];

/** dB by which aliases and images are down */
const STOPBAND_DB = 70;
/** share of the narrower band that passes whole; from there to its end the filter falls */
const PASSBAND = 0.85;

interface Filters {
  /** phases: samples out for every `down` samples in */
  up: number;
  down: number;
  /** samples in that one sample out looks at on each side; even */
  half: number;
  /** `up` filters of 2 · half taps, one after the other */
  taps: Float32Array;
}

/** Throws SoundError("format") for a rate that no player of the Sound port knows. */
export function requireRate(rate: number): void {
  if (!RATES.includes(rate)) throw new SoundError("format");
}

/** `n` samples in give round(n · to / from) out, in time with them. Throws as `requireRate` does. */
export function resample(from: number, to: number): Stage {
  requireRate(from);
  requireRate(to);
  if (from === to) return { push: (samples) => samples, flush: () => NO_SAMPLES };
  const { up, down, half, taps } = filtersFor(from, to);
  const width = 2 * half;
  const room = scratch();
  // as if silence had come before: the first sample out is centred on the first in
  let held = new Float32Array(4_096);
  let count = half - 1;
  let phase = 0;
  let taken = 0;
  let given = 0;

  const append = (samples: Float32Array) => {
    if (count + samples.length > held.length) {
      const larger = new Float32Array(2 * (count + samples.length));
      larger.set(held.subarray(0, count));
      held = larger;
    }
    held.set(samples, count);
    count += samples.length;
  };

  const produce = (most: number) => {
    const out = room(Math.min(most, Math.ceil((count * up) / down) + 1));
    let made = 0;
    let at = 0;
    while (made < out.length && at + width <= count) {
      out[made++] = product(taps, phase * width, held, at, width);
      phase += down;
      at += Math.floor(phase / up);
      phase %= up;
    }
    held.copyWithin(0, at, count);
    count -= at;
    given += made;
    return out.subarray(0, made);
  };

  return {
    push(samples) {
      taken += samples.length;
      append(samples);
      return produce(Infinity);
    },
    flush() {
      append(new Float32Array(half));
      return produce(Math.round((taken * up) / down) - given);
    },
  };
}

/** The sum of `count` products: in four sums, for none waits for the one before. Half of what a turn costs is spent here. */
function product(taps: Float32Array, first: number, held: Float32Array, at: number, count: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let k = 0; k < count; k += 4) {
    a += taps[first + k]! * held[at + k]!;
    b += taps[first + k + 1]! * held[at + k + 1]!;
    c += taps[first + k + 2]! * held[at + k + 2]!;
    d += taps[first + k + 3]! * held[at + k + 3]!;
  }
  return a + b + c + d;
}

const made = new Map<string, Filters>();

function filtersFor(from: number, to: number): Filters {
  const name = `${from}:${to}`;
  const filters = made.get(name) ?? design(from, to);
  made.set(name, filters);
  return filters;
}

/** Kaiser's window and his estimate of its length. J. F. Kaiser, "Nonrecursive digital filter design", 1974 */
function design(from: number, to: number): Filters {
  const shared = gcd(from, to);
  const up = to / shared;
  const down = from / shared;
  const band = Math.min(from, to) / 2;
  const fall = (band * (1 - PASSBAND)) / from;
  const half = 2 * Math.ceil((STOPBAND_DB - 7.95) / (14.36 * fall) / 4); // even: `product` takes taps by four
  const beta = 0.1102 * (STOPBAND_DB - 8.7);
  const cutoff = (band * (1 + PASSBAND)) / from;
  const taps = new Float32Array(up * 2 * half);
  for (let phase = 0; phase < up; phase++) {
    const filter = taps.subarray(phase * 2 * half, (phase + 1) * 2 * half);
    for (let k = 0; k < filter.length; k++) {
      const distance = k - (half - 1) - phase / up;
      filter[k] =
        sinc(cutoff * distance) * bessel0(beta * Math.sqrt(1 - Math.min(1, (distance / half) ** 2)));
    }
    const sum = filter.reduce((total, tap) => total + tap, 0);
    for (let k = 0; k < filter.length; k++) filter[k]! /= sum; // each phase as loud as the next
  }
  return { up, down, half, taps };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** I0, the modified Bessel function of order 0, as its power series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
