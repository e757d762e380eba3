/** The codecs of PROTOCOL.md §5 to samples within ±1 and back; how loud each may be. */
import { CODEC, PEAK_DBFS, type Codec } from "@bearlink/sdk/protocol";
import { SoundError } from "../../errors.ts";
import { scratch } from "./stage.ts";
import { ULAW_LEVELS, ulawEncode } from "./ulaw.ts";

type Decode = (bytes: Uint8Array) => Float32Array;
type Encode = (samples: Float32Array) => Uint8Array;

const FULL_8 = 128;
const FULL_16 = 32_768;

/** The most a sample may be in this codec: the codec's last step at or under −6.5 dBFS. PROTOCOL.md §7.5 */
export function ceilingOf(codec: Codec): number {
  // µ-law's nearest level to the 16-bit ceiling of 15504 is 15484
  const full = codec === CODEC.U8 ? FULL_8 : FULL_16;
  return Math.floor(full * 10 ** (PEAK_DBFS / 20)) / full;
}

/** Bytes, cut anywhere, to samples. Throws SoundError("format") for Opus, which has no decoder here. */
export function decoder(codec: Codec): Decode {
  if (codec === CODEC.U8) return byteDecoder((byte) => (byte - FULL_8) / FULL_8);
  if (codec === CODEC.ULAW) return byteDecoder((byte) => (ULAW_LEVELS[byte] ?? 0) / FULL_16);
  if (codec === CODEC.S16) return s16Decoder();
  throw new SoundError("format");
}

/** Samples to bytes of their own. Throws SoundError("format") for Opus. */
export function encoder(codec: Codec): Encode {
  if (codec === CODEC.U8) return byteEncoder((sample) => FULL_8 + quantise(sample, FULL_8));
  if (codec === CODEC.ULAW) return byteEncoder((sample) => ulawEncode(quantise(sample, FULL_16)));
  if (codec === CODEC.S16) return encodeS16;
  throw new SoundError("format");
}

function quantise(sample: number, full: number): number {
  return Math.max(-full, Math.min(full - 1, Math.round(sample * full)));
}

function byteDecoder(level: (byte: number) => number): Decode {
  const levels = Float32Array.from({ length: 256 }, (_, byte) => level(byte));
  const room = scratch();
  return (bytes) => {
    const samples = room(bytes.length);
    for (let i = 0; i < bytes.length; i++) samples[i] = levels[bytes[i]!]!;
    return samples;
  };
}

function s16Decoder(): Decode {
  const room = scratch();
  let low: number | undefined; // the first half of a sample that was cut
  return (bytes) => {
    const known = bytes.length + (low === undefined ? 0 : 1);
    const samples = room(known >> 1);
    let at = 0;
    for (let i = 0; i < samples.length; i++) {
      const first = low ?? bytes[at++]!;
      low = undefined;
      samples[i] = (((bytes[at++]! << 24) | (first << 16)) >> 16) / FULL_16;
    }
    if (at < bytes.length) low = bytes[at];
    return samples;
  };
}

function byteEncoder(code: (sample: number) => number): Encode {
  return (samples) => {
    const bytes = new Uint8Array(samples.length);
    for (let i = 0; i < samples.length; i++) bytes[i] = code(samples[i]!);
    return bytes;
  };
}

function encodeS16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length);
  for (let i = 0; i < samples.length; i++) {
    const value = quantise(samples[i]!, FULL_16);
    bytes[2 * i] = value & 0xff;
    bytes[2 * i + 1] = (value >> 8) & 0xff;
  }
  return bytes;
}
