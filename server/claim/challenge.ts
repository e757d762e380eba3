/** A challenge: a fresh nonce that authenticates itself, so that the server stores nothing. PROTOCOL.md §3.1 */
import {
  fromHex,
  hkdfExpand,
  hkdfExtract,
  lp,
  macKey,
  makeServerNonce,
  NONCE_AGE_MS,
  NONCE_BYTES,
  serverNonceIssuedMs,
  SESSION_ID_BYTES,
  toHex,
  utf8,
} from "@bearlink/sdk/protocol";
import type { ClaimContext, Hash, MacKey } from "@bearlink/sdk/protocol";
import { FORMER_KEY_MS } from "../bounds.ts";
import type { Chance, ClaimLimiter, Clock, LimitTold, Meter } from "../ports.ts";
import type { NonceKeys } from "./desk.ts";
import { limitRequests } from "./limits.ts";

export interface ChallengeRequest {
  device_id: string;
  /** 32 hex */
  device_nonce: string;
}

export interface ChallengeAnswer {
  /** 16 hex */
  session_id: string;
  /** 64 hex */
  nonce: string;
  /** epoch ms: a hint */
  server_time: number;
  /** s */
  expires_in: number;
}

interface ChallengePorts {
  limits: ClaimLimiter;
  clock: Clock;
  chance: Chance;
  hash: Hash;
  meter: Meter;
  nonceKeys: NonceKeys;
}

/** K_nonce, the same in every cell that shares the master key. */
function nonceKey(hash: Hash, masterKey: Uint8Array): MacKey {
  const prk = hkdfExtract(hash, utf8("bearlink/server"), masterKey);
  return macKey(hash, hkdfExpand(hash, prk, lp([utf8("nonce")])));
}

/** K_nonce from the master key; one before it holds for three minutes more. §3.1 */
export function nonceKeys(
  ports: { hash: Hash; clock: Clock },
  masterKey: Uint8Array,
  formerMasterKey?: Uint8Array,
): NonceKeys {
  const current = nonceKey(ports.hash, masterKey);
  if (!formerMasterKey) return { current };
  return {
    current,
    former: { key: nonceKey(ports.hash, formerMasterKey), untilMs: ports.clock.now() + FORMER_KEY_MS },
  };
}

/**
 * Answers any well-formed request alike, known toy or not: it looks nothing up.
 * Throws the Refusals RATE_LIMITED and UNAVAILABLE.
 */
export async function challenge(
  ports: ChallengePorts,
  request: ChallengeRequest,
  address: string,
  limited?: LimitTold,
): Promise<ChallengeAnswer> {
  await limitRequests(ports, address, limited);
  const issuedMs = ports.clock.now();
  const sessionId = ports.chance.bytes(SESSION_ID_BYTES);
  const nonce = makeServerNonce(
    ports.hash,
    ports.nonceKeys.current,
    { deviceId: request.device_id, deviceNonce: fromHex(request.device_nonce, NONCE_BYTES)!, sessionId },
    issuedMs,
  );
  return {
    session_id: toHex(sessionId),
    nonce: toHex(nonce),
    server_time: issuedMs,
    expires_in: NONCE_AGE_MS / 1000,
  };
}

/** Epoch ms at which one of our cells issued this nonce, or undefined where none did. */
export function issuedAt(
  ports: { hash: Hash; clock: Clock; nonceKeys: NonceKeys },
  context: ClaimContext,
): number | undefined {
  const { current, former } = ports.nonceKeys;
  const issuedMs = serverNonceIssuedMs(ports.hash, current, context);
  if (issuedMs !== undefined || !former || ports.clock.now() >= former.untilMs) return issuedMs;
  return serverNonceIssuedMs(ports.hash, former.key, context);
}
