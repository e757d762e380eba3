/** Sounds to test with, and what there is to measure in one. */
import { CODEC, type Codec } from "@bearlink/sdk/protocol";
import { decoder, encoder } from "../../../../server/adapters/sound/codecs.ts";
import type { SoundPipe } from "../../../../server/ports.ts";

/** `seconds` of a shape, which is given the time in s. */
export function wave(rate: number, seconds: number, shape: (t: number) => number): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => shape(i / rate));
}

export function sine(rate: number, hz: number, level = 1, seconds = 1): Float32Array {
  return wave(rate, seconds, (t) => level * Math.sin(2 * Math.PI * hz * t));
}

export function toBytes(codec: Codec, samples: Float32Array): Uint8Array {
  return encoder(codec)(samples);
}

export function toSamples(codec: Codec, bytes: Uint8Array): Float32Array {
  return decoder(codec)(bytes).slice();
}

/** dBFS of a sine that has this mean power. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
  return 10 * Math.log10(2 * power);
}

export function peakOf(samples: Float32Array): number {
  return samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

/** Hz, from the rising zero crossings. */
export function frequencyOf(samples: Float32Array, rate: number): number {
  const crossings: number[] = [];
  for (let i = 1; i < samples.length; i++) {
    const [a, b] = [samples[i - 1]!, samples[i]!];
    if (a < 0 && b >= 0) crossings.push(i - b / (b - a));
  }
  return ((crossings.length - 1) * rate) / (crossings.at(-1)! - crossings[0]!);
}

/** The middle of a sound, where filters have settled. */
export function middle(samples: Float32Array): Float32Array {
  return samples.subarray(Math.floor(samples.length / 4), Math.floor((samples.length * 3) / 4));
}

/** All of `bytes` through a pipe, in pieces of these sizes over and over. */
export async function through(
  pipe: SoundPipe,
  bytes: Uint8Array,
  sizes: readonly number[] = [640],
): Promise<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    pipe.write(bytes.subarray(at, at + size));
    at += size;
  }
  pipe.end();
  return collect(pipe.out);
}

export async function collect(out: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of out) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The codecs that sound is written in here. */
export const CODECS = [CODEC.U8, CODEC.ULAW, CODEC.S16] as const;
export const RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000] as const;

export const sweep = (t: number): number => Math.sin(2 * Math.PI * 8_000 * t * t);

/** What is hardest for a limiter, at full scale: sine, square, steps, clicks, noise and a sweep, 0.3 s of each. */
export function hardSound(rate: number): Float32Array {
  const shapes: ((t: number) => number)[] = [
    (t) => Math.sin(2 * Math.PI * 997 * t),
    (t) => (t % 0.01 < 0.005 ? 1 : -1),
    (t) => (t < 0.1 ? 0 : t < 0.2 ? 1 : -1),
    (t) => (t % 0.05 < 0.0002 ? -1 : 0),
    (t) => (Math.sin(t * 1e6) * 43_758.5453) % 1,
    sweep,
  ];
  return wave(rate, 0.3 * shapes.length, (t) =>
    shapes[Math.min(Math.floor(t / 0.3), shapes.length - 1)]!(t % 0.3),
  );
}
