/** A frame: header, encrypted payload, tag. Sealed by the sender, opened once by the receiver. PROTOCOL.md §5, §6 */
import { concat, sameBytes } from "./bytes.ts";
import { hmac } from "./hash.ts";
import type { Hash, MacKey } from "./hash.ts";
import {
  COUNTER_END,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  MAX_PAYLOAD_BYTES,
  MIN_FRAME_BYTES,
  TAG_BYTES,
} from "./limits.ts";

const MAGIC = 0xb1;
const KEY_BYTES = 16;

export interface Frame {
  type: number;
  codec: number;
  flags: number;
  counter: number;
  turn: number;
  sample: number;
  /** in clear */
  payload: Uint8Array;
}

/** Keys of one direction of one connection. §3.5 */
export interface FrameKeys {
  mac: MacKey;
  enc: MacKey;
}

/** Why a receiver dropped a frame; only `tag` counts against the sender's session. §6 */
export type FrameDrop = "length" | "magic" | "counter" | "tag" | "replay";

/** Encrypts, and decrypts: `kf` serves one frame. §6 */
function crypt(hash: Hash, enc: MacKey, counter: number, data: Uint8Array): Uint8Array {
  if (data.length === 0) return data;
  const kf = hmac(hash, enc, [[counter >>> 24, counter >>> 16, counter >>> 8, counter]]);
  return hash.aes128Ctr(kf.subarray(0, KEY_BYTES), data);
}

/** The frame's bytes on the wire. Throws where a number is not its field's: what is sealed is ours, and would come out another. */
export function sealFrame(hash: Hash, keys: FrameKeys, frame: Frame): Uint8Array {
  const type = frame.type;
  const codec = frame.codec;
  const flags = frame.flags;
  const counter = frame.counter;
  const turn = frame.turn;
  const sample = frame.sample;
  // neither a fraction, nor NaN, nor anything past its end is equal to its own bits
  if (
    type !== (type & 255) ||
    codec !== (codec & 255) ||
    flags !== (flags & 255) ||
    turn !== (turn & 65535) ||
    sample !== sample >>> 0 ||
    counter !== counter >>> 0
  )
    throw new Error("not a frame's numbers");
  if (frame.payload.length > MAX_PAYLOAD_BYTES) throw new Error("payload over 1024 bytes");
  if (counter < 1 || counter >= COUNTER_END) throw new Error("counter out of range");
  // bytes take the low eight bits of a number
  const parts: ArrayLike<number>[] = [
    [MAGIC, type, codec, flags, counter >>> 24, counter >>> 16, counter >>> 8, counter],
    [turn >>> 8, turn, sample >>> 24, sample >>> 16, sample >>> 8, sample],
    crypt(hash, keys.enc, counter, frame.payload),
  ];
  parts.push(hmac(hash, keys.mac, parts).subarray(0, TAG_BYTES));
  return concat(parts);
}

/** The frame, or why it is dropped. `after` is the last counter accepted on this connection, 0 before the first. */
export function openFrame(hash: Hash, keys: FrameKeys, bytes: Uint8Array, after: number): Frame | FrameDrop {
  if (bytes.length < MIN_FRAME_BYTES || bytes.length > MAX_FRAME_BYTES) return "length";
  if (bytes[0] !== MAGIC) return "magic";
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const counter = header.getUint32(4);
  if (counter === 0 || counter >= COUNTER_END) return "counter";
  const end = bytes.length - TAG_BYTES;
  const tag = hmac(hash, keys.mac, [bytes.subarray(0, end)]).subarray(0, TAG_BYTES);
  if (!sameBytes(tag, bytes.subarray(end))) return "tag";
  if (counter <= after) return "replay";
  return {
    type: bytes[1]!,
    codec: bytes[2]!,
    flags: bytes[3]!,
    counter,
    turn: header.getUint16(8),
    sample: header.getUint32(10),
    payload: crypt(hash, keys.enc, counter, bytes.subarray(HEADER_BYTES, end)),
  };
}

/** Whether turn `b` is new after `a`: 1 … 32767 ahead, modulo 65536; 0 is never a turn. §7.1 */
export function isNewTurn(a: number, b: number): boolean {
  const ahead = (b - a) & 0xffff;
  return b !== 0 && ahead >= 1 && ahead <= 32767;
}

/** The turn after this one; it wraps past 0. §5 */
export function nextTurn(turn: number): number {
  return turn >= 65535 ? 1 : turn + 1;
}
