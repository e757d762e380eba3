/** Keys to model services, as their owner keeps them: told of, changed, erased, and never shown again. MISSION B09, B12 */
import { toHex, utf8 } from "@bearlink/sdk/protocol";
import { MAX_CREDENTIALS } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import { sealContext } from "../ports.ts";
import type {
  AuditEntry,
  AuditTrail,
  Bus,
  Chance,
  Clock,
  Credential,
  Credentials,
  FamilyVault,
  Log,
  Meter,
  Provider,
} from "../ports.ts";

/** Bus channel; its text is the owner whose credentials are no longer what they were. */
export const CREDENTIALS_CHANGED = "credentials-changed";

export interface CredentialPorts {
  credentials: Credentials;
  audit: AuditTrail;
  familyVault: FamilyVault;
  bus: Bus;
  clock: Clock;
  chance: Chance;
  meter: Meter;
  log: Log;
}

/** Who asks, and from where; `actor` is the account, or the key of whoever runs the cell. */
export interface CredentialOwner {
  ownerId: string;
  actor: string;
  address: string;
}

export interface NewCredential {
  provider: Provider;
  name: string;
  value: string;
  expiresAt: number | undefined;
}

const ID_BYTES = 12;

/** Throws CREDENTIAL_EXISTS where this owner has one for this provider. */
export async function addCredential(
  ports: CredentialPorts,
  owner: CredentialOwner,
  { provider, name, value, expiresAt }: NewCredential,
): Promise<Credential> {
  const now = checkExpiry(ports, expiresAt);
  const id = toHex(ports.chance.bytes(ID_BYTES));
  const credential: Credential = {
    ...{ id, ownerId: owner.ownerId, provider, name, version: 1, createdAt: now, expiresAt },
    ...{ rotatedAt: undefined, overlapUntil: undefined, failingSince: undefined },
  };
  const sealedValue = await sealed(ports, credential, value);
  const row = { ...credential, sealedValue, sealedFormer: undefined };
  const entry = entryOf("credential_created", owner, id, now);
  const added = await orUnavailable(ports.credentials.add(row, MAX_CREDENTIALS, entry));
  if (!added) throw new Refusal("CREDENTIAL_EXISTS");
  await changed(ports, owner.ownerId, "create");
  return credential;
}

/** Without their values: nobody sees one again. That they were looked at is in the trail: MISSION B27 has a rule of it. */
export async function listCredentials(ports: CredentialPorts, owner: CredentialOwner): Promise<Credential[]> {
  const entry = entryOf("credentials_read", owner, owner.ownerId, ports.clock.now());
  await orUnavailable(ports.audit.append(entry));
  return orUnavailable(ports.credentials.list(owner.ownerId));
}

/** The id stays, the version rises; the former value serves for `overlapMs` more where the new one is refused. */
export async function rotateCredential(
  ports: CredentialPorts,
  owner: CredentialOwner,
  id: string,
  { value, overlapMs, expiresAt }: { value: string; overlapMs: number; expiresAt: number | undefined },
): Promise<Credential> {
  const now = checkExpiry(ports, expiresAt);
  const former = await orUnavailable(ports.credentials.find(owner.ownerId, id));
  if (!former) throw new Refusal("NOT_FOUND");
  const sealedValue = await sealed(ports, { ...former, version: former.version + 1 }, value);
  const overlapUntil = overlapMs > 0 ? now + overlapMs : undefined;
  const entry = entryOf("credential_rotated", owner, id, now);
  const rotated = await orUnavailable(
    ports.credentials.rotate(owner.ownerId, former, { sealedValue, expiresAt, overlapUntil }, entry),
  );
  // another rotation came first: whoever asks again sees it
  if (!rotated) throw new Refusal("CREDENTIAL_CHANGED");
  await changed(ports, owner.ownerId, "rotate");
  return rotated;
}

/** Erases its values; the fact that there was one stays in the audit trail. */
export async function removeCredential(
  ports: CredentialPorts,
  owner: CredentialOwner,
  id: string,
): Promise<void> {
  const entry = entryOf("credential_deleted", owner, id, ports.clock.now());
  const removed = await orUnavailable(ports.credentials.remove(owner.ownerId, id, entry));
  if (!removed) throw new Refusal("NOT_FOUND");
  await changed(ports, owner.ownerId, "delete");
}

function checkExpiry({ clock }: CredentialPorts, expiresAt: number | undefined): number {
  const now = clock.now();
  if (expiresAt !== undefined && expiresAt <= now)
    throw new Refusal("INVALID_REQUEST", { path: "expires_at", problem: "has passed" });
  return now;
}

function sealed(
  { familyVault }: CredentialPorts,
  { ownerId, id, version }: Pick<Credential, "ownerId" | "id" | "version">,
  value: string,
): Promise<Uint8Array> {
  return familyVault.seal(ownerId, utf8(value), sealContext.credential(id, version));
}

function entryOf(action: string, { actor, address }: CredentialOwner, id: string, at: number): AuditEntry {
  return { at, action, outcome: "success", actor, address, resource: id };
}

async function changed(
  { bus, meter, log }: CredentialPorts,
  ownerId: string,
  operation: string,
): Promise<void> {
  meter.count("credential_operations_total", { operation, result: "ok" });
  // a cell that does not hear of it asks the record again after a few seconds
  await bus
    .publish(CREDENTIALS_CHANGED, ownerId)
    .catch((error: unknown) => log.warn({ error }, "a change of credentials was not announced"));
}
