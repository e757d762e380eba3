/** THE CLAIM: challenge → proof → replay → session. PROTOCOL.md §3 */
import {
  fromHex,
  NONCE_BYTES,
  PROOF_BYTES,
  SERVER_NONCE_BYTES,
  SESSION_ID_BYTES,
} from "@bearlink/sdk/protocol";
import { Refusal } from "../errors.ts";
import type { Attempt, ClaimDesk } from "./desk.ts";
import { limitAddress } from "./limits.ts";
import { checkProof, refuseDisabled } from "./proof.ts";
import { checkNonce, raisePair, refuseReplay } from "./replay.ts";
import { openSession } from "./session.ts";

/** The body of a claim once its form was checked at the door. §3.2 */
export interface ClaimRequest {
  device_id: string;
  /** 32 hex */
  device_nonce: string;
  /** 16 hex */
  session_id: string;
  /** 64 hex */
  nonce: string;
  boot: number;
  seq: number;
  firmware_version: string;
  suite: "S1";
  /** 64 hex */
  hmac_hex: string;
}

/** A claim, step by step, in the order of §3.3. Each step refuses by throwing a Refusal, or writes down what it learned. */
export const claimSteps: readonly ((desk: ClaimDesk, attempt: Attempt) => Promise<void> | void)[] = [
  limitAddress,
  checkNonce,
  checkProof,
  refuseDisabled,
  refuseReplay,
  raisePair,
  openSession,
];

/**
 * Answers a claim with the session it opened. Throws a Refusal of the table in §3.3.
 *
 *     await claim(desk, body, { address, requestId, limited });
 */
export async function claim(
  desk: ClaimDesk,
  request: ClaimRequest,
  from: Pick<Attempt, "address" | "requestId" | "limited">,
): Promise<Attempt["answer"]> {
  const attempt = arrive(request, from);
  let result = "error";
  try {
    for (const step of claimSteps) await step(desk, attempt);
    result = "accepted";
    const { device_id: toy, session_id: session } = request;
    desk.log.info({ requestId: from.requestId, toy, session }, "claim accepted");
    return attempt.answer;
  } catch (error) {
    if (error instanceof Refusal) result = error.code.toLowerCase();
    if (isTold(desk, request.device_id, from.address, result))
      tellRefused(desk, request.device_id, from.address, result);
    throw error;
  } finally {
    desk.meter.count("claim_attempts_total", { result });
  }
}

/** Where the proof did not hold, the limits on failures have a bound; for the others the trail has its own. */
const AUDITED = {
  claim_refused: "limited",
  claim_replayed: "told",
  claim_stale: "told",
  toy_disabled: "told",
};

function isTold({ tellsClaim }: ClaimDesk, toy: string, address: string, result: string): boolean {
  const bound = Object.hasOwn(AUDITED, result) && AUDITED[result as keyof typeof AUDITED];
  return bound === "limited" || (bound === "told" && tellsClaim(toy, address, result));
}

/** Not awaited: how long it takes would tell whether there is such a toy. */
function tellRefused({ audit, clock, log }: ClaimDesk, toy: string, address: string, reason: string): void {
  const entry = { at: clock.now(), action: "claim_rejected", outcome: "refused", actor: toy } as const;
  audit
    .append({ ...entry, resource: toy, address, reason })
    .catch((error: unknown) => log.warn({ toy, error }, "a refused claim was not audited"));
}

/** What the steps will write is missing here: their order stands for it. */
function arrive(request: ClaimRequest, from: Pick<Attempt, "address" | "requestId" | "limited">): Attempt {
  return {
    ...from,
    claim: {
      deviceId: request.device_id,
      deviceNonce: fromHex(request.device_nonce, NONCE_BYTES)!,
      nonce: fromHex(request.nonce, SERVER_NONCE_BYTES)!,
      sessionId: fromHex(request.session_id, SESSION_ID_BYTES)!,
      boot: request.boot,
      seq: request.seq,
      firmwareVersion: request.firmware_version,
    },
    proof: fromHex(request.hmac_hex, PROOF_BYTES)!,
  } as Attempt;
}
