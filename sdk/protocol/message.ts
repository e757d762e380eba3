/** What the payloads of frames say: small ASCII JSON and one binary credit, decoded once with every bound. PROTOCOL.md §5 */
import { ascii, concat, readU32, u32, u8 } from "./bytes.ts";

import { CLIPS, isCodec, REFUSED_CODES } from "./codes.ts";
import type { Clip, Codec, RefusedCode } from "./codes.ts";
import { DEFAULT_BUFFER_MS, MAX_PAYLOAD_BYTES } from "./limits.ts";

export interface TurnStart {
  reason: "button" | "voice";
  /** what the toy sends */
  codec: Codec;
  /** what it can play, best first */
  play: Codec[];
  /** what it can hold, ms */
  buffer_ms: number;
}

export interface Credit {
  /** index of the next sample to play */
  next: number;
  underruns: number;
}

export interface PairAccept {
  window_id: string;
  proof_hex: string;
}

export interface Telemetry {
  rssi?: number;
  heap?: number;
  uptime_s?: number;
  battery_mv?: number;
}

export interface Ack {
  id: number;
  ok: boolean;
  code?: string;
}

export interface Refused {
  code: RefusedCode;
  retry_after_s?: number;
  /** which limit it was, for people: a toy does not read it */
  layer?: string;
}

export interface Command {
  id: number;
  kind: string;
  ttl_s: number;
  [field: string]: unknown;
}

export { encodeJson } from "./native.ts";

type Fields = { [field: string]: unknown };

/** The JSON object of a payload, or undefined where it is not one in ASCII. */
export function decodeJson(payload: Uint8Array): Fields | undefined {
  if (payload.length > MAX_PAYLOAD_BYTES) return undefined;
  const text = ascii(payload);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A whole number from 0 to `most`. */
export function isCount(value: unknown, most: number): value is number {
  return typeof value === "number" && value >= 0 && value <= most && Math.floor(value) === value;
}

/** Text of 1 to `most` characters. */
export function isText(value: unknown, most: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= most;
}

/** What a server assumes of a turn that began without TURN_START. §7.1 */
export function assumedTurnStart(codec: Codec): TurnStart {
  return { reason: "button", codec, play: [0], buffer_ms: DEFAULT_BUFFER_MS };
}

export function decodeTurnStart(payload: Uint8Array): TurnStart | undefined {
  const fields = decodeJson(payload);
  if (!fields || !isCodec(fields.codec) || !Array.isArray(fields.play)) return undefined;
  if (fields.reason !== "button" && fields.reason !== "voice") return undefined;
  if (!isCount(fields.buffer_ms, 60_000)) return undefined;
  const play: Codec[] = [];
  for (const codec of fields.play as unknown[]) if (isCodec(codec) && play.length < 8) play.push(codec);
  if (play.length === 0) return undefined;
  return { reason: fields.reason, codec: fields.codec, play, buffer_ms: fields.buffer_ms };
}

export function encodeCredit(credit: Credit): Uint8Array {
  return concat([u32(credit.next), u8(credit.underruns > 255 ? 255 : credit.underruns)]);
}

export function decodeCredit(payload: Uint8Array): Credit | undefined {
  return payload.length === 5 ? { next: readU32(payload, 0), underruns: payload[4]! } : undefined;
}

/** `{kind}` of an EVENT; kinds not known are the caller's to ignore and count. */
export function decodeEvent(payload: Uint8Array): { kind: string } | undefined {
  const fields = decodeJson(payload);
  return fields && isText(fields.kind, 32) ? { kind: fields.kind } : undefined;
}

export function decodePairAccept(payload: Uint8Array): PairAccept | undefined {
  const fields = decodeJson(payload);
  if (!fields || !isText(fields.window_id, 32) || !isText(fields.proof_hex, 64)) return undefined;
  return { window_id: fields.window_id, proof_hex: fields.proof_hex };
}

export function decodeTelemetry(payload: Uint8Array): Telemetry | undefined {
  const fields = decodeJson(payload);
  if (!fields) return undefined;
  const telemetry: Telemetry = {};
  if (typeof fields.rssi === "number" && fields.rssi <= 0 && fields.rssi >= -127)
    telemetry.rssi = fields.rssi;
  if (isCount(fields.heap, 0xffffffff)) telemetry.heap = fields.heap;
  if (isCount(fields.uptime_s, 0xffffffff)) telemetry.uptime_s = fields.uptime_s;
  if (isCount(fields.battery_mv, 65_535)) telemetry.battery_mv = fields.battery_mv;
  return telemetry;
}

export function decodeAck(payload: Uint8Array): Ack | undefined {
  const fields = decodeJson(payload);
  if (!fields || !isCount(fields.id, 0xffffffff) || typeof fields.ok !== "boolean") return undefined;
  const ack: Ack = { id: fields.id, ok: fields.ok };
  if (isText(fields.code, 32)) ack.code = fields.code;
  return ack;
}

/** The codec of a REPLY_START. */
export function decodeReplyStart(payload: Uint8Array): Codec | undefined {
  const fields = decodeJson(payload);
  return fields && isCodec(fields.codec) ? fields.codec : undefined;
}

export function decodeCue(payload: Uint8Array): Clip | undefined {
  const fields = decodeJson(payload);
  return fields && CLIPS.indexOf(fields.clip as Clip) >= 0 ? (fields.clip as Clip) : undefined;
}

export function decodeRefused(payload: Uint8Array): Refused | undefined {
  const fields = decodeJson(payload);
  if (!fields || REFUSED_CODES.indexOf(fields.code as RefusedCode) < 0) return undefined;
  const refused: Refused = { code: fields.code as RefusedCode };
  if (isCount(fields.retry_after_s, 0xffffffff)) refused.retry_after_s = fields.retry_after_s;
  return refused;
}

export function decodeCommand(payload: Uint8Array): Command | undefined {
  const fields = decodeJson(payload);
  if (!fields || !isCount(fields.id, 0xffffffff) || !isText(fields.kind, 32)) return undefined;
  return isCount(fields.ttl_s, 0xffffffff) ? (fields as Command) : undefined;
}
