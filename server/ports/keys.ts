/** Keys of developers and fleets: what each may, who made it, and how long it holds. MISSION B14–B17 */
import type { AuditEntry } from "./audit.ts";

export const SCOPES = [
  "devices:read",
  "devices:provision",
  "firmware:publish",
  "conversations:simulate",
  "telemetry:read",
  "audit:read",
  /** all of it, and what has no scope of its own */
  "admin",
] as const;
export type Scope = (typeof SCOPES)[number];

/** All that is ever told of one. */
export interface DeveloperKey {
  /** 8 characters of hex, which the key itself shows */
  id: string;
  name: string;
  scopes: readonly Scope[];
  /** the key that made it, with which it ends; undefined for one of the cell's own key */
  makerId: string | undefined;
  /** epoch ms */
  createdAt: number;
  expiresAt: number;
  revokedAt: number | undefined;
  /** to the minute or so, as is the count */
  lastUsedAt: number | undefined;
  uses: number;
}

/** Ids of those that held until now. */
export interface EndedKeys {
  keys: string[];
  /** sessions of support */
  visits: string[];
}

export interface KeyUses {
  count: number;
  at: number;
}

export interface DeveloperKeys {
  /** With its SHA-256. false where the id is taken, its maker does not hold, or it has made `most` that do. */
  add(key: DeveloperKey, hash: Uint8Array, most: number, entry: AuditEntry): Promise<boolean>;
  find(id: string): Promise<(DeveloperKey & { hash: Uint8Array }) | undefined>;
  /** Those that `makerId` made, and those that these made; all where undefined. Newest first. */
  list(makerId: string | undefined): Promise<DeveloperKey[]>;
  /** undefined where there is none that holds */
  change(
    id: string,
    change: { name: string | undefined; expiresAt: number | undefined },
    entry: AuditEntry,
  ): Promise<DeveloperKey | undefined>;
  /** With all that it made, and they, and the visits of support that one of them opened. */
  revoke(id: string, now: number, entry: AuditEntry): Promise<EndedKeys>;
  /** Those of these that hold. */
  standing(ids: readonly string[], now: number): Promise<Set<string>>;
  used(uses: ReadonlyMap<string, KeyUses>): Promise<void>;
}

export interface DeveloperPrincipal {
  kind: "developer";
  keyId: string;
  scopes: readonly Scope[];
  /** undefined for the cell's own key, which is nobody's to revoke here */
  expiresAt: number | undefined;
}

/** Knows keys. */
export interface KeyDoor {
  /** undefined where it does not hold; rejects where the record is away. A key with a wrong check sum is not looked up. */
  principal(token: string): Promise<DeveloperPrincipal | undefined>;
}

/** A connection that a key has opened. */
export interface KeyLine {
  keyId: string;
  /** After the answer under way. */
  close(reason: string): void;
}
