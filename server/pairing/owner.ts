/** What only an owner does with a toy: let it go, or hand it on. Its session ends, its keys move, and nothing of the child stays. PROTOCOL.md §8.6, §11 */
import { makePairingCode, nextPrk, pairingCodeHash, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { TRANSFER_MS } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import { sealContext } from "../ports.ts";
import type {
  Alerts,
  AuditEntry,
  Bus,
  Chance,
  Clock,
  FamilyVault,
  Log,
  Ownership,
  OwnToy,
  RekeyStep,
  Toys,
  Vault,
} from "../ports.ts";
import { tellChanged } from "./notices.ts";

export interface OwnerPorts {
  toys: Pick<Toys, "find">;
  ownership: Ownership;
  vault: Vault;
  familyVault: FamilyVault;
  bus: Bus;
  clock: Clock;
  chance: Chance;
  hash: Hash;
  log: Log;
  alerts: Pick<Alerts, "raiseSoon">;
  /** Ends a toy's session, its links within 2 s. */
  endSession(deviceId: string, reason: string): Promise<void>;
}

/** Who acts, as the audit names them. */
export interface Owner {
  accountId: string;
  /** what does it for the account, where nobody asked */
  actor?: string;
  address?: string;
}

const CODE_BYTES = 16;
/** a claim may move the key between our reading and our writing; not this often */
const MAX_READS = 3;

/** The step that a change of owner brings, from the key as it is now. */
async function readRekey(ports: OwnerPorts, deviceId: string): Promise<RekeyStep | undefined> {
  const { toys, vault, hash } = ports;
  const toy = await orUnavailable(toys.find(deviceId));
  if (!toy) return undefined;
  const context = sealContext.prk(deviceId);
  const next = nextPrk(hash, vault.open(toy.sealedPrk, context), deviceId);
  return { sealedPrk: toy.sealedPrk, sealedNextPrk: vault.seal(next, context) };
}

/** Does it with the key that stands; false where there is nothing to do it to. */
async function withRekey(
  ports: OwnerPorts,
  deviceId: string,
  handOver: (rekey: RekeyStep) => Promise<"done" | "none" | "changed">,
): Promise<boolean> {
  for (let read = 0; read < MAX_READS; read++) {
    const rekey = await readRekey(ports, deviceId);
    if (!rekey) return false;
    const outcome = await orUnavailable(handOver(rekey));
    if (outcome !== "changed") return outcome === "done";
  }
  throw new Refusal("UNAVAILABLE");
}

function entryOf({ clock }: OwnerPorts, by: Owner, action: string, deviceId: string): AuditEntry {
  const { accountId, actor = accountId, address } = by;
  const entry = { at: clock.now(), action, outcome: "success" as const, actor, accountId };
  return { ...entry, resource: deviceId, ...(address !== undefined && { address }) };
}

/** The toy is the record's: its line closes, and its conversation is forgotten. */
async function leave(ports: OwnerPorts, deviceId: string, reason: string): Promise<void> {
  await tellChanged(ports, deviceId);
  await ports.endSession(deviceId, reason);
}

/** Throws NOT_FOUND where the toy is not this account's. */
export async function unpair(ports: OwnerPorts, by: Owner, deviceId: string): Promise<void> {
  const entry = entryOf(ports, by, "toy_unpaired", deviceId);
  const done = await withRekey(ports, deviceId, (rekey) =>
    ports.ownership.unpair(deviceId, by.accountId, rekey, entry),
  );
  if (!done) throw new Refusal("NOT_FOUND");
  await leave(ports, deviceId, "unpaired");
}

/** A parent's wish for a toy: kept, and told to it now or when it next comes. Throws NOT_FOUND where the toy is not this account's. */
export async function wishOfToy(
  ports: Pick<OwnerPorts, "ownership" | "familyVault" | "bus" | "log">,
  accountId: string,
  deviceId: string,
  { name, ...wish }: { name?: string | undefined; volume?: number; micWishedOff?: boolean },
): Promise<void> {
  const { ownership, familyVault } = ports;
  if (!(await orUnavailable(ownership.find(accountId, deviceId)))) throw new Refusal("NOT_FOUND");
  // people call a toy as they call their child
  const context = sealContext.toyName(deviceId);
  const sealed =
    name === undefined ? {} : { sealedName: await familyVault.seal(accountId, utf8(name), context) };
  if (!(await orUnavailable(ownership.wish(deviceId, accountId, { ...wish, ...sealed }))))
    throw new Refusal("NOT_FOUND");
  await tellChanged(ports, deviceId);
}

export async function nameOfToy(
  { familyVault }: Pick<OwnerPorts, "familyVault">,
  accountId: string,
  { deviceId, sealedName }: Pick<OwnToy, "deviceId" | "sealedName">,
): Promise<string | undefined> {
  if (sealedName === undefined) return undefined;
  const opened = await familyVault.open(accountId, sealedName, sealContext.toyName(deviceId));
  return new TextDecoder().decode(opened);
}

/** Lets a toy in again that was shut out as copied: the owner vouches for it. §3.3. Throws NOT_FOUND where it is not this account's. */
export async function restore(ports: OwnerPorts, by: Owner, deviceId: string): Promise<void> {
  const entry = entryOf(ports, by, "toy_restored", deviceId);
  if (!(await orUnavailable(ports.ownership.restore(deviceId, by.accountId, entry))))
    throw new Refusal("NOT_FOUND");
}

/** A code that hands the toy to whoever brings it, once, within a day. A new one takes the place of the last. */
export async function offerTransfer(
  ports: OwnerPorts,
  by: Owner,
  deviceId: string,
): Promise<{ code: string; expiresInS: number }> {
  const code = makePairingCode(ports.chance.bytes(CODE_BYTES));
  const offered = await orUnavailable(
    ports.ownership.offerTransfer(
      deviceId,
      by.accountId,
      { hash: pairingCodeHash(ports.hash, code), until: ports.clock.now() + TRANSFER_MS },
      entryOf(ports, by, "toy_transfer_offered", deviceId),
    ),
  );
  if (!offered) throw new Refusal("NOT_FOUND");
  return { code, expiresInS: TRANSFER_MS / 1000 };
}

/** Throws PAIRING_REFUSED for a wrong, late or used code, and for a toy that is not there. */
export async function acceptTransfer(
  ports: OwnerPorts,
  by: Owner,
  request: { deviceId: string; code: string; childId: string },
): Promise<void> {
  const { deviceId, code, childId } = request;
  const codeHash = pairingCodeHash(ports.hash, code);
  const to = { accountId: by.accountId, childId };
  const entry = entryOf(ports, by, "toy_transferred", deviceId);
  // the family it leaves sees that it did, and nothing of who has it now
  const leftOf = (formerId: string): AuditEntry =>
    entryOf(ports, { accountId: formerId, actor: "new-owner" }, "toy_transferred_away", deviceId);
  const done = await withRekey(ports, deviceId, (rekey) =>
    ports.ownership.transfer(deviceId, codeHash, to, rekey, entry.at, (formerId) => [
      leftOf(formerId),
      entry,
    ]),
  );
  if (!done) throw new Refusal("PAIRING_REFUSED");
  const dedupeKey = `toy_paired:${deviceId}:${entry.at}`;
  ports.alerts.raiseSoon({ accountId: by.accountId, kind: "toy_paired", deviceId, childId, dedupeKey });
  await leave(ports, deviceId, "transferred");
}
