/** A child, or a whole family, goes: asked for, waited with, taken back, and in the end carried out everywhere, with a receipt. SAFETY S5, MISSION C47 */
import { toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { DELETION_GRACE_MS } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import { TOY_CHANGED } from "../../ports.ts";
import type {
  Accounts,
  Alerts,
  Bus,
  Chance,
  Children,
  Clock,
  Deletion,
  Deletions,
  FamilyStore,
  FamilyVault,
  Leaving,
  Log,
  Mail,
  Receipt,
} from "../../ports.ts";
import { newId } from "../account/links.ts";
import { pseudonym } from "../consent/consent.ts";

export interface DeletionPorts {
  deletions: Deletions;
  children: Pick<Children, "find">;
  accounts: Pick<Accounts, "find">;
  /** places beside the record */
  stores: readonly FamilyStore[];
  familyVault: FamilyVault;
  /** Lets a toy of the family go: its session ends, and its keys move. */
  unpair(accountId: string, deviceId: string): Promise<void>;
  /** Nobody signs in any more; may be asked twice. */
  closeAccount(accountId: string, address?: string): Promise<void>;
  mail: Mail;
  alerts: Pick<Alerts, "raiseSoon">;
  bus: Bus;
  clock: Clock;
  chance: Chance;
  hash: Hash;
  log: Log;
  publicUrl: () => string;
  /** Its job is there. */
  wake(): void;
}

/** Who acts, as the audit names them. */
interface By {
  accountId: string;
  address: string;
}

/** `now`: without the grace. From this moment no toy of who leaves hears anybody. Throws NOT_FOUND and UNAVAILABLE. */
export async function askDeletion(
  ports: DeletionPorts,
  by: By,
  wish: { childId: string | undefined; now: boolean },
): Promise<Deletion> {
  const { deletions, children, clock, hash } = ports;
  const { accountId, address } = by;
  const { childId } = wish;
  if (childId !== undefined && !(await orUnavailable(children.find(accountId, childId))))
    throw new Refusal("NOT_FOUND");
  const leaving: Leaving =
    childId === undefined ? { what: "account", accountId, childId } : { what: "child", accountId, childId };
  const at = clock.now();
  const dueAt = wish.now ? at : at + DELETION_GRACE_MS;
  const account = await orUnavailable(ports.accounts.find(accountId));
  const deletion = await orUnavailable(
    deletions.schedule(
      { id: newId(ports.chance), leaving, reader: account, at, dueAt },
      {
        at,
        action: `${leaving.what}_deletion_asked`,
        outcome: "success",
        actor: accountId,
        address,
        resource: childId === undefined ? accountId : pseudonym(hash, childId),
        reason: wish.now ? "at once" : "after its grace",
      },
    ),
  );
  await announce(ports, leaving);
  if (wish.now && leaving.what === "account") await ports.closeAccount(accountId, address);
  if (account && deletion.dueAt > at)
    ports.mail.send(
      letterTo(account, ({ care }) => care.deletionAsked(ports.publicUrl(), leaving.what, deletion.dueAt)),
    );
  if (deletion.dueAt <= at) ports.wake();
  return deletion;
}

/** Throws NOT_FOUND where there is none that waits. */
export async function cancelDeletion(ports: DeletionPorts, by: By, id: string): Promise<void> {
  const { accountId: actor, address } = by;
  const at = ports.clock.now();
  const entry = {
    at,
    action: "deletion_cancelled",
    outcome: "success" as const,
    actor,
    address,
    resource: id,
  };
  const cancelled = await orUnavailable(ports.deletions.cancel(actor, id, entry));
  if (!cancelled) throw new Refusal("NOT_FOUND");
  await announce(ports, leavingOf(cancelled));
}

function leavingOf({ what, accountId, childId }: Deletion): Leaving {
  return what === "account"
    ? { what, accountId: accountId!, childId: undefined }
    : { what, accountId: accountId!, childId: childId! };
}

/** Every cell looks again at these toys; where the notice is lost, each cell's own look finds it. */
async function announce({ deletions, bus, log }: DeletionPorts, leaving: Leaving): Promise<void> {
  try {
    for (const deviceId of await deletions.toys(leaving)) await bus.publish(TOY_CHANGED, deviceId);
  } catch (error) {
    log.warn({ error }, "a deletion was not announced to its toys");
  }
}

/** The job, step by step: each may be done twice. */
export async function carryOut(ports: DeletionPorts, id: string, signal: AbortSignal): Promise<void> {
  const deletion = await ports.deletions.begin(id);
  if (deletion) {
    const receipt = deletion.receipt ?? (await eraseAll(ports, deletion, signal));
    const { accountId, reader } = deletion;
    if (reader) ports.mail.send(letterTo(reader, ({ care }) => care.receipt(receipt)));
    // of the child itself nothing may be named: it is gone
    if (deletion.what === "child" && accountId !== undefined)
      ports.alerts.raiseSoon({
        accountId,
        kind: "child_deleted",
        details: {},
        dedupeKey: `child_deleted:${id}`,
      });
    await ports.deletions.forgetReader(id);
  }
  // also where it was cut short after all else
  await ports.deletions.scrub();
}

async function eraseAll(ports: DeletionPorts, deletion: Deletion, signal: AbortSignal): Promise<Receipt> {
  const { deletions, stores, clock, hash } = ports;
  const { id } = deletion;
  const leaving = leavingOf(deletion);
  const { what, accountId } = leaving;
  if (what === "account") await ports.closeAccount(accountId);
  for (const deviceId of await deletions.toys(leaving)) {
    signal.throwIfAborted();
    await ports.unpair(accountId, deviceId);
    await deletions.count(id, "toys", 1);
  }
  for (const { name, erase } of stores) {
    signal.throwIfAborted();
    await deletions.count(id, name, await erase(leaving, deletion.reader?.email));
  }
  await deletions.eraseRecord(id, leaving);
  // last: what could still be read until here, a copy of it too, cannot from here on. A single child has no key of its
  // own, and the family needs theirs: of a child, what a backup holds stays sealed, and goes when that backup does (C64)
  if (what === "account") await ports.familyVault.destroy(accountId);
  const at = clock.now();
  const receipt = receiptOf(hash, { id, what, doneAt: at, counts: await deletions.counts(id) });
  await deletions.finish(id, receipt, at, {
    at,
    action: `${what}_deleted`,
    outcome: "success",
    actor: "deletion",
    accountId,
    resource: what === "account" ? accountId : pseudonym(hash, leaving.childId),
  });
  return receipt;
}

export function receiptOf(
  hash: Hash,
  done: { id: string; what: Receipt["what"]; doneAt: number; counts: Record<string, number> },
): Receipt {
  const { id, what, doneAt, counts } = done;
  const stores = Object.entries(counts)
    .map(([store, rows]) => ({ store, rows }))
    .sort((a, b) => (a.store < b.store ? -1 : 1));
  const told = { id, what, done_at: new Date(doneAt).toISOString(), stores };
  return { ...told, digest: toHex(hash.sha256(utf8(JSON.stringify(told)))) };
}
