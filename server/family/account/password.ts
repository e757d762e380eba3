/** Passwords: what one must be, how it is changed, and how a forgotten one is replaced. Each new one ends every session. */
import { MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, RESET_LINK_MS } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import type { Account } from "../../ports.ts";
import { done, recordRefusal, refuseAbove } from "./desk.ts";
import type { AccountDesk, From } from "./desk.ts";
import { linkOf, newSecret, secretHash } from "./links.ts";
import { announceEnds } from "./revoke.ts";
import { openSession } from "./session.ts";
import type { SignedIn } from "./session.ts";

/** fewer different characters are a pattern, not a password */
const MIN_DIFFERENT = 5;

/** Length counts, and no other rule of composition: NIST SP 800-63B-4 §3.1.1.2 */
export function refuseWeak(password: string, email: string): void {
  const characters = [...password.normalize("NFKC")];
  const problem =
    characters.length < MIN_PASSWORD_CHARS
      ? `shorter than ${MIN_PASSWORD_CHARS} characters`
      : characters.length > MAX_PASSWORD_CHARS
        ? `longer than ${MAX_PASSWORD_CHARS} characters`
        : new Set(characters).size < MIN_DIFFERENT || password.toLowerCase().includes(email)
          ? "too easy to guess"
          : undefined;
  if (problem) throw new Refusal("INVALID_REQUEST", { path: "password", problem });
}

/** The former password is asked, every session ends, and a new one begins here. */
export async function changePassword(
  desk: AccountDesk,
  account: Account,
  { current, password }: { current: string; password: string },
  from: From,
): Promise<SignedIn> {
  refuseWeak(password, account.email);
  await refuseAbove(desk.signInLimits.attempt(account.email, from.address));
  if (!(await orUnavailable(desk.passwords.matches(account.passwordHash, current)))) {
    const { address } = from;
    await recordRefusal(desk, { action: "password_changed", actor: account.id, address, reason: "password" });
    throw new Refusal("SIGN_IN_REFUSED");
  }
  const passwordHash = await orUnavailable(desk.passwords.hash(password));
  const entry = done(desk, { action: "password_changed", actor: account.id, address: from.address });
  const ended = await orUnavailable(desk.accounts.setPassword(account.id, passwordHash, entry));
  await announceEnds(desk, ended);
  desk.mail.send(letterTo(account, (words) => words.account.passwordChanged(desk.publicUrl())));
  return openSession(desk, account, from, "password");
}

/** Sends a link where there is an account, and answers alike where there is none. */
export async function askReset(desk: AccountDesk, email: string): Promise<void> {
  await refuseAbove(desk.signInLimits.letter(email));
  const account = await orUnavailable(desk.accounts.findByEmail(email));
  if (!account) return;
  const secret = newSecret(desk.chance);
  await orUnavailable(
    desk.accounts.addReset({
      tokenHash: secretHash(desk.hash, secret),
      accountId: account.id,
      expiresAt: desk.clock.now() + RESET_LINK_MS,
    }),
  );
  const link = linkOf(desk.publicUrl(), "reset", secret);
  desk.mail.send(letterTo(account, (words) => words.account.reset(link)));
}

/** Who holds the link sets a password, once; signing in comes after. */
export async function finishReset(
  desk: AccountDesk,
  { secret, password }: { secret: string; password: string },
  from: From,
): Promise<void> {
  const now = desk.clock.now();
  const tokenHash = secretHash(desk.hash, secret);
  const reset = await orUnavailable(desk.accounts.findReset(tokenHash, now));
  const account = reset && (await orUnavailable(desk.accounts.find(reset.accountId)));
  if (!account) throw new Refusal("LINK_REFUSED");
  refuseWeak(password, account.email);
  const passwordHash = await orUnavailable(desk.passwords.hash(password));
  const entry = done(desk, { action: "password_reset", actor: account.id, address: from.address });
  const changed = await orUnavailable(desk.accounts.resetPassword(tokenHash, passwordHash, entry));
  if (!changed) throw new Refusal("LINK_REFUSED");
  await announceEnds(desk, changed.ended);
  desk.mail.send(letterTo(account, (words) => words.account.passwordChanged(desk.publicUrl())));
}
