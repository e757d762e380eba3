/** The claim: a challenge, the toy's proof, and a session only once the server's own proof holds. PROTOCOL.md §3 */
import {
  deviceNonce,
  deviceProof,
  fromHex,
  isCount,
  isText,
  MAX_SESSION_S,
  PROOF_BYTES,
  sameBytes,
  SERVER_NONCE_BYTES,
  serverProof,
  SESSION_ID_BYTES,
  sessionKey,
  staleProof,
  SUITE,
  toHex,
} from "@bearlink/sdk/protocol";
import type { ClaimAnswer, ClaimAttempt, Hash, ToyKeys } from "@bearlink/sdk/protocol";
import type { Identity, ToyHost } from "./host.ts";

const CHALLENGE_PATH = "/api/v1/esp32/challenge";
const CLAIM_PATH = "/api/v1/pair/claim";
const MAX_HOST_CHARS = 253;
const MAX_TOPIC_CHARS = 128;
const LAST_BOOT = 0xfffffffe;

export interface Session {
  id: Uint8Array;
  sk: Uint8Array;
  /** K_auth that it was claimed under: a rekey takes effect with the next */
  auth: Uint8Array;
  /** the last connection tried; raised before each CONNECT. §4.2 */
  n: number;
  mqtt: ClaimAnswer["mqtt"];
}

/** What a session was opened with, beside itself. */
export interface Opened {
  session: Session;
  state: ClaimAnswer["state"];
  serverTime: number;
  expiresS: number;
}

/** How an attempt ended: opened, with a floor that holds, or neither; `waitS` is what a 429 asked for. */
export interface ClaimOutcome {
  opened?: Opened;
  floor?: number;
  waitS?: number;
  why: string;
}

type Fields = { [field: string]: unknown };

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** The answer's fields under their bounds, or undefined; nothing of it is believed yet. */
function decodeAnswer(fields: Fields): ClaimAnswer | undefined {
  const mqtt = fieldsOf(fields.mqtt);
  const state = fields.state;
  if (state !== "unpaired" && state !== "paired") return undefined;
  if (!isCount(fields.server_time, 0x1fffffffffffff)) return undefined;
  if (!isCount(fields.expires_in, MAX_SESSION_S) || fields.expires_in === 0) return undefined;
  if (!isText(mqtt.host, MAX_HOST_CHARS) || !isCount(mqtt.port, 65535) || mqtt.port === 0) return undefined;
  if (typeof mqtt.tls !== "boolean") return undefined;
  if (!isText(mqtt.up, MAX_TOPIC_CHARS) || !isText(mqtt.down, MAX_TOPIC_CHARS)) return undefined;
  return {
    state,
    server_time: fields.server_time,
    expires_in: fields.expires_in,
    mqtt: { host: mqtt.host, port: mqtt.port, tls: mqtt.tls, up: mqtt.up, down: mqtt.down },
  };
}

function proofHolds(expected: Uint8Array, given: unknown): boolean {
  const proof = fromHex(given, PROOF_BYTES);
  return proof !== undefined && sameBytes(expected, proof);
}

/** What a 200 opens, if every byte of it is the server's. §3.4, §3.5 */
function openSession(
  hash: Hash,
  keys: ToyKeys,
  attempt: ClaimAttempt,
  proof: Uint8Array,
  body: unknown,
): Opened | undefined {
  const fields = fieldsOf(body);
  const answer = decodeAnswer(fields);
  if (answer === undefined) return undefined;
  if (!proofHolds(serverProof(hash, keys.auth, attempt, proof, answer), fields.proof_hex)) return undefined;
  const sk = sessionKey(hash, keys.authBytes, attempt.deviceNonce, attempt.nonce);
  const session = { id: attempt.sessionId, sk, auth: keys.authBytes, n: 0, mqtt: answer.mqtt };
  return { session, state: answer.state, serverTime: answer.server_time, expiresS: answer.expires_in };
}

