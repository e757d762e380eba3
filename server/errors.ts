/** A refusal is a code; here alone it becomes a status and a sentence. PROTOCOL.md §3.3, MISSION A10 */
import type { ModelFault } from "./ports.ts";

/** By code: its status, and what it says. */
export const REFUSALS = {
  BAD_REQUEST: [400, "This cannot be read as a request."],
  REQUEST_TIMEOUT: [408, "The request took too long to arrive."],
  HEADERS_TOO_LARGE: [431, "The headers are larger than this server takes."],
  INVALID_REQUEST: [422, "The request is not of the right form."],
  BODY_TOO_LARGE: [413, "The body is larger than this route takes."],
  UNAUTHORIZED: [401, "A key or a token is needed here."],
  SIGN_IN_REFUSED: [401, "This sign-in does not hold."],
  SIGN_IN_AGAIN: [403, "Please sign in again first."],
  FORBIDDEN: [403, "This key or token does not reach that far."],
  NOT_FOUND: [404, "There is nothing here."],
  LINK_REFUSED: [404, "This link does not hold, or no longer; ask for a new one."],
  METHOD_NOT_ALLOWED: [405, "Not with this method."],
  MISDIRECTED: [421, "This server does not answer for that host."],
  RATE_LIMITED: [429, "Too many requests; try again later."],
  CLAIM_REFUSED: [401, "The claim does not hold."],
  CLAIM_REPLAYED: [409, "This claim was made before."],
  CLAIM_STALE: [409, "A newer claim was accepted already."],
  TOY_DISABLED: [403, "This toy is switched off."],
  TOY_EXISTS: [409, "There is a toy with this id."],
  BAD_DIGEST: [422, "The bundle's digest is not the one that was said."],
  BAD_SIGNATURE: [422, "The bundle's signature does not hold."],
  WRONG_BOARD: [422, "There is no such board."],
  OLDER_VERSION: [409, "This version, or a newer one, was published before."],
  PAIRING_REFUSED: [404, "This toy cannot be paired."],
  CONSENT_REQUIRED: [403, "A parent must consent first."],
  CONSENT_REFUSED: [404, "This consent cannot be confirmed."],
  NOTICE_CHANGED: [409, "The notice has changed; please read it again."],
  GUARDIAN_LIMIT: [409, "This family has as many guardians as it can have."],
  CREDENTIAL_EXISTS: [409, "There is a key for this provider, or too many in all; change it or delete it."],
  CREDENTIAL_CHANGED: [409, "This key was changed in the meantime."],
  KEY_LIMIT: [409, "This key has made as many keys as it can."],
  CHILD_LIMIT: [409, "This family has as many children as it can have."],
  UNAVAILABLE: [503, "A part of the service is away; try again."],
  INTERNAL: [500, "Something went wrong here."],
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: RefusalCode, details?: Record<string, unknown>, cause?: unknown) {
    super(REFUSALS[code][1], { cause });
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return REFUSALS[this.code][0];
  }
}

/** What a store answers; UNAVAILABLE where it rejects. */
export async function orUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new Refusal("UNAVAILABLE", undefined, cause);
  }
}

/** A model that did not answer; the message names the kind of fault and nothing of the service's text. */
export class ModelError extends Error {
  readonly fault: ModelFault;
  /** s, where the service said so */
  readonly retryAfterS: number | undefined;

  constructor(fault: ModelFault, retryAfterS?: number) {
    super(`model: ${fault}`);
    this.fault = fault;
    this.retryAfterS = retryAfterS;
  }
}

/** Sound that could not be read or written. */
export class SoundError extends Error {
  readonly reason: "format" | "deadline" | "size" | "process";

  constructor(reason: "format" | "deadline" | "size" | "process") {
    super(`sound: ${reason}`);
    this.reason = reason;
  }
}

/** What keeps a process from starting; its message is one line for the operator, with the cure. */
export class StartError extends Error {
  readonly code:
    | "APP_MISSING"
    | "DATA_DIR_IN_USE"
    | "DATABASE_AWAY"
    | "SCHEMA_BEHIND"
    | "KEY_FILE"
    | "KMS"
    | "MIGRATION_EDITED"
    | "MIGRATION_FAILED"
    | "REDIS_AWAY";

  constructor(code: StartError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
