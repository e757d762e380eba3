/** The RIFF WAVE container, both ways: a header for a child's utterance, and the one that a service put before its speech. */
import { ModelError } from "../../errors.ts";

/** How samples lie in bytes: little-endian, channels interleaved. */
export interface PcmFormat {
  /** Hz */
  rate: number;
  channels: number;
  /** 8 is unsigned; 16, 24 and 32 are signed */
  bits: number;
  float: boolean;
}

/** A WAV file of s16le mono. */
export function wavOf(pcm: Uint8Array, rate: number): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // channels
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

export interface WavHeader {
  format: PcmFormat;
  /** where the samples begin */
  offset: number;
  /** bytes of samples; undefined where a streaming service could not know */
  length: number | undefined;
}

/** bytes within which the samples must begin, whatever chunks come before them */
const MAX_HEADER_BYTES = 65_536;
const EXTENSIBLE = 0xfffe;
const FORMATS = ["1:8", "1:16", "1:24", "1:32", "3:32"];

/** The header at the start of `bytes`, or undefined while more are needed. Throws `garbage` where it is none we can read. */
export function readWavHeader(bytes: Buffer): WavHeader | undefined {
  let format: PcmFormat | undefined;
  let at = 12;
  while (at + 8 <= bytes.length) {
    const name = bytes.toString("latin1", at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    if (name === "data") {
      if (!format) throw new ModelError("garbage");
      const unknown = length === 0 || length >= 0x7fffffff;
      return { format, offset: at + 8, length: unknown ? undefined : length };
    }
    if (name === "fmt ") {
      if (length < 16) throw new ModelError("garbage");
      if (at + 8 + Math.min(length, 26) > bytes.length) return undefined;
      format = readFormat(bytes.subarray(at + 8, at + 8 + length));
    }
    at += 8 + length + (length % 2); // chunks begin at even offsets
    if (at > MAX_HEADER_BYTES) throw new ModelError("garbage");
  }
  return undefined;
}

function readFormat(chunk: Buffer): PcmFormat {
  let tag = chunk.readUInt16LE(0);
  if (tag === EXTENSIBLE && chunk.length >= 26) tag = chunk.readUInt16LE(24); // the first two bytes of its GUID
  const format = {
    rate: chunk.readUInt32LE(4),
    channels: chunk.readUInt16LE(2),
    bits: chunk.readUInt16LE(14),
    float: tag === 3,
  };
  const known = FORMATS.includes(`${tag}:${format.bits}`);
  if (!known || !plausible(format)) throw new ModelError("garbage");
  return format;
}

/** Whether these are the rate and the channels of speech. */
export function plausible({ rate, channels }: PcmFormat): boolean {
  return rate >= 8_000 && rate <= 192_000 && (channels === 1 || channels === 2);
}
