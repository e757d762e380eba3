/** Signing in with a password: one answer and one time for every failure. */
import { orUnavailable, Refusal } from "../../errors.ts";
import { recordRefusal, refuseAbove } from "./desk.ts";
import type { AccountDesk, From } from "./desk.ts";
import { openSession } from "./session.ts";
import type { SignedIn } from "./session.ts";

/** Throws SIGN_IN_REFUSED, whatever was wrong, and RATE_LIMITED, whether there is such an account or not. */
export async function signIn(
  desk: AccountDesk,
  { email, password }: { email: string; password: string },
  from: From,
): Promise<SignedIn> {
  await refuseAbove(desk.signInLimits.attempt(email, from.address));
  const account = await orUnavailable(desk.accounts.findByEmail(email));
  // without an account it hashes all the same
  const matches = await orUnavailable(desk.passwords.matches(account?.passwordHash, password));
  if (!account || !matches) {
    await recordRefusal(desk, {
      action: "signed_in",
      actor: account?.id ?? "unknown",
      address: from.address,
      reason: "password",
    });
    throw new Refusal("SIGN_IN_REFUSED");
  }
  return openSession(desk, account, from, "password");
}
