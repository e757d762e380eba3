/**
 * The second bear's arithmetic: PROTOCOL.md §1–§6, §8 and §11 read once more with node:crypto alone, and
 * sharing no line with `sdk/`, so that a slip in the text or in the first reading shows as a difference.
 */
import { createCipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";

export type Field = string | Uint8Array;

const unsigned = (bytes: number) => (value: number) => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  if (out.subarray(0, 8 - bytes).some((byte) => byte !== 0))
    throw new RangeError(`${value} needs more than ${bytes} bytes`);
  return out.subarray(8 - bytes);
};
export const u8 = unsigned(1);
export const u16 = unsigned(2);
export const u32 = unsigned(4);
export const u64 = unsigned(8);

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Bytes of a hex string of exactly `size` bytes; anything else from a server throws. */
export function unhex(text: unknown, size: number): Buffer {
  if (typeof text !== "string" || text.length !== 2 * size || !/^[0-9a-f]*$/.test(text)) {
    throw new Error(`expected ${size} bytes of lower-case hex`);
  }
  return Buffer.from(text, "hex");
}

/** §1.2 */
export function lp(...fields: Field[]): Buffer {
  const parts: Uint8Array[] = [u8(fields.length)];
  for (const field of fields) {
    const bytes = typeof field === "string" ? Buffer.from(field, "utf8") : field;
    parts.push(u16(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

/** The way back of `lp`; null where the bytes are not exactly one list. */
export function unlp(bytes: Buffer): Buffer[] | null {
  if (bytes.length < 1) return null;
  const fields: Buffer[] = [];
  let at = 1;
  for (let left = bytes.readUInt8(0); left > 0; left--) {
    if (at + 2 > bytes.length) return null;
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) return null;
    fields.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return at === bytes.length ? fields : null;
}

export const hmac = (key: Field, data: Uint8Array) => createHmac("sha256", key).update(data).digest();

/** §1.3 */
export const mac = (key: Uint8Array, ...fields: Field[]) => hmac(key, lp("bearlink/1", ...fields));

/** §1.4: Extract is HMAC(salt, ikm); every Expand is one block. */
export const extract = (salt: Field, ikm: Uint8Array) => hmac(salt, ikm);
export const expand = (prk: Uint8Array, info: Uint8Array) => hmac(prk, Buffer.concat([info, u8(1)]));

export const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b);

/** §2 */
export const firstPrk = (deviceSecret: Uint8Array) => extract("bearlink/1", deviceSecret);
export const authKey = (prk: Uint8Array, deviceId: string) => expand(prk, lp("auth", deviceId));
export const rngKey = (prk: Uint8Array, deviceId: string) => expand(prk, lp("rng", deviceId));
export const deviceNonce = (rng: Uint8Array, boot: number, seq: number) =>
  mac(rng, "device-nonce", u32(boot), u32(seq)).subarray(0, 16);

/** §11 */
export const nextPrk = (prk: Uint8Array, deviceId: string) => expand(prk, lp("next", deviceId));

/** §3.1: what one server makes of a challenge; here only because `nonce.json` shows it. */
export function serverNonce(
  key: Uint8Array,
  deviceId: string,
  toyNonce: Uint8Array,
  sessionId: Uint8Array,
  issuedMs: number,
) {
  const proof = mac(key, "nonce", deviceId, toyNonce, sessionId, u64(issuedMs));
  return Buffer.concat([u64(issuedMs), proof.subarray(0, 24)]);
}

/** One attempt to claim: all that goes into its proofs. */
export interface Attempt {
  deviceId: string;
  boot: number;
  seq: number;
  deviceNonce: Uint8Array;
  nonce: Uint8Array;
  sessionId: Uint8Array;
  firmwareVersion: string;
  suite: string;
}

/** §3.2 */
export const deviceProof = (auth: Uint8Array, a: Attempt) =>
  mac(
    auth,
    "device-proof",
    a.deviceId,
    u32(a.boot),
    u32(a.seq),
    a.deviceNonce,
    a.nonce,
    a.sessionId,
    a.firmwareVersion,
    a.suite,
  );

export interface ClaimAnswer {
  state: string;
  server_time: number;
  expires_in: number;
  mqtt: { host: string; port: number; tls: boolean; up: string; down: string };
}

/** §3.4 */
export const serverProof = (auth: Uint8Array, a: Attempt, answer: ClaimAnswer) =>
  mac(
    auth,
    "server-proof",
    a.deviceId,
    a.deviceNonce,
    a.nonce,
    a.sessionId,
    u64(answer.server_time),
    answer.state,
    a.suite,
    deviceProof(auth, a),
    u32(answer.expires_in),
    answer.mqtt.host,
    u16(answer.mqtt.port),
    u8(answer.mqtt.tls ? 1 : 0),
    answer.mqtt.up,
    answer.mqtt.down,
  );

/** §3.3 */
export const staleProof = (auth: Uint8Array, a: Attempt, floor: number) =>
  mac(auth, "stale-proof", a.deviceId, a.deviceNonce, a.nonce, a.sessionId, u32(floor));

/** §3.5 */
export const sessionSecret = (auth: Uint8Array, a: Attempt) => extract(lp(a.deviceNonce, a.nonce), auth);
export const mqttKey = (sk: Uint8Array, deviceId: string, sessionId: Uint8Array) =>
  expand(sk, lp("mqtt", deviceId, sessionId));

export interface DirectionKeys {
  mac: Uint8Array;
  enc: Uint8Array;
}

export function frameKeys(sk: Uint8Array, deviceId: string, sessionId: Uint8Array, n: number) {
  const key = (label: string) => expand(sk, lp(label, deviceId, sessionId, u32(n)));
  return {
    up: { mac: key("up-mac"), enc: key("up-enc") },
    down: { mac: key("down-mac"), enc: key("down-enc") },
  };
}

/** §4.2 */
export const connectPassword = (key: Uint8Array, deviceId: string, sessionId: Uint8Array, n: number) =>
  hex(mac(key, "connect", deviceId, sessionId, u32(n))).slice(0, 48);

/** §4.6 and §3.5: 0…2^32−1, to be read as a fraction of 2^32. */
export const fraction = (
  rng: Uint8Array,
  label: "backoff" | "renew",
  boot: number,
  seq: number,
  tries: number,
) => mac(rng, label, u32(boot), u32(seq), u32(tries)).readUInt32BE(0);

/** §8.3, §8.4 */
export const accountTag = (accountId: string, windowId: Uint8Array) =>
  createHash("sha256")
    .update(lp("account", accountId, windowId))
    .digest()
    .subarray(0, 16);
export const pairProof = (
  auth: Uint8Array,
  deviceId: string,
  windowId: Uint8Array,
  tag: Uint8Array,
  sessionId: Uint8Array,
) => mac(auth, "pair-accept", deviceId, windowId, tag, sessionId);

/** §5 */
export interface Frame {
  type: number;
  codec: number;
  flags: number;
  counter: number;
  turn: number;
  sample: number;
  payload: Uint8Array;
}

const MAGIC = 0xb1;
const HEADER = 14;
const TAG = 16;

// §6: the stream cipher is its own way back
function crypt(enc: Uint8Array, counter: number, payload: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-128-ctr", hmac(enc, u32(counter)).subarray(0, 16), Buffer.alloc(16));
  return Buffer.concat([cipher.update(payload), cipher.final()]);
}

export function seal(frame: Frame, keys: DirectionKeys): Buffer {
  const head = [
    u8(MAGIC),
    u8(frame.type),
    u8(frame.codec),
    u8(frame.flags),
    u32(frame.counter),
    u16(frame.turn),
    u32(frame.sample),
  ];
  const body = Buffer.concat([...head, crypt(keys.enc, frame.counter, frame.payload)]);
  return Buffer.concat([body, hmac(keys.mac, body).subarray(0, TAG)]);
}

export type Dropped = "size" | "magic" | "counter" | "tag" | "replay";

/** The frame, or the reason to drop it. `last` is the last counter accepted, 0 before the first. */
export function open(bytes: Buffer, keys: DirectionKeys, last: number): Frame | Dropped {
  if (bytes.length < HEADER + TAG || bytes.length > HEADER + 1024 + TAG) return "size";
  if (bytes.readUInt8(0) !== MAGIC) return "magic";
  const counter = bytes.readUInt32BE(4);
  if (counter === 0 || counter >= 0x80000000) return "counter";
  const body = bytes.subarray(0, -TAG);
  if (!same(hmac(keys.mac, body).subarray(0, TAG), bytes.subarray(-TAG))) return "tag";
  if (counter <= last) return "replay";
  return {
    type: bytes.readUInt8(1),
    codec: bytes.readUInt8(2),
    flags: bytes.readUInt8(3),
    counter,
    turn: bytes.readUInt16BE(8),
    sample: bytes.readUInt32BE(10),
    payload: crypt(keys.enc, counter, body.subarray(HEADER)),
  };
}
