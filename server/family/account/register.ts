/** Opening an account: the answer is the same whoever asks, and only the mail knows more. */
import { VERIFY_LINK_MS } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import type { Language } from "../../ports.ts";
import { done, refuseAbove } from "./desk.ts";
import type { AccountDesk, From } from "./desk.ts";
import { linkOf, newId, newSecret, secretHash } from "./links.ts";
import { refuseWeak } from "./password.ts";
import { openSession } from "./session.ts";
import type { SignedIn } from "./session.ts";

/** Sends a mail: to confirm, in `language`; or, where the address has an account, to its owner, in theirs. Throws RATE_LIMITED and INVALID_REQUEST. */
export async function register(
  desk: AccountDesk,
  wish: { email: string; name: string; password: string; language: Language },
): Promise<void> {
  const { email, name, password, language } = wish;
  refuseWeak(password, email);
  await refuseAbove(desk.signInLimits.letter(email));
  // before the look-up: it takes as long where the address is taken
  const passwordHash = await orUnavailable(desk.passwords.hash(password));
  const now = desk.clock.now();
  const secret = newSecret(desk.chance);
  const owner = await orUnavailable(desk.accounts.findByEmail(email));
  await orUnavailable(
    desk.accounts.addRegistration(
      {
        tokenHash: secretHash(desk.hash, secret),
        email,
        name,
        passwordHash,
        language,
        // kept for nobody where the address is taken, so that both answers write one row
        expiresAt: owner ? 0 : now + VERIFY_LINK_MS,
      },
      now,
    ),
  );
  const link = linkOf(desk.publicUrl(), "verify", secret);
  desk.mail.send(
    owner
      ? letterTo(owner, ({ account }) => account.alreadyThere(desk.publicUrl()))
      : letterTo({ email, language }, ({ account }) => account.verify(link)),
  );
}

/**
 * Opens the account and signs in. The password is asked again: who registered a stranger's address
 * cannot answer its mail, and who answers a mail they did not ask for does not know the password.
 */
export async function verify(
  desk: AccountDesk,
  { secret, password }: { secret: string; password: string },
  from: From,
): Promise<SignedIn> {
  const now = desk.clock.now();
  const registration = await orUnavailable(
    desk.accounts.findRegistration(secretHash(desk.hash, secret), now),
  );
  if (!registration) throw new Refusal("LINK_REFUSED");
  await refuseAbove(desk.signInLimits.attempt(registration.email, from.address));
  if (!(await orUnavailable(desk.passwords.matches(registration.passwordHash, password))))
    throw new Refusal("SIGN_IN_REFUSED");
  const account = {
    id: newId(desk.chance),
    email: registration.email,
    name: registration.name,
    passwordHash: registration.passwordHash,
    guardianOf: undefined,
    language: registration.language,
    createdAt: now,
  };
  const entry = done(desk, { action: "account_opened", actor: account.id, address: from.address });
  if (!(await orUnavailable(desk.accounts.open(account, entry)))) throw new Refusal("LINK_REFUSED");
  return openSession(desk, account, from, "mail");
}
