/** Keys to model services that a family, or whoever runs the cell, brings along. MISSION B09, B12, B36 */
import type { AuditEntry } from "./audit.ts";
import type { ModelFault } from "./models.ts";

/** `openai_compatible`: the one service that this cell's settings name by its address; where they name several, the chat's. */
export const PROVIDERS = ["openrouter", "openai", "openai_compatible"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Whose a credential of the whole installation is: it serves the families that have none of their own. */
export const TENANT = "tenant/bearlink";

/** All that is ever told of one. */
export interface Credential {
  id: string;
  /** a family's account, or `TENANT` */
  ownerId: string;
  provider: Provider;
  name: string;
  /** rises with each new value */
  version: number;
  /** epoch ms */
  createdAt: number;
  rotatedAt: number | undefined;
  expiresAt: number | undefined;
  /** until then the value before this one is tried where this one is refused */
  overlapUntil: number | undefined;
  /** when the service first refused it, if it does */
  failingSince: number | undefined;
}

/** With its values, under `sealContext.credential(id, version)` and the key of its owner. */
export interface SealedCredential extends Credential {
  sealedValue: Uint8Array;
  /** of the version before, while there is an overlap */
  sealedFormer: Uint8Array | undefined;
}

export interface NewValue {
  sealedValue: Uint8Array;
  expiresAt: number | undefined;
  /** undefined: the former value is erased at once */
  overlapUntil: number | undefined;
}

/** An owner's own, everywhere; a value that is no longer needed is erased, not marked. */
export interface Credentials {
  /** false where the owner has one for this provider, or `most` in all */
  add(credential: SealedCredential, most: number, entry: AuditEntry): Promise<boolean>;
  list(ownerId: string): Promise<Credential[]>;
  find(ownerId: string, id: string): Promise<Credential | undefined>;
  /** One conditional update: undefined where it is gone, or `version` is no longer the newest. */
  rotate(
    ownerId: string,
    { id, version }: Pick<Credential, "id" | "version">,
    value: NewValue,
    entry: AuditEntry,
  ): Promise<Credential | undefined>;
  remove(ownerId: string, id: string, entry: AuditEntry): Promise<boolean>;
  /** Whose child this is, and the credential that serves it: the family's own, else the tenant's. Undefined where there is no such child. */
  serving(
    childId: string,
    provider: Provider,
    now: number,
  ): Promise<{ accountId: string; credential: SealedCredential | undefined } | undefined>;
  /** true the first time since this version was made */
  markFailing(id: string, version: number, now: number): Promise<boolean>;
  /** Those that run out before `until` and of which nobody was told; each is given once. */
  takeExpiring(now: number, until: number, most: number): Promise<Credential[]>;
  /** Erases values that have run out, and the former ones whose overlap is over; answers with the credentials that ended, each of which has its entry. */
  endExpired(now: number, most: number, entryOf: (ended: Credential) => AuditEntry): Promise<Credential[]>;
}

/** The key, or keys, to ask a service with. */
export interface ModelKey {
  /** tried in order where one is refused; none: the platform's own */
  values: readonly string[];
  /** The last of them was refused. Never throws. */
  refused(fault: ModelFault): void;
}

/** Rejects with a ModelError where nobody can say. Undefined: a service to which nobody brings a key. */
export type ModelKeys = (provider: Provider | undefined) => Promise<ModelKey>;

/** Tells a family; never throws, and none is awaited. One `dedupeKey` is told once. */
export interface CredentialNotices {
  raiseSoon(notice: {
    accountId: string;
    kind: "provider_failing" | "credential_expiring";
    dedupeKey: string;
    details: Record<string, string>;
  }): void;
}
