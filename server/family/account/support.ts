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

/** `key`: who opens it, as the trail has it. Throws NOT_FOUND where no parent has this address. Nothing refreshes the token it gives. */
export async function openVisit(
  desk: AccountDesk,
  { email, by, reason, minutes }: { email: string; by: string; reason: string; minutes: number },
  from: From & { key: string },
): Promise<Visit> {
  const account = await orUnavailable(desk.accounts.findByEmail(email));
  if (!account || account.guardianOf !== undefined) throw new Refusal("NOT_FOUND");
  const now = desk.clock.now();
  const visitMs = Math.min(minutes * 60_000, SUPPORT_MS);
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
  const opened = { action: "support_opened", actor: from.key, resource: session.id, address: from.address };
  await orUnavailable(desk.audit.append(done(desk, { ...opened, accountId: account.id })));
  await orUnavailable(desk.parentSessions.open(session, entry));
  const link = desk.publicUrl();
  desk.mail.send(letterTo(account, (words) => words.account.supportVisit(link, by, reason, visitMs)));
  const accessToken = await desk.tokens.issueAccess({ accountId: account.id, sessionId: session.id });
  return { sessionId: session.id, accessToken, until: session.expiresAt };
}
