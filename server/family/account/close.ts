/** An account is shut: from this moment nobody signs in to it, and no toy of the family hears a child. What it held is a deletion's. SAFETY S5 */
import { orUnavailable } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import { done } from "./desk.ts";
import type { AccountDesk } from "./desk.ts";
import { announceEnds } from "./revoke.ts";

/** Harmless where it was shut before. Without an address it is the job's doing, in its time. */
export async function closeAccount(desk: AccountDesk, accountId: string, address?: string): Promise<void> {
  const entry = done(desk, {
    action: "account_closed",
    ...{ actor: "deletion", resource: accountId, accountId },
    ...(address !== undefined && { actor: accountId, address }),
  });
  const closed = await orUnavailable(desk.accounts.close(accountId, entry));
  if (!closed) return;
  await announceEnds(desk, closed.ended);
  // SQL has it: a toy that is not told now hears at its next turn that there is no consent
  for (const deviceId of closed.toys)
    await desk
      .silenceToy(deviceId)
      .catch((error: unknown) =>
        desk.log.warn({ toy: deviceId, error }, "a toy was not told that its family left"),
      );
  if (closed.owner) desk.mail.send(letterTo(closed.owner, ({ account }) => account.closed()));
  for (const guardian of closed.guardians)
    desk.mail.send(letterTo(guardian, ({ guardians }) => guardians.familyClosed()));
}
