/** Who gets the two mails of consent by mail: the parent of the account, in their language. 16 CFR 312.5(b)(2)(vi) */
import { letterTo } from "../../letters/letters.ts";
import type { Letters } from "../../letters/letters.ts";
import type { Words } from "../../letters/words.ts";
import type { Accounts, Mail } from "../../ports.ts";
import type { ConsentLetters } from "./consent.ts";

/** An account that is gone gets none. */
export function consentLetters(accounts: Pick<Accounts, "find">, mail: Mail): ConsentLetters {
  const send = async (accountId: string, write: (words: Letters) => Words): Promise<void> => {
    const account = await accounts.find(accountId);
    if (account) mail.send(letterTo(account, write));
  };
  return {
    code: (accountId, code) => send(accountId, ({ consent }) => consent.code(code)),
    granted: (accountId) => send(accountId, ({ consent }) => consent.granted()),
  };
}
