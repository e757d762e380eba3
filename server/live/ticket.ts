/** A ticket of the live feed: opaque, kept as its hash, good for one feed within half a minute. MISSION D13 */
import { toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { FEED_TICKET_S } from "../bounds.ts";
import { orUnavailable } from "../errors.ts";
import type { AuditTrail, Chance, Clock, OneTime, ParentPrincipal } from "../ports.ts";

export interface TicketPorts {
  oneTime: OneTime;
  chance: Chance;
  hash: Hash;
  audit: AuditTrail;
  clock: Clock;
}

/** Who asks for one, and from where. */
export type Watcher = Pick<ParentPrincipal, "accountId" | "sessionId" | "role"> & { address: string };

/** Whose feed it opens, and with which sign-in it ends. */
export type TicketHolder = Pick<ParentPrincipal, "accountId" | "sessionId">;

const TICKET_BYTES = 24;
const TICKET_FORM = /^[0-9a-f]{48}$/;

const keyOf = (hash: Hash, ticket: string): string => `feed-ticket:${toHex(hash.sha256(utf8(ticket)))}`;

/** Support hears the words of a child as they are said: that it will stands in the family's trail before. SAFETY "The toy and the door" */
export async function issueTicket(
  { oneTime, chance, hash, audit, clock }: TicketPorts,
  { accountId, sessionId, role, address }: Watcher,
): Promise<{ ticket: string; expiresInS: number }> {
  if (role === "support") {
    const entry = { at: clock.now(), action: "live_watched", outcome: "success" } as const;
    const about = { actor: `support:${sessionId}`, resource: accountId, accountId, address };
    await orUnavailable(audit.append({ ...entry, ...about }));
  }
  const ticket = toHex(chance.bytes(TICKET_BYTES));
  const holder = JSON.stringify({ accountId, sessionId } satisfies TicketHolder);
  await orUnavailable(oneTime.keep(keyOf(hash, ticket), holder, FEED_TICKET_S * 1000));
  return { ticket, expiresInS: FEED_TICKET_S };
}

/** undefined where it was used, is late, or never was. Rejects where the store is away. */
export async function takeTicket(
  { oneTime, hash }: Pick<TicketPorts, "oneTime" | "hash">,
  ticket: string,
): Promise<TicketHolder | undefined> {
  if (!TICKET_FORM.test(ticket)) return undefined;
  const holder = await oneTime.take(keyOf(hash, ticket));
  return holder === undefined ? undefined : (JSON.parse(holder) as TicketHolder);
}
