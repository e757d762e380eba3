/** Reads and writes WAV: any usual PCM in, 8 kHz mono 16-bit for the toy, and back. */
import { resample } from "./sound.ts";

const RATE = 8_000;
/** s of sound that are read at most */
const MAX_SECONDS = 600;
const FORMAT = { PCM: 1, FLOAT: 3, EXTENSIBLE: 0xfffe };

export class WavError extends Error {}

interface Format {
  float: boolean;
  channels: number;
  rate: number;
  bits: number;
}

function readFormat(view: DataView, at: number, size: number): Format {
  if (size < 16) throw new WavError("the format of this WAV file is cut off");
  let tag = view.getUint16(at, true);
  if (tag === FORMAT.EXTENSIBLE && size >= 26) tag = view.getUint16(at + 24, true);
  const format = {
    float: tag === FORMAT.FLOAT,
    channels: view.getUint16(at + 2, true),
    rate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
  const bits = format.float ? [32] : [8, 16, 24, 32];
  if ((tag !== FORMAT.PCM && tag !== FORMAT.FLOAT) || !bits.includes(format.bits)) {
    throw new WavError("only PCM of 8, 16, 24 or 32 bits, or 32-bit float, can be read");
  }
  if (format.channels < 1 || format.channels > 8) throw new WavError("1 to 8 channels can be read");
  if (format.rate < 4_000 || format.rate > 192_000) throw new WavError("rates of 4 to 192 kHz can be read");
  return format;
}

/** One sample on the scale of 16 bits. */
function sampleAt(view: DataView, at: number, { bits, float }: Format): number {
  if (float) return view.getFloat32(at, true) * 32_768;
  if (bits === 8) return (view.getUint8(at) - 128) * 256;
  if (bits === 16) return view.getInt16(at, true);
  if (bits === 24) return view.getUint16(at, true) / 256 + view.getInt8(at + 2) * 256;
  return view.getInt32(at, true) / 65_536;
}

function mono(view: DataView, at: number, size: number, format: Format): Int16Array {
  const width = format.bits / 8;
  const count = Math.floor(size / (width * format.channels));
  if (count > format.rate * MAX_SECONDS) throw new WavError("this WAV file is longer than ten minutes");
  const out = new Int16Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let channel = 0; channel < format.channels; channel++) {
      sum += sampleAt(view, at + (i * format.channels + channel) * width, format);
    }
    const sample = Math.round(sum / format.channels);
    out[i] = Math.max(-32_768, Math.min(32_767, Number.isFinite(sample) ? sample : 0));
  }
  return out;
}

/**
 * The sound of a WAV file as 8 kHz mono samples. Throws a `WavError` that says what is wrong with the file.
 *
 *     const question = readWav(await readFile("question.wav"));
 */
export function readWav(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== "RIFF" || tag(8) !== "WAVE")
    throw new WavError("this is not a WAV file");
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const start = at + 8;
    // a stream's header leaves the size open: what is there counts
    const size = Math.min(view.getUint32(at + 4, true), bytes.length - start);
    if (tag(at) === "fmt ") format = readFormat(view, start, size);
    if (tag(at) === "data") {
      if (!format) throw new WavError("this WAV file has sound before its format");
      return resample(mono(view, start, size, format), format.rate, RATE);
    }
    at = start + size + (size % 2);
  }
  throw new WavError("this WAV file has no sound in it");
}

/** A WAV file of 16-bit mono samples. */
export function writeWav(samples: Int16Array, rate = RATE): Uint8Array {
  const out = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(out.buffer);
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) out[at + i] = value.charCodeAt(i);
  };
  text(0, "RIFF");
  view.setUint32(4, out.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, FORMAT.PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => view.setInt16(44 + index * 2, sample, true));
  return out;
}
