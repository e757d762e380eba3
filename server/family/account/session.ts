/** A session: opened by a sign-in, kept alive by refresh tokens that work once each, asked about at every request. MISSION D08–D11 */
import { ACCESS_TOKEN_S, FRESH_SIGN_IN_MS, SESSION_IDLE_MS, SESSION_LIFE_MS } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import type { Account, Clock, ParentDoor, ParentPrincipal, ParentSession } from "../../ports.ts";
import { done } from "./desk.ts";
import type { AccountDesk, From } from "./desk.ts";
import { newId, newSecret, openNext, sealNext, secretHash } from "./links.ts";
import { announceEnds } from "./revoke.ts";

export interface SignedIn {
  account: Account;
  accessToken: string;
  /** s */
  expiresIn: number;
  refreshToken: string;
  /** epoch ms */
  refreshExpiresAt: number;
}

/** `by`: mail, password or passkey, for the audit trail. */
export async function openSession(
  desk: AccountDesk,
  account: Account,
  from: From,
  by: string,
): Promise<SignedIn> {
  const now = desk.clock.now();
  const session = {
    id: newId(desk.chance),
    accountId: account.id,
    role: account.guardianOf === undefined ? ("parent" as const) : ("guardian" as const),
    signedInAt: now,
    expiresAt: now + SESSION_IDLE_MS,
    endsAt: now + SESSION_LIFE_MS,
    ...from,
  };
  const refreshToken = newSecret(desk.chance);
  const others = await orUnavailable(desk.parentSessions.list(account.id, now));
  const entry = done(desk, {
    action: "signed_in",
    actor: account.id,
    resource: session.id,
    address: from.address,
    reason: by,
  });
  const ended = await orUnavailable(
    desk.parentSessions.open(session, entry, secretHash(desk.hash, refreshToken)),
  );
  await announceEnds(desk, ended);
  if (others.length > 0 && !others.some(({ device }) => device === from.device))
    desk.alerts.raiseSoon({
      accountId: account.guardianOf ?? account.id,
      kind: "new_sign_in",
      details: { device: from.device, role: session.role },
      dedupeKey: `new_sign_in:${session.id}`,
    });
  return signedIn(desk, account, session, refreshToken);
}

/**
 * Exchanges a refresh token. One that comes a second time ends its session: one of the two who have it is a thief; unless
 * it comes within half a minute, and what it was exchanged for was not used yet: then that answer was lost, and is given again.
 */
export async function refresh(desk: AccountDesk, token: string, from: From): Promise<SignedIn> {
  const now = desk.clock.now();
  const next = newSecret(desk.chance);
  const rotation = await orUnavailable(
    desk.parentSessions.rotate(
      secretHash(desk.hash, token),
      secretHash(desk.hash, next),
      now,
      now + SESSION_IDLE_MS,
      {
        ...{ at: now, action: "refresh_token_reused", outcome: "refused" },
        ...{ address: from.address, reason: "exchanged before" },
      },
      sealNext(desk.hash, token, next),
    ),
  );
  if (rotation.state === "reused") await tellReuse(desk, rotation);
  if (rotation.state === "reused" || rotation.state === "unknown") throw new Refusal("UNAUTHORIZED");
  const account = await orUnavailable(desk.accounts.find(rotation.session.accountId));
  if (!account) throw new Refusal("UNAUTHORIZED");
  const given = rotation.state === "again" ? openNext(desk.hash, token, rotation.sealedNext) : next;
  return signedIn(desk, account, rotation.session, given);
}

async function tellReuse(
  desk: AccountDesk,
  { sessionId, accountId }: { sessionId: string; accountId: string },
): Promise<void> {
  await announceEnds(desk, [sessionId]);
  const account = await orUnavailable(desk.accounts.find(accountId));
  if (account) desk.mail.send(letterTo(account, (words) => words.account.tokenReused(desk.publicUrl())));
}

async function signedIn(
  desk: AccountDesk,
  account: Account,
  session: Pick<ParentSession, "id" | "expiresAt">,
  refreshToken: string,
): Promise<SignedIn> {
  return {
    account,
    accessToken: await desk.tokens.issueAccess({ accountId: account.id, sessionId: session.id }),
    expiresIn: ACCESS_TOKEN_S,
    refreshToken,
    refreshExpiresAt: session.expiresAt,
  };
}

/** Ends one session of an account, with its tokens and its open lines; false where there is none. */
export async function endSession(
  desk: AccountDesk,
  accountId: string,
  sessionId: string,
  { address }: From,
): Promise<boolean> {
  const entry = done(desk, { action: "signed_out", actor: accountId, resource: sessionId, address });
  if (!(await orUnavailable(desk.parentSessions.end(accountId, sessionId, entry)))) return false;
  await announceEnds(desk, [sessionId]);
  return true;
}

export async function endAllSessions(
  desk: AccountDesk,
  accountId: string,
  { address }: From,
): Promise<number> {
  const entry = done(desk, { action: "signed_out_everywhere", actor: accountId, address });
  const ended = await orUnavailable(desk.parentSessions.endAll(accountId, entry));
  await announceEnds(desk, ended);
  return ended.length;
}

/** Whom the session behind a refresh token is of; whatever its state, so that signing out always works. */
export async function endByRefresh(desk: AccountDesk, token: string, from: From): Promise<void> {
  const found = await orUnavailable(desk.parentSessions.findByRefresh(secretHash(desk.hash, token)));
  if (found) await endSession(desk, found.accountId, found.sessionId, from);
}

/** A token's signature may be remembered; whether its session stands is asked of the record each time. MISSION D09 */
export function parentDoor({
  tokens,
  parentSessions,
  clock,
}: Pick<AccountDesk, "tokens" | "parentSessions" | "clock">): ParentDoor {
  return {
    async principal(token): Promise<ParentPrincipal | undefined> {
      const named = await tokens.openAccess(token);
      const standing = named && (await parentSessions.standing(named.sessionId, clock.now()));
      if (!standing || standing.accountId !== named.accountId) return undefined;
      const { accountId: personId, familyId: accountId, role, signedInAt, tier } = standing;
      const { sessionId } = named;
      return { kind: "parent", accountId, personId, sessionId, role, signedInAt, tier };
    },
  };
}

/** Before what cannot be undone. Throws SIGN_IN_AGAIN where the sign-in is older than five minutes. */
export function requireFresh({ signedInAt }: ParentPrincipal, clock: Clock): void {
  if (clock.now() - signedInAt >= FRESH_SIGN_IN_MS) throw new Refusal("SIGN_IN_AGAIN");
}

/** The person who asks: for a guardian not the family's account but their own. */
export async function personOf(desk: AccountDesk, { sessionId }: ParentPrincipal): Promise<Account> {
  const standing = await orUnavailable(desk.parentSessions.standing(sessionId, desk.clock.now()));
  const account = standing && (await orUnavailable(desk.accounts.find(standing.accountId)));
  if (!account) throw new Refusal("UNAUTHORIZED");
  return account;
}
