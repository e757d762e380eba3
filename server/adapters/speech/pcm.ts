/** Small steps on the way of s16le sound: a WAV header taken off, samples kept whole, another rate. */
import { ModelError } from "../../errors.ts";

/** bytes a header may take before the sound; a longer one is not of a speaking program */
const MAX_HEADER_BYTES = 4_096;

/**
 * The sound of a WAV stream whose lengths may be unknown (espeak-ng writes 0x7ffff000 to a pipe).
 *
 * @throws ModelError "garbage" where it is not s16le mono at `rate`
 */
export async function* withoutHeader(
  wav: AsyncIterable<Uint8Array>,
  rate: number,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const bytes of wav) {
    if (head === undefined) {
      yield bytes;
      continue;
    }
    head = Buffer.concat([head, bytes]);
    const start = soundStart(head, rate);
    if (start === undefined && head.length > MAX_HEADER_BYTES) throw new ModelError("garbage");
    if (start === undefined) continue;
    if (start < head.length) yield head.subarray(start);
    head = undefined;
  }
  if (head !== undefined) throw new ModelError("garbage");
}

/** Where the sound begins, or undefined where more bytes are needed to say. RIFF: chunks of 4 bytes name, u32le length */
function soundStart(head: Buffer, rate: number): number | undefined {
  if (head.length < 12) return undefined;
  if (head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WAVE")
    throw new ModelError("garbage");
  let formatHolds = false;
  for (let at = 12; at + 8 <= head.length;) {
    const name = head.toString("latin1", at, at + 4);
    const length = head.readUInt32LE(at + 4);
    if (name === "data") {
      if (!formatHolds) throw new ModelError("garbage");
      return at + 8;
    }
    if (name === "fmt " && at + 24 <= head.length) formatHolds = isPlainFormat(head.subarray(at + 8), rate);
    at += 8 + length + (length % 2);
  }
  return undefined;
}

/** PCM (1), one channel, this rate, 16 bits. */
function isPlainFormat(format: Buffer, rate: number): boolean {
  return (
    format.readUInt16LE(0) === 1 &&
    format.readUInt16LE(2) === 1 &&
    format.readUInt32LE(4) === rate &&
    format.readUInt16LE(14) === 16
  );
}

/** The same bytes, cut only between samples; half a sample at the end is dropped. */
export async function* wholeSamples(pcm: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array(0);
  for await (const bytes of pcm) {
    const joined = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    const even = joined.length - (joined.length % 2);
    rest = joined.slice(even);
    if (even > 0) yield joined.subarray(0, even);
  }
}

/** The same sound at another rate, by straight lines between samples: for a voice that stands in for a finer one. */
export async function* atRate(
  pcm: AsyncIterable<Uint8Array>,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  if (from === to) {
    yield* pcm;
    return;
  }
  let last: number | undefined;
  /** where the next sample lies, in samples of the source after `last` */
  let position = 0;
  for await (const bytes of pcm) {
    const source = samplesOf(bytes);
    const known = last === undefined ? source : Int16Array.of(last, ...source);
    const count = Math.max(0, Math.ceil(((known.length - 1 - position) * to) / from));
    const out = new Int16Array(count);
    for (let i = 0; i < count; i++) {
      const at = position + (i * from) / to;
      const left = Math.floor(at);
      const before = known[left]!;
      out[i] = Math.round(before + ((known[left + 1] ?? before) - before) * (at - left));
    }
    position += (count * from) / to - (known.length - 1);
    last = known.at(-1);
    if (count > 0) yield bytesOf(out);
  }
}

export function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getInt16(i * 2, true));
}

export function bytesOf(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => view.setInt16(i * 2, sample, true));
  return bytes;
}
