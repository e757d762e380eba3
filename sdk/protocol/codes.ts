/** The names that cross the wire: frame types, codecs, refusals and errors. PROTOCOL.md §3.3, §5 */

/** Frame types a toy sends. §5 */
export const UP = {
  TURN_START: 0x01,
  AUDIO: 0x02,
  TURN_END: 0x03,
  TURN_CANCEL: 0x04,
  CREDIT: 0x05,
  EVENT: 0x10,
  PAIR_ACCEPT: 0x11,
  TELEMETRY: 0x12,
  ACK: 0x13,
} as const;

/** Frame types a server sends. §5 */
export const DOWN = {
  REPLY_START: 0x81,
  AUDIO: 0x82,
  REPLY_END: 0x83,
  STOP: 0x84,
  CUE: 0x85,
  REFUSED: 0x86,
  COMMAND: 0x90,
} as const;

/** §5: informative bits of an AUDIO frame. */
export const FLAG = { FIRST: 1, LAST: 2, FILLER: 4 } as const;

/** §5: how sound is written in an AUDIO frame. */
export const CODEC = { U8: 0, ULAW: 1, S16: 3, OPUS: 4 } as const;
export type Codec = (typeof CODEC)[keyof typeof CODEC];

/** Samples a second of a codec; `sample` and CREDIT count at this rate. §5 */
export function codecRate(codec: Codec): number {
  if (codec === CODEC.S16) return 16_000;
  return codec === CODEC.OPUS ? 48_000 : 8_000;
}

/** Bytes of one sample; 0 where a frame does not tell (Opus). §5 */
export function codecBytes(codec: Codec): number {
  if (codec === CODEC.OPUS) return 0;
  return codec === CODEC.S16 ? 2 : 1;
}

export function isCodec(value: unknown): value is Codec {
  return value === CODEC.U8 || value === CODEC.ULAW || value === CODEC.S16 || value === CODEC.OPUS;
}

/** Codes of a REFUSED frame. §5 */
export const REFUSED_CODES = [
  "NOT_PAIRED",
  "NO_CONSENT",
  "RATE_LIMITED",
  "QUIET_HOURS",
  "MIC_OFF",
  "UNAVAILABLE",
] as const;
export type RefusedCode = (typeof REFUSED_CODES)[number];

/** Clips a CUE can ask for: the toy holds them itself. §5 */
export const CLIPS = ["thinking", "pairing", "paired", "sorry", "goodbye", "offline"] as const;
export type Clip = (typeof CLIPS)[number];

/** Codes of a refused claim. §3.3 */
export const CLAIM_CODES = [
  "INVALID_REQUEST",
  "RATE_LIMITED",
  "CLAIM_REFUSED",
  "CLAIM_REPLAYED",
  "CLAIM_STALE",
  "TOY_DISABLED",
  "UNAVAILABLE",
] as const;
export type ClaimCode = (typeof CLAIM_CODES)[number];

/** MQTT 3.1.1 CONNACK codes the server answers. §4.2 */
export const CONNACK = { ACCEPTED: 0, UNAVAILABLE: 3, REFUSED: 4, NOT_AUTHORIZED: 5 } as const;

/** §3.2: the only suite there is. */
export const SUITE = "S1";
