/** Hears where speech starts and stops by its energy, in whole numbers: the same ear on the toy and in the bridge. */
import { CODEC, codecBytes, codecRate } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";

/** ms of loudness that are speech and not a knock */
const START_MS = 60;
/** ms of quiet that end an utterance: children pause; DESIGN "Voice" says 800–1000 */
const ENDPOINT_MS = 900;
/** loudness (RMS of 16-bit samples) below which nothing is speech, about −38 dBFS: over the noise of 8-bit sound */
const FLOOR = 400;
/** loudness over the room's own, times this, is speech */
const OVER_NOISE = 3;
/** the room is believed to be at most this loud: a child who speaks from the first frame is heard */
const MAX_NOISE = 600;

export interface Ear {
  codec: Codec;
  /** 1: every sample is read; 8: one in eight, for a slow toy */
  step: number;
  /** loudness of the room, times 16 */
  noise16: number;
  loudMs: number;
  quietMs: number;
  speaking: boolean;
}

export function openEar(codec: Codec, step: number): Ear {
  return { codec, step, noise16: 0, loudMs: 0, quietMs: 0, speaking: false };
}

/** A µ-law byte as a 16-bit sample. G.711 */
export function ulawSample(byte: number): number {
  const bits = ~byte & 255;
  const magnitude = (((bits & 15) << 3) + 132) << ((bits >> 4) & 7);
  return bits & 128 ? 132 - magnitude : magnitude - 132;
}

function sampleAt(codec: Codec, bytes: Uint8Array, index: number): number {
  if (codec === CODEC.ULAW) return ulawSample(bytes[index]!);
  if (codec === CODEC.U8) return (bytes[index]! - 128) * 256;
  const value = bytes[index * 2]! + bytes[index * 2 + 1]! * 256;
  return value < 32768 ? value : value - 65536;
}

/** RMS of a piece of sound about its own mean, 0–32768; 0 for Opus, which only its decoder can hear. */
export function loudness(codec: Codec, bytes: Uint8Array, step: number): number {
  const width = codecBytes(codec);
  const samples = width === 0 ? 0 : Math.floor(bytes.length / width);
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < samples; i += step) {
    const sample = sampleAt(codec, bytes, i);
    count++;
    sum += sample;
    squares += sample * sample;
  }
  if (count === 0) return 0;
  const mean = sum / count;
  // an ADC's rest is seldom exactly the middle: the mean is no sound
  return Math.round(Math.sqrt(Math.max(0, squares / count - mean * mean)));
}

/** Hears `ms` of sound of one loudness; "start" and "end" come once an utterance, in turn. */
export function hearLevel(ear: Ear, ms: number, level: number): "start" | "end" | undefined {
  const noise = ear.noise16 >> 4;
  if (level >= FLOOR && level >= noise * OVER_NOISE) {
    ear.loudMs += ms;
    ear.quietMs = 0;
    // a room that stays loud is learned too, but slowly
    ear.noise16 += (level - noise) >> 6;
  } else {
    ear.noise16 += level - noise;
    ear.loudMs = 0;
    ear.quietMs += ms;
  }
  if (ear.noise16 > MAX_NOISE * 16) ear.noise16 = MAX_NOISE * 16;
  if (!ear.speaking && ear.loudMs >= START_MS) {
    ear.speaking = true;
    return "start";
  }
  if (ear.speaking && ear.quietMs >= ENDPOINT_MS) {
    ear.speaking = false;
    return "end";
  }
  return undefined;
}

/** Hears one frame. */
export function hear(ear: Ear, bytes: Uint8Array): "start" | "end" | undefined {
  const width = codecBytes(ear.codec);
  if (width === 0 || bytes.length === 0) return undefined;
  const ms = (bytes.length * 1000) / (width * codecRate(ear.codec));
  return hearLevel(ear, ms, loudness(ear.codec, bytes, ear.step));
}
