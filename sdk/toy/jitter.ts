/** Holds a reply against an uneven network: plays from 160 ms or its end, counts underruns, says what is played. PROTOCOL.md §7.2 */
import { CODEC, codecBytes, codecRate, PLAY_FROM_MS } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";

/** ms over `buffer_ms` that are still taken: the server sees CREDIT late. */
const SLACK_MS = 200;

export interface PlayBuffer {
  codec: Codec;
  /** bytes of one sample */
  width: number;
  pieces: Uint8Array[];
  /** samples held */
  held: number;
  /** samples it may hold */
  most: number;
  /** samples held from which it plays */
  from: number;
  /** index of the sample after the last held */
  end: number;
  ended: boolean;
  playing: boolean;
  underruns: number;
  /** samples that never came */
  lost: number;
}

/** `codec` is not Opus: a play buffer counts samples by bytes. */
export function openBuffer(codec: Codec, bufferMs: number): PlayBuffer {
  const perMs = codecRate(codec) / 1000;
  return {
    codec,
    width: codecBytes(codec),
    pieces: [],
    held: 0,
    most: (bufferMs + SLACK_MS) * perMs,
    from: PLAY_FROM_MS * perMs,
    end: 0,
    ended: false,
    playing: false,
    underruns: 0,
    lost: 0,
  };
}

function silence(buffer: PlayBuffer, samples: number): Uint8Array {
  const rest = buffer.codec === CODEC.U8 ? 0x80 : buffer.codec === CODEC.ULAW ? 0xff : 0;
  return new Uint8Array(samples * buffer.width).fill(rest);
}

/** Takes a frame whose first sample has index `sample`; false where it is late, too much, or not whole samples. */
export function pushSamples(buffer: PlayBuffer, sample: number, bytes: Uint8Array): boolean {
  const samples = bytes.length / buffer.width;
  const gap = sample - buffer.end;
  if (samples === 0 || samples !== Math.floor(samples) || gap < 0 || buffer.ended) return false;
  if (gap > 0) {
    buffer.lost += gap;
    // a gap is silence, as long as there is room for it: a longer one is skipped
    if (buffer.held + gap + samples <= buffer.most) {
      buffer.pieces.push(silence(buffer, gap));
      buffer.held += gap;
    }
    buffer.end = sample;
  }
  if (buffer.held + samples > buffer.most) return false;
  buffer.pieces.push(bytes);
  buffer.held += samples;
  buffer.end += samples;
  return true;
}

/** The next piece to play, at most `samples` of it; undefined: nothing yet, or nothing more. */
export function takeSamples(buffer: PlayBuffer, samples: number): Uint8Array | undefined {
  if (!buffer.playing) {
    if (buffer.held === 0 || (buffer.held < buffer.from && !buffer.ended)) return undefined;
    buffer.playing = true;
  }
  if (buffer.held === 0) {
    if (!buffer.ended) {
      buffer.underruns++;
      buffer.playing = false;
    }
    return undefined;
  }
  const first = buffer.pieces[0]!;
  const most = samples * buffer.width;
  if (first.length <= most) {
    buffer.pieces.shift();
    buffer.held -= first.length / buffer.width;
    return first;
  }
  buffer.pieces[0] = first.subarray(most);
  buffer.held -= samples;
  return first.subarray(0, most);
}

/** Index of the next sample to play: what CREDIT says. §5 */
export function nextSample(buffer: PlayBuffer): number {
  return buffer.end - buffer.held;
}

export function isPlayedOut(buffer: PlayBuffer): boolean {
  return buffer.ended && buffer.held === 0;
}
