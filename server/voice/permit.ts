/** Whether a turn may be, asked as it begins, and what it may use. MISSION A23, C42 */
import type { Refused } from "@bearlink/sdk/protocol";
import type { Chat, ReplyBounds, TurnLimiter, TurnPermit, TurnRef } from "../ports.ts";

export interface PermitPorts {
  /** how much a child may talk */
  turnLimits: TurnLimiter;
  /** any of this turn's voices is a model of somebody's */
  asksModels: boolean;
}

/** A turn that may not be, and what its toy is told. */
export class TurnRefused extends Error {
  readonly why: Refused;

  constructor(why: Refused, cause?: unknown) {
    super(`the turn may not be: ${why.code}`, { cause });
    this.why = why;
  }
}

type Granted = Exclude<TurnPermit, { state: "refused" }>;

/** Throws TurnRefused; where nobody can say whether the turn may be, too: then no model is asked. */
export async function permitOf(
  { turnLimits, asksModels }: PermitPorts,
  { turnId, deviceId }: TurnRef,
): Promise<Granted> {
  let permit: TurnPermit;
  try {
    permit = await turnLimits.begin({ turnId, deviceId, asksModels });
  } catch (cause) {
    throw new TurnRefused({ code: "UNAVAILABLE" }, cause);
  }
  if (permit.state !== "refused") return permit;
  const { retryAfterS, layer } = permit;
  throw new TurnRefused({ code: "RATE_LIMITED", retry_after_s: retryAfterS, layer });
}

/** The same model, held to what the family may use. */
export function bounded(chat: Chat, bounds: ReplyBounds): Chat {
  return { ...chat, reply: (messages, signal) => chat.reply(messages, signal, bounds) };
}
