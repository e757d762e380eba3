/** The second bear's ears and voice: 16-bit samples to and from the codecs of PROTOCOL.md §5, and a loudspeaker that only counts. */

export type CodecName = "u8" | "ulaw" | "s16";

export interface Codec {
  id: number;
  samplesPerSecond: number;
  bytesPerSample: number;
  /** 100 ms, or for s16 the 32 ms that fit in a payload. */
  samplesPerFrame: number;
  encode(samples: Int16Array): Uint8Array;
}

// G.711, Table 2a: sign, the place of the highest bit, four bits below it, all inverted
function ulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32635) + 132;
  const exponent = 24 - Math.clz32(magnitude);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 0xff;
}

export const codecs: Record<CodecName, Codec> = {
  u8: {
    id: 0,
    samplesPerSecond: 8000,
    bytesPerSample: 1,
    samplesPerFrame: 800,
    encode: (samples) => Uint8Array.from(samples, (sample) => (sample >> 8) + 128),
  },
  ulaw: {
    id: 1,
    samplesPerSecond: 8000,
    bytesPerSample: 1,
    samplesPerFrame: 800,
    encode: (samples) => Uint8Array.from(samples, ulaw),
  },
  s16: {
    id: 3,
    samplesPerSecond: 16000,
    bytesPerSample: 2,
    samplesPerFrame: 512,
    encode(samples) {
      const out = Buffer.alloc(samples.length * 2);
      samples.forEach((sample, i) => out.writeInt16LE(sample, 2 * i));
      return out;
    },
  },
};

export const codecById = (id: number) => Object.values(codecs).find((codec) => codec.id === id);

/** §7.2: plays from 160 ms buffered or from the reply's end, and again so after an underrun. Time is handed in, in milliseconds. */
export class Speaker {
  next = 0;
  underruns = 0;
  private end = 0;
  private whole = false;
  private playing = false;
  private playedUpTo = 0;
  private readonly samplesPerSecond: number;

  constructor(samplesPerSecond: number) {
    this.samplesPerSecond = samplesPerSecond;
  }

  /** Sound up to `end`, an index, is here; a gap before it plays as silence. */
  buffer(end: number, now: number): void {
    this.advance(now);
    this.end = Math.max(this.end, end);
    this.begin(now);
  }

  finish(now: number): void {
    this.advance(now);
    this.whole = true;
    this.begin(now);
  }

  advance(now: number): void {
    if (!this.playing) return;
    const due = Math.floor(((now - this.playedUpTo) * this.samplesPerSecond) / 1000);
    this.playedUpTo += (due * 1000) / this.samplesPerSecond;
    this.next = Math.min(this.next + due, this.end);
    if (this.next < this.end) return;
    this.playing = false;
    if (!this.whole) this.underruns = Math.min(this.underruns + 1, 255);
  }

  get done(): boolean {
    return this.whole && this.next === this.end;
  }

  private begin(now: number): void {
    const enough = this.whole || this.end - this.next >= 0.16 * this.samplesPerSecond;
    if (this.playing || !enough) return;
    this.playing = true;
    this.playedUpTo = now;
  }
}
