/** The two mails of consent by mail: a code to type in, and afterwards what was granted and how to take it back. 16 CFR 312.5(b)(2)(vi) */
import type { Accounts, Mail } from "../../ports.ts";
import type { ConsentLetters } from "./consent.ts";

/** Neither mail names a child. An account that is gone gets none. */
export function consentLetters(accounts: Pick<Accounts, "find">, mail: Mail): ConsentLetters {
  const send = async (accountId: string, subject: string, text: string): Promise<void> => {
    const account = await accounts.find(accountId);
    if (account) mail.send({ to: account.email, subject, text });
  };
  return {
    code: (accountId, code) =>
      send(
        accountId,
        "Your consent for the talking bear",
        [
          "Somebody who is signed in to your account asked to let the bear hear a child.",
          `If that was you, and you have read the notice in the app, type in this code there: ${code}`,
          "It holds for one day. If it was not you, do nothing, and change your password.",
        ].join("\n\n"),
      ),
    granted: (accountId) =>
      send(
        accountId,
        "You consented to the bear hearing a child",
        [
          "This confirms it: the consent that you read in the app was given from your account.",
          "You can take it back in the app at any time, for each recipient by itself: the bear stops listening within seconds.",
          "If it was not you, take it back now, and change your password.",
        ].join("\n\n"),
      ),
  };
}
