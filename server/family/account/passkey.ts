/** Signing in with a passkey, and adding one. A challenge travels with the client, sealed, and is good once. */
import { TICKET_S } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import type { Account, Passkey, Site } from "../../ports.ts";
import { done, recordRefusal } from "./desk.ts";
import type { AccountDesk, From } from "./desk.ts";
import { openSession } from "./session.ts";
import type { SignedIn } from "./session.ts";

export interface Invitation {
  /** for the browser's `navigator.credentials` */
  options: object;
  /** given back with its response */
  ticket: string;
}

/** The challenge in a ticket, once. */
async function challengeOf(
  desk: AccountDesk,
  purpose: string,
  ticket: string,
  accountId: string,
): Promise<string | undefined> {
  const { jti, challenge, account } = (await desk.tokens.openTicket(purpose, ticket)) ?? {};
  if (jti === undefined || challenge === undefined || account !== accountId) return undefined;
  // one second more than it holds: it must not be good again
  const first = await orUnavailable(desk.nonces.use(`ticket:${jti}`, (TICKET_S + 1) * 1000));
  return first ? challenge : undefined;
}

export async function invitePasskey(desk: AccountDesk, site: Site, account: Account): Promise<Invitation> {
  const known = await orUnavailable(desk.passkeys.list(account.id));
  const { challenge, options } = await desk.ceremony.registrationOptions(site, account, known);
  return {
    options,
    ticket: await desk.tokens.issueTicket("passkey-add", { challenge, account: account.id }),
  };
}

/** Throws SIGN_IN_REFUSED where the response does not hold, INVALID_REQUEST where there are too many. */
export async function addPasskey(
  desk: AccountDesk,
  site: Site,
  account: Account,
  { ticket, response, name }: { ticket: string; response: unknown; name: string },
  from: From,
): Promise<Passkey> {
  const challenge = await challengeOf(desk, "passkey-add", ticket, account.id);
  const made = challenge === undefined ? undefined : await desk.ceremony.register(site, challenge, response);
  if (!made) throw new Refusal("SIGN_IN_REFUSED");
  const passkey = {
    ...made,
    accountId: account.id,
    name,
    createdAt: desk.clock.now(),
    usedAt: undefined,
  };
  const entry = done(desk, { action: "passkey_added", actor: account.id, address: from.address });
  if (!(await orUnavailable(desk.passkeys.add(passkey, entry))))
    throw new Refusal("INVALID_REQUEST", { path: "response", problem: "known already, or one too many" });
  desk.mail.send(letterTo(account, (words) => words.account.passkeyAdded(desk.publicUrl())));
  return passkey;
}

export async function inviteSignIn(desk: AccountDesk, site: Site): Promise<Invitation> {
  const { challenge, options } = await desk.ceremony.signInOptions(site);
  return { options, ticket: await desk.tokens.issueTicket("passkey-sign-in", { challenge, account: "" }) };
}

/** Throws SIGN_IN_REFUSED, whatever was wrong. */
export async function signInWithPasskey(
  desk: AccountDesk,
  site: Site,
  { ticket, response }: { ticket: string; response: { id: string } },
  from: From,
): Promise<SignedIn> {
  const challenge = await challengeOf(desk, "passkey-sign-in", ticket, "");
  const passkey = challenge === undefined ? undefined : await orUnavailable(desk.passkeys.find(response.id));
  const account = passkey && (await orUnavailable(desk.accounts.find(passkey.accountId)));
  const refuse = async (actor: string): Promise<never> => {
    await recordRefusal(desk, { action: "signed_in", actor, address: from.address, reason: "passkey" });
    throw new Refusal("SIGN_IN_REFUSED");
  };
  // a ticket that does not hold says nothing of who came with it
  if (challenge === undefined || !passkey || !account) return refuse("unknown");
  const used = await desk.ceremony.signIn(site, challenge, response, passkey);
  const now = desk.clock.now();
  if (!used || !(await orUnavailable(desk.passkeys.used(passkey.id, used.counter, now))))
    return refuse(account.id);
  return openSession(desk, account, from, "passkey");
}

export async function removePasskey(
  desk: AccountDesk,
  account: Account,
  id: string,
  { address }: From,
): Promise<void> {
  const entry = done(desk, { action: "passkey_removed", actor: account.id, address });
  if (!(await orUnavailable(desk.passkeys.remove(account.id, id, entry)))) throw new Refusal("NOT_FOUND");
}
