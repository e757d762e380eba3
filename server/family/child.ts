/** A family's children: what a parent tells of each, sealed; each query is of one's own family. MISSION C45 */
import { toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { MAX_CHILD_AGE, MAX_CHILDREN } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import { isUnderOwner, sealContext } from "../ports.ts";
import type {
  AuditEntry,
  Bus,
  Chance,
  ChildProfile,
  ChildRecord,
  Children,
  Clock,
  ExportSection,
  FamilyVault,
  Log,
  Vault,
} from "../ports.ts";
import { announce, pseudonym } from "./consent/consent.ts";
import type { By } from "./consent/consent.ts";

export interface ChildPorts {
  children: Children;
  familyVault: FamilyVault;
  /** what profiles were sealed with before families had keys of their own; `bear rewrap` seals them anew */
  vault: Vault;
  bus: Bus;
  log: Log;
  clock: Clock;
  chance: Chance;
  hash: Hash;
}

/** A child as its parent sees it. */
export interface Child extends ChildProfile {
  childId: string;
  /** whole years, as of now */
  age: number;
  retentionDays: number;
  keepsTranscripts: boolean;
  createdAt: number;
}

export type NewChild = Omit<Child, "childId" | "age" | "createdAt">;

const ID_BYTES = 12;
const decoder = new TextDecoder();

/** Whole years at a moment: the month counts as full when it has passed, so that nobody is made older. */
export function ageAt(birthMonth: string, nowMs: number): number {
  const [year, month] = birthMonth.split("-").map(Number) as [number, number];
  const now = new Date(nowMs);
  const months = (now.getUTCFullYear() - year) * 12 + (now.getUTCMonth() + 1 - month) - 1;
  return Math.max(0, Math.floor(months / 12));
}

async function sealed(
  { familyVault }: ChildPorts,
  { accountId, childId }: Pick<ChildRecord, "accountId" | "childId">,
  child: NewChild,
): Promise<Uint8Array> {
  const { nickname, birthMonth, language, voice, interests, quietHours, filter, topicsOff, limits } = child;
  const told = { nickname, birthMonth, language, voice, interests, quietHours, filter, topicsOff };
  const profile: ChildProfile = { ...told, ...(limits && { limits }) };
  return familyVault.seal(accountId, utf8(JSON.stringify(profile)), sealContext.profile(childId));
}

type SealedProfile = Pick<ChildRecord, "childId" | "accountId" | "sealedProfile">;
type ProfilePorts = Pick<ChildPorts, "familyVault" | "vault">;

/** while a record is held: many who asked for it at once were given one, and it is opened once */
const opened = new WeakMap<SealedProfile, Promise<ChildProfile>>();

/** What a parent told of a child. */
export function openProfile(ports: ProfilePorts, record: SealedProfile): Promise<ChildProfile> {
  let profile = opened.get(record);
  if (!profile) {
    profile = unseal(ports, record);
    opened.set(record, profile);
  }
  return profile;
}

async function unseal(
  ports: ProfilePorts,
  { childId, accountId, sealedProfile }: SealedProfile,
): Promise<ChildProfile> {
  const context = sealContext.profile(childId);
  const bytes = isUnderOwner(sealedProfile)
    ? await ports.familyVault.open(accountId, sealedProfile, context)
    : ports.vault.open(sealedProfile, context);
  const profile = JSON.parse(decoder.decode(bytes)) as ChildProfile;
  // what was undefined has no place in JSON, and what came later is not in what was sealed before
  const { voice, quietHours, topicsOff = [] } = profile;
  return { ...profile, voice, quietHours, topicsOff };
}

export async function openChild(ports: ChildPorts, record: ChildRecord): Promise<Child> {
  const { childId, retentionDays, keepsTranscripts, createdAt } = record;
  const profile = await openProfile(ports, record);
  const age = ageAt(profile.birthMonth, ports.clock.now());
  return { ...profile, childId, age, retentionDays, keepsTranscripts, createdAt };
}

/** Throws INVALID_REQUEST for a month that is yet to come, or long gone. */
function checkBirth({ clock }: ChildPorts, birthMonth: string): void {
  const now = new Date(clock.now());
  const [year, month] = birthMonth.split("-").map(Number) as [number, number];
  const months = (now.getUTCFullYear() - year) * 12 + now.getUTCMonth() + 1 - month;
  if (months < 0 || months >= MAX_CHILD_AGE * 12)
    throw new Refusal("INVALID_REQUEST", {
      path: "birth_month",
      problem: "not the month of a child's birth",
    });
}

/** Names what is other than it was, as a request does; never what it was or is. */
function changedFields(before: NewChild, after: NewChild): string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof NewChild>;
  return [...fields]
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function entryOf(
  { clock, hash }: ChildPorts,
  { accountId: actor, address }: By,
  { childId, action, reason }: { childId: string; action: string; reason?: string },
): AuditEntry {
  const resource = pseudonym(hash, childId);
  const entry = { at: clock.now(), action, outcome: "success" as const, actor, address, resource };
  return { ...entry, ...(reason !== undefined && { reason }) };
}

/** Throws CHILD_LIMIT where the family has MAX_CHILDREN. */
export async function addChild(ports: ChildPorts, by: By, child: NewChild): Promise<Child> {
  const { accountId } = by;
  checkBirth(ports, child.birthMonth);
  const childId = toHex(ports.chance.bytes(ID_BYTES));
  const { retentionDays, keepsTranscripts } = child;
  const record = {
    ...{ childId, accountId, retentionDays, keepsTranscripts },
    sealedProfile: await sealed(ports, { accountId, childId }, child),
    createdAt: ports.clock.now(),
  };
  const entry = entryOf(ports, by, { childId, action: "child_added" });
  if (!(await orUnavailable(ports.children.add(record, MAX_CHILDREN, entry))))
    throw new Refusal("CHILD_LIMIT");
  return openChild(ports, record);
}

export async function listChildren(ports: ChildPorts, accountId: string): Promise<Child[]> {
  const records = await orUnavailable(ports.children.list(accountId));
  return Promise.all(records.map((record) => openChild(ports, record)));
}

/** Throws NOT_FOUND, for another family's too. */
export async function findChild(ports: ChildPorts, accountId: string, childId: string): Promise<Child> {
  const record = await orUnavailable(ports.children.find(accountId, childId));
  if (!record) throw new Refusal("NOT_FOUND");
  return openChild(ports, record);
}

export async function changeChild(
  ports: ChildPorts,
  by: By,
  childId: string,
  change: Partial<NewChild>,
): Promise<Child> {
  const { accountId } = by;
  const before = await findChild(ports, accountId, childId);
  const child = { ...before, ...change };
  checkBirth(ports, child.birthMonth);
  const fields = changedFields(before, child);
  if (fields.length === 0) return before;
  const { retentionDays, keepsTranscripts } = child;
  const sealedProfile = await sealed(ports, { accountId, childId }, child);
  const told = { sealedProfile, retentionDays, keepsTranscripts };
  const entry = entryOf(ports, by, { childId, action: "child_changed", reason: fields.join(" ") });
  const changed = await orUnavailable(ports.children.change(accountId, childId, told, entry));
  if (!changed) throw new Refusal("NOT_FOUND");
  // from the next turn on: whether it is kept, and when and of what the bear talks
  await announce(ports, childId);
  return findChild(ports, accountId, childId);
}

/** What an export tells of the children: all that a parent told. */
export function childrenSection(ports: ChildPorts): ExportSection {
  return {
    name: "children",
    async *records(accountId) {
      yield* await listChildren(ports, accountId);
    },
  };
}
