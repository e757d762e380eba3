/** Leaving: from this moment nobody signs in, and no toy of the family hears a child; the rest is a job's. SAFETY S5 */
import { orUnavailable } from "../../errors.ts";
import type { Account } from "../../ports.ts";
import { record } from "./desk.ts";
import type { AccountDesk, From } from "./desk.ts";
import { letters } from "./letters.ts";
import { announceEnds } from "./revoke.ts";

/** What calls this asks for a fresh sign-in first. */
export async function closeAccount(desk: AccountDesk, account: Account, { address }: From): Promise<void> {
  const { ended, toys } = await orUnavailable(desk.accounts.close(account.id, desk.clock.now()));
  await announceEnds(desk, ended);
  // SQL has it: a toy that is not told now hears at its next turn that there is no consent
  for (const deviceId of toys)
    await desk
      .silenceToy(deviceId)
      .catch((error: unknown) =>
        desk.log.warn({ toy: deviceId, error }, "a toy was not told that its family left"),
      );
  await record(desk, { action: "account_closed", actor: account.id, address });
  desk.mail.send(letters.closed(account.email));
}
