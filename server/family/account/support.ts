/** A visit of support: named, reasoned, a quarter of an hour at most, read-only, and the parent sees it and can end it. SAFETY "The toy and the door" */
import { SUPPORT_MS } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import { done } from "./desk.ts";
import type { AccountDesk, From } from "./desk.ts";
import { newId } from "./links.ts";

export interface Visit {
  sessionId: string;
  accessToken: string;
  /** epoch ms */
  until: number;
}

/** What opens a visit. */
export interface VisitKey {
  /** undefined for the cell's own, which nobody revokes */
  id: string | undefined;
  /** as the trail has it */
  actor: string;
  /** epoch ms: no visit outlasts it */
  expiresAt: number;
}

/** Throws NOT_FOUND where no parent has this address, UNAUTHORIZED where the key was revoked in that moment. Nothing refreshes the token it gives. */
export async function openVisit(
  desk: AccountDesk,
  { email, by, reason, minutes }: { email: string; by: string; reason: string; minutes: number },
  from: From & { key: VisitKey },
): Promise<Visit> {
  const account = await orUnavailable(desk.accounts.findByEmail(email));
  if (!account || account.guardianOf !== undefined) throw new Refusal("NOT_FOUND");
  const now = desk.clock.now();
  const { key } = from;
  const visitMs = Math.min(minutes * 60_000, SUPPORT_MS, key.expiresAt - now);
  const session = {
    id: newId(desk.chance),
    accountId: account.id,
    role: "support" as const,
    signedInAt: now,
    expiresAt: now + visitMs,
    endsAt: now + visitMs,
    device: `Support: ${by} (${reason})`,
    address: from.address,
  };
  const entry = done(desk, {
    action: "support_visit",
    actor: `support:${by}`,
    resource: account.id,
    address: from.address,
    reason,
  });
  // any name may be said: the key that says it, and what the visit is called when it looks at something
  const named = { action: "support_opened", actor: key.actor, resource: session.id, address: from.address };
  const entries = [done(desk, { ...named, accountId: account.id }), entry];
  if (!(await orUnavailable(desk.parentSessions.openVisit(session, key.id, entries))))
    throw new Refusal("UNAUTHORIZED");
  const link = desk.publicUrl();
  desk.mail.send(letterTo(account, (words) => words.account.supportVisit(link, by, reason, visitMs)));
  const accessToken = await desk.tokens.issueAccess({ accountId: account.id, sessionId: session.id });
  return { sessionId: session.id, accessToken, until: session.expiresAt };
}
