/** Guardians: asked by a parent, let in by a mail's link and a password of their own, and shut out at once. They read, and change nothing. MISSION C43 */
import { INVITE_LINK_MS, MAX_GUARDIANS } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import type { Account, Guardian, Guardians, Language } from "../../ports.ts";
import { refuseAbove } from "./desk.ts";
import type { AccountDesk, From } from "./desk.ts";
import { inviteLink, newId, newSecret, secretHash } from "./links.ts";
import { refuseWeak } from "./password.ts";
import { announceEnds } from "./revoke.ts";
import { openSession } from "./session.ts";
import type { SignedIn } from "./session.ts";

export type GuardianDesk = AccountDesk & { guardians: Guardians };

/** In the language of the parent who asks. The answer is the same where the address has an account already: only the mail knows, in that account's. Throws RATE_LIMITED, GUARDIAN_LIMIT and UNAVAILABLE. */
export async function inviteGuardian(
  desk: GuardianDesk,
  accountId: string,
  { email, name, language }: { email: string; name: string; language: Language },
  { address }: From,
): Promise<Guardian> {
  await refuseAbove(desk.signInLimits.letter(email));
  const now = desk.clock.now();
  const id = newId(desk.chance);
  const secret = newSecret(desk.chance);
  const taken = await orUnavailable(desk.accounts.findByEmail(email));
  const invitation = {
    ...{ id, accountId, email, name, invitedAt: now, expiresAt: now + INVITE_LINK_MS },
    tokenHash: secretHash(desk.hash, secret),
  };
  const entry = {
    ...{ at: now, action: "guardian_invited", outcome: "success" as const },
    ...{ actor: accountId, resource: id, address },
  };
  if (!(await orUnavailable(desk.guardians.invite(invitation, MAX_GUARDIANS, entry))))
    throw new Refusal("GUARDIAN_LIMIT");
  const link = inviteLink(desk.publicUrl(), secret);
  desk.mail.send(
    taken
      ? letterTo(taken, ({ guardians }) => guardians.invitedAlready())
      : letterTo({ email, language }, ({ guardians }) => guardians.invited(link)),
  );
  return { id, name, email, state: "invited", since: now };
}

/** Opens the guardian's account and signs in: who has the link has the mail. Throws LINK_REFUSED and INVALID_REQUEST. */
export async function acceptInvitation(
  desk: GuardianDesk,
  wish: { secret: string; password: string; name: string; language: Language },
  from: From,
): Promise<SignedIn> {
  const { secret, password, name, language } = wish;
  const now = desk.clock.now();
  const tokenHash = secretHash(desk.hash, secret);
  const invitation = await orUnavailable(desk.guardians.find(tokenHash, now));
  if (!invitation) throw new Refusal("LINK_REFUSED");
  refuseWeak(password, invitation.email);
  const account: Account = {
    id: newId(desk.chance),
    email: invitation.email,
    name,
    passwordHash: await orUnavailable(desk.passwords.hash(password)),
    guardianOf: invitation.accountId,
    language,
    createdAt: now,
  };
  const entry = {
    ...{ at: now, action: "guardian_accepted", outcome: "success" as const },
    ...{ actor: account.id, resource: invitation.accountId, address: from.address },
  };
  if (!(await orUnavailable(desk.guardians.accept(tokenHash, account, entry))))
    throw new Refusal("LINK_REFUSED");
  return openSession(desk, account, from, "invitation");
}

/** `by`: the parent, or the guardian who leaves. Throws NOT_FOUND where the family has none such. */
export async function removeGuardian(
  desk: GuardianDesk,
  accountId: string,
  id: string,
  by: { actor: string; address: string },
): Promise<void> {
  const entry = {
    ...{ at: desk.clock.now(), action: "guardian_removed", outcome: "success" as const },
    // a guardian who leaves is gone by then: their account tells of no family any more
    ...{ ...by, resource: id, accountId },
  };
  const removed = await orUnavailable(desk.guardians.remove(accountId, id, entry));
  if (!removed) throw new Refusal("NOT_FOUND");
  await announceEnds(desk, removed.ended);
  if (removed.guardian) desk.mail.send(letterTo(removed.guardian, ({ guardians }) => guardians.removed()));
}