/** The floor of a stale or disabled toy, if the server proves it and it is not below this `boot`. §3.3 */
function provenFloor(hash: Hash, keys: ToyKeys, attempt: ClaimAttempt, details: Fields): number | undefined {
  const floor = details.floor;
  if (!isCount(floor, LAST_BOOT) || floor < attempt.boot) return undefined;
  return proofHolds(staleProof(hash, keys.auth, attempt, floor), details.proof_hex) ? floor : undefined;
}

/** Reads a refusal: not authenticated, so it can only make the toy wait, or raise its boot. §3.0 */
function refused(
  hash: Hash,
  keys: ToyKeys,
  attempt: ClaimAttempt | undefined,
  status: number,
  body: unknown,
): ClaimOutcome {
  const details = fieldsOf(fieldsOf(fieldsOf(body).error).details);
  const outcome: ClaimOutcome = { why: "status " + status };
  if (attempt !== undefined && (status === 409 || status === 403)) {
    const floor = provenFloor(hash, keys, attempt, details);
    if (floor !== undefined) outcome.floor = floor;
  }
  if (status === 429 && isCount(details.retry_after_s, 0xffffffff)) outcome.waitS = details.retry_after_s;
  return outcome;
}

/** What the toy proves, of a challenge; undefined where that is none. */
function attemptOf(
  identity: Identity,
  ownNonce: Uint8Array,
  boot: number,
  seq: number,
  answer: unknown,
): ClaimAttempt | undefined {
  const fields = fieldsOf(answer);
  const sessionId = fromHex(fields.session_id, SESSION_ID_BYTES);
  const nonce = fromHex(fields.nonce, SERVER_NONCE_BYTES);
  if (sessionId === undefined || nonce === undefined) return undefined;
  const firmwareVersion = identity.firmwareVersion;
  return { deviceId: identity.deviceId, deviceNonce: ownNonce, nonce, sessionId, boot, seq, firmwareVersion };
}

function bodyOf(attempt: ClaimAttempt, proof: Uint8Array): object {
  return {
    device_id: attempt.deviceId,
    device_nonce: toHex(attempt.deviceNonce),
    session_id: toHex(attempt.sessionId),
    nonce: toHex(attempt.nonce),
    boot: attempt.boot,
    seq: attempt.seq,
    firmware_version: attempt.firmwareVersion,
    suite: SUITE,
    hmac_hex: toHex(proof),
  };
}

function outcomeOf(
  hash: Hash,
  keys: ToyKeys,
  attempt: ClaimAttempt,
  proof: Uint8Array,
  status: number,
  answer: unknown,
): ClaimOutcome {
  if (status !== 200) return refused(hash, keys, attempt, status, answer);
  const opened = openSession(hash, keys, attempt, proof, answer);
  return opened === undefined ? { why: "server proof" } : { opened, why: "" };
}

/**
 * One attempt under a `(boot, seq)` that was never used before; `done` is called at most once.
 * The answer abandons it: whatever still arrives is ignored. §2
 */
export function claimSession(
  body: ToyHost,
  identity: Identity,
  server: string,
  keys: ToyKeys,
  boot: number,
  seq: number,
  done: (outcome: ClaimOutcome) => void,
): () => void {
  let live = true;
  const hash = body.hash;
  const ownNonce = deviceNonce(hash, keys.rng, boot, seq);
  const finish = (outcome: ClaimOutcome): void => {
    live = false;
    done(outcome);
  };
  const challenge = { device_id: identity.deviceId, device_nonce: toHex(ownNonce) };
  body.post(server + CHALLENGE_PATH, challenge, (status, challenged) => {
    if (!live) return;
    if (status !== 200) return finish(refused(hash, keys, undefined, status, challenged));
    const attempt = attemptOf(identity, ownNonce, boot, seq, challenged);
    if (attempt === undefined) return finish({ why: "challenge" });
    const proof = deviceProof(hash, keys.auth, attempt);
    body.post(server + CLAIM_PATH, bodyOf(attempt, proof), (code, answer) => {
      if (live) finish(outcomeOf(hash, keys, attempt, proof, code, answer));
    });
  });
  return () => {
    live = false;
  };
}
