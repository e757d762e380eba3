/** The claim's bytes: the server nonce, the two proofs, the session's keys, and the password of a connection. PROTOCOL.md §3, §4.2 */
import { concat, lp, readU64, sameBytes, toHex, u16, u32, u64, u8 } from "./bytes.ts";
import { SUITE } from "./codes.ts";
import { hkdfExpand, hkdfExtract, mac, macKey } from "./hash.ts";
import type { Hash, MacKey } from "./hash.ts";
import type { FrameKeys } from "./frame.ts";

export const SERVER_NONCE_BYTES = 32;
export const SESSION_ID_BYTES = 8;
export const PROOF_BYTES = 32;
const PASSWORD_CHARS = 48;

/** What both sides know of one attempt; nonces and ids are raw bytes, as every MAC takes them. §1.2 */
export interface ClaimContext {
  deviceId: string;
  /** 16 bytes */
  deviceNonce: Uint8Array;
  /** 32 bytes */
  nonce: Uint8Array;
  /** 8 bytes */
  sessionId: Uint8Array;
}

export interface ClaimAttempt extends ClaimContext {
  boot: number;
  seq: number;
  firmwareVersion: string;
}

/** What a right claim is answered with, but for its proof. §3.4 */
export interface ClaimAnswer {
  state: "unpaired" | "paired";
  /** epoch ms */
  server_time: number;
  /** s */
  expires_in: number;
  mqtt: { host: string; port: number; tls: boolean; up: string; down: string };
}

/** One connection's frame keys, a pair for each direction. §3.5 */
export interface LinkKeys {
  up: FrameKeys;
  down: FrameKeys;
}

/** The nonce that authenticates itself, so that the server stores nothing. §3.1 */
export function makeServerNonce(
  hash: Hash,
  key: MacKey,
  context: Pick<ClaimContext, "deviceId" | "deviceNonce" | "sessionId">,
  issuedMs: number,
): Uint8Array {
  const tag = mac(hash, key, [
    "nonce",
    context.deviceId,
    context.deviceNonce,
    context.sessionId,
    u64(issuedMs),
  ]);
  return concat([u64(issuedMs), tag.slice(0, 24)]);
}

/** Epoch ms at which the server issued this nonce, or undefined where it did not. Its age is the caller's to judge. §3.1 */
export function serverNonceIssuedMs(hash: Hash, key: MacKey, context: ClaimContext): number | undefined {
  if (context.nonce.length !== SERVER_NONCE_BYTES) return undefined;
  const issuedMs = readU64(context.nonce, 0);
  if (issuedMs > 0x1fffffffffffff) return undefined;
  const expected = makeServerNonce(hash, key, context, issuedMs);
  return sameBytes(expected, context.nonce) ? issuedMs : undefined;
}

/** `hmac_hex` of a claim, as bytes. §3.2 */
export function deviceProof(hash: Hash, auth: MacKey, claim: ClaimAttempt): Uint8Array {
  return mac(hash, auth, [
    "device-proof",
    claim.deviceId,
    u32(claim.boot),
    u32(claim.seq),
    claim.deviceNonce,
    claim.nonce,
    claim.sessionId,
    claim.firmwareVersion,
    SUITE,
  ]);
}

/** The server's proof: every field of its answer is under it. §3.4 */
export function serverProof(
  hash: Hash,
  auth: MacKey,
  context: ClaimContext,
  proof: Uint8Array,
  answer: ClaimAnswer,
): Uint8Array {
  return mac(hash, auth, [
    "server-proof",
    context.deviceId,
    context.deviceNonce,
    context.nonce,
    context.sessionId,
    u64(answer.server_time),
    answer.state,
    SUITE,
    proof,
    u32(answer.expires_in),
    answer.mqtt.host,
    u16(answer.mqtt.port),
    u8(answer.mqtt.tls ? 1 : 0),
    answer.mqtt.up,
    answer.mqtt.down,
  ]);
}

/** Proves to a stale or disabled toy where the server's last accepted boot stands. §3.3 */
export function staleProof(hash: Hash, auth: MacKey, context: ClaimContext, floor: number): Uint8Array {
  return mac(hash, auth, [
    "stale-proof",
    context.deviceId,
    context.deviceNonce,
    context.nonce,
    context.sessionId,
    u32(floor),
  ]);
}

/** `sk`, 32 bytes: all keys of a session come from it. §3.5 */
export function sessionKey(
  hash: Hash,
  authBytes: Uint8Array,
  deviceNonce: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  return hkdfExtract(hash, lp([deviceNonce, nonce]), authBytes);
}

/** K_mqtt. §3.5 */
export function mqttKey(hash: Hash, sk: Uint8Array, deviceId: string, sessionId: Uint8Array): MacKey {
  return macKey(hash, hkdfExpand(hash, sk, lp(["mqtt", deviceId, sessionId])));
}

/** Frame keys of connection `n`: no two connections share one. §3.5 */
export function linkKeys(
  hash: Hash,
  sk: Uint8Array,
  deviceId: string,
  sessionId: Uint8Array,
  n: number,
): LinkKeys {
  const key = (label: string): MacKey =>
    macKey(hash, hkdfExpand(hash, sk, lp([label, deviceId, sessionId, u32(n)])));
  return {
    up: { mac: key("up-mac"), enc: key("up-enc") },
    down: { mac: key("down-mac"), enc: key("down-enc") },
  };
}

/** The MQTT username of connection `n`. §4.2 */
export function connectUsername(deviceId: string, sessionId: Uint8Array, n: number): string {
  return deviceId + ":" + toHex(sessionId) + ":" + n;
}

/** The MQTT password of connection `n`: 48 characters of hex. §4.2 */
export function connectPassword(
  hash: Hash,
  key: MacKey,
  deviceId: string,
  sessionId: Uint8Array,
  n: number,
): string {
  return toHex(mac(hash, key, ["connect", deviceId, sessionId, u32(n)])).substr(0, PASSWORD_CHARS);
}
