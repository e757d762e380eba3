/** The second bear's claim, PROTOCOL.md §3: a challenge, its proof, the server's own proof, and the floor of a stale start. */
import { post } from "./post.ts";
import * as wire from "./wire.ts";

const SUITE = "S1";

export interface Claimant {
  deviceId: string;
  boot: number;
  seq: number;
  firmwareVersion: string;
}

/** §3.1 */
export async function askChallenge(url: string, rng: Uint8Array, claimant: Claimant): Promise<wire.Attempt> {
  const { deviceId, boot, seq, firmwareVersion } = claimant;
  const deviceNonce = wire.deviceNonce(rng, boot, seq);
  const { status, body } = await post(`${url}/api/v1/esp32/challenge`, {
    device_id: deviceId,
    device_nonce: wire.hex(deviceNonce),
  });
  if (status !== 200) throw new Error(`the challenge was answered ${status}`);
  const sessionId = wire.unhex(body.session_id, 8);
  const nonce = wire.unhex(body.nonce, 32);
  return { deviceId, boot, seq, deviceNonce, nonce, sessionId, firmwareVersion, suite: SUITE };
}

/** §3.2 */
export function claimRequest(auth: Uint8Array, attempt: wire.Attempt): Record<string, unknown> {
  return {
    device_id: attempt.deviceId,
    device_nonce: wire.hex(attempt.deviceNonce),
    session_id: wire.hex(attempt.sessionId),
    nonce: wire.hex(attempt.nonce),
    boot: attempt.boot,
    seq: attempt.seq,
    firmware_version: attempt.firmwareVersion,
    suite: attempt.suite,
    hmac_hex: wire.hex(wire.deviceProof(auth, attempt)),
  };
}

/** §3.4: the answer, once its shape is right and its proof holds; else it throws. */
export function readClaimAnswer(
  body: Record<string, unknown>,
  auth: Uint8Array,
  attempt: wire.Attempt,
): wire.ClaimAnswer {
  const mqtt = (body.mqtt ?? {}) as Record<string, unknown>;
  const right =
    (body.state === "unpaired" || body.state === "paired") &&
    typeof body.server_time === "number" &&
    typeof body.expires_in === "number" &&
    body.expires_in <= 86_400 &&
    typeof mqtt.port === "number" &&
    typeof mqtt.tls === "boolean" &&
    [mqtt.host, mqtt.up, mqtt.down].every((text) => typeof text === "string");
  if (!right) throw new Error("the claim's answer is not of its shape");
  const answer = body as unknown as wire.ClaimAnswer;
  if (!wire.same(wire.serverProof(auth, attempt, answer), wire.unhex(body.proof_hex, 32))) {
    throw new Error("the server's proof does not hold");
  }
  return answer;
}

/** A claim refused. Only `floor` is proven: where it is not null, the toy's `boot` must rise above it. */
export class ClaimRefused extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly floor: number | null;

  constructor(status: number, body: Record<string, unknown>, auth: Uint8Array, attempt: wire.Attempt) {
    const error = (body.error ?? {}) as { code?: string; details?: Record<string, unknown> };
    super(`${status} ${error.code}`);
    this.status = status;
    this.code = error.code ?? "";
    this.details = error.details ?? {};
    this.floor = status === 409 || status === 403 ? provenFloor(this.details, auth, attempt) : null;
  }
}

// §3.3
function provenFloor({ floor, proof_hex }: Record<string, unknown>, auth: Uint8Array, attempt: wire.Attempt) {
  if (typeof floor !== "number" || typeof proof_hex !== "string") return null;
  if (!wire.same(wire.staleProof(auth, attempt, floor), wire.unhex(proof_hex, 32))) return null;
  // nothing in 32 bits is above the highest floor
  return attempt.boot <= floor && floor < 0xffffffff ? floor : null;
}
