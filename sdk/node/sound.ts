/** Sound as the toy's codecs write it: µ-law, 8-bit and 16-bit PCM to samples and back, and from one rate to another. */
import { CODEC, codecRate } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import { ulawSample } from "@bearlink/sdk/toy";

const BIAS = 132;
const CLIP = 32_635;
/** zero crossings of the resampling window, on each side */
const LOBES = 16;

/** G.711 */
function ulawByte(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 255;
}

const ULAW_SAMPLES = Int16Array.from({ length: 256 }, (_, byte) => ulawSample(byte));

/** 16-bit samples as the bytes of an AUDIO frame. PROTOCOL.md §5 */
export function encodeSound(codec: Codec, samples: Int16Array): Uint8Array {
  if (codec === CODEC.ULAW) return Uint8Array.from(samples, ulawByte);
  if (codec === CODEC.U8) return Uint8Array.from(samples, (sample) => (sample >> 8) + 128);
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => view.setInt16(index * 2, sample, true));
  return bytes;
}

/** The 16-bit samples of an AUDIO frame's bytes; of Opus, none. */
export function decodeSound(codec: Codec, bytes: Uint8Array): Int16Array {
  if (codec === CODEC.ULAW) return Int16Array.from(bytes, (byte) => ULAW_SAMPLES[byte]!);
  if (codec === CODEC.U8) return Int16Array.from(bytes, (byte) => (byte - 128) * 256);
  if (codec !== CODEC.S16) return new Int16Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => view.getInt16(index * 2, true));
}

/** The same sound at another rate, through a windowed sinc that lets nothing fold over. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples;
  const cutoff = Math.min(1, to / from);
  const reach = LOBES / cutoff;
  const out = new Int16Array(Math.round((samples.length * to) / from));
  for (let i = 0; i < out.length; i++) {
    const centre = (i * from) / to;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(samples.length - 1, Math.floor(centre + reach));
    let sum = 0;
    let weights = 0;
    for (let j = first; j <= last; j++) {
      const x = (j - centre) * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      const weight = sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / LOBES)); // Hann
      sum += samples[j]! * weight;
      weights += weight;
    }
    out[i] = Math.max(-32_768, Math.min(32_767, Math.round(weights === 0 ? 0 : sum / weights)));
  }
  return out;
}

/** 8 kHz samples as the frames of a codec at its own rate. */
export function frames(codec: Codec, samples: Int16Array, ms: number): Uint8Array[] {
  const rate = codecRate(codec);
  const sound = resample(samples, 8_000, rate);
  const length = (rate * ms) / 1000;
  const out: Uint8Array[] = [];
  for (let at = 0; at < sound.length; at += length) {
    out.push(encodeSound(codec, sound.subarray(at, at + length)));
  }
  return out;
}
