/** What the claim's steps are given, and what they learn of one claim on the way. PROTOCOL.md §3 */
import { MAX_SESSION_S, macKey } from "@bearlink/sdk/protocol";
import type { ClaimAnswer, ClaimAttempt, Hash, MacKey } from "@bearlink/sdk/protocol";
import { sealContext } from "../ports.ts";
import type {
  Alerts,
  AuditTrail,
  Bus,
  Chance,
  ClaimLimiter,
  Clock,
  LimitTold,
  Log,
  Meter,
  Nonces,
  Sessions,
  Toy,
  Toys,
  Vault,
} from "../ports.ts";
import { createTellsClaim } from "./trail.ts";
import type { TellsClaim } from "./trail.ts";

/** K_nonce of §3.1. */
export interface NonceKeys {
  current: MacKey;
  /** the key before the last change, while other cells may still use it */
  former?: { key: MacKey; untilMs: number };
}

export interface ClaimPorts {
  toys: Toys;
  nonces: Nonces;
  sessions: Sessions;
  limits: ClaimLimiter;
  vault: Vault;
  audit: AuditTrail;
  /** whoever tells a toy's owner */
  alerts: Pick<Alerts, "raiseSoon">;
  bus: Bus;
  clock: Clock;
  chance: Chance;
  hash: Hash;
  meter: Meter;
  log: Log;
}

export interface ClaimSettings {
  /** whom an address stands for */
  networkOf(address: string): string;
  nonceKeys: NonceKeys;
  /** where toys find the broker: the operator's word, never a request's Host. MISSION C04 */
  publicMqtt: { host: string; port: number; tls: boolean };
  /** s a session lasts, at most MAX_SESSION_S; that much where not given */
  sessionS?: number;
}

export interface ClaimDesk extends ClaimPorts {
  networkOf(address: string): string;
  tellsClaim: TellsClaim;
  nonceKeys: NonceKeys;
  publicMqtt: { host: string; port: number; tls: boolean };
  sessionS: number;
  /** opened and tried where there is no toy, or no second `prk`, so that time tells nothing. §3.3 */
  standIn: { sealedPrk: Uint8Array; context: string };
}

/** One claim on its way through the steps: what arrived, then what each step wrote for those after it. */
export interface Attempt {
  claim: ClaimAttempt;
  /** `hmac_hex`, as bytes */
  proof: Uint8Array;
  /** client address */
  address: string;
  /** request's id */
  requestId: string;
  /** hears where the limits stand */
  limited?: LimitTold;

  /** checkNonce: epoch ms at which the server's nonce was made */
  issuedMs: number;
  /** checkProof: the toy whose proof held */
  toy: Toy;
  /** checkProof: the key it held under */
  auth: { key: MacKey; bytes: Uint8Array };
  /** checkProof: whether that was the key a rekey offered. §11 */
  usedNextPrk: boolean;
  /** openSession */
  answer: ClaimAnswer & { proof_hex: string };
}

/**
 * The desk at which toys claim. Throws where the settings cannot hold.
 *
 *     const desk = openClaimDesk(ports, { nonceKeys, networkOf, publicMqtt });
 *     await claim(desk, request, from);
 */
export function openClaimDesk(ports: ClaimPorts, settings: ClaimSettings): ClaimDesk {
  const { nonceKeys, networkOf, publicMqtt, sessionS = MAX_SESSION_S } = settings;
  if (!(sessionS >= 1 && sessionS <= MAX_SESSION_S)) throw new Error(`a session of ${sessionS} s`);
  const context = sealContext.prk("bear-of-no-one");
  const standIn = { sealedPrk: ports.vault.seal(ports.chance.bytes(32), context), context };
  const tellsClaim = createTellsClaim(ports.clock, networkOf);
  return { ...ports, nonceKeys, networkOf, tellsClaim, publicMqtt, sessionS, standIn };
}

export function authOf(hash: Hash, bytes: Uint8Array): Attempt["auth"] {
  return { key: macKey(hash, bytes), bytes };
}
