/** What a parent must be told of: raised by any room, kept in SQL, shown on the live feed, mailed where it is grave. MISSION C50 */
import type { Reader } from "./accounts.ts";
import type { AuditEntry } from "./audit.ts";

export const ALERT_KINDS = [
  "battery_low",
  "toy_quarantined",
  "toy_reset",
  "toy_paired",
  "safety_care",
  "consent_changed",
  "report_ready",
  "export_ready",
  "child_deleted",
  "provider_failing",
  "new_sign_in",
  "credential_expiring",
  "budget_exhausted",
  "suspicious_activity",
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** `critical` is mailed at once; `warning` when the family's quiet hours are over; `info` not at all. */
export type Severity = "info" | "warning" | "critical";

export interface NewAlert {
  /** the family's account */
  accountId: string;
  kind: AlertKind;
  /** Two with one key are one alert, however often and from whichever cell it is raised. */
  dedupeKey: string;
  deviceId?: string;
  childId?: string;
  /** for the app's own words; never a child's, and no name */
  details?: Record<string, string | number | boolean>;
}

export interface Alert extends Omit<NewAlert, "accountId" | "dedupeKey" | "details"> {
  id: string;
  /** rises with each; a place in the list */
  place: number;
  severity: Severity;
  details: Record<string, string | number | boolean>;
  /** epoch ms */
  at: number;
  read: boolean;
}

/** How every room tells a parent. */
export interface Alerts {
  /** Resolves when it is kept: then it will be told at least once. Rejects where the record is away. */
  raise(alert: NewAlert): Promise<void>;
  /** The same for whoever cannot wait: tried again while the record is away. Never throws. */
  raiseSoon(alert: NewAlert): void;
}

/** An alert that waits to be mailed, and to whom. */
export interface DueMail {
  id: string;
  kind: AlertKind;
  reader: Reader;
}

/** Alerts as SQL keeps them; every method that names an account sees that account's alone. */
export interface AlertBook {
  /** `mailAt`: epoch ms of the mail, where there is to be one. Undefined where this key was raised before. */
  add(
    alert: NewAlert & Pick<Alert, "id" | "severity" | "at">,
    mailAt: number | undefined,
  ): Promise<Alert | undefined>;
  /** Newest first, those below `before` where given. */
  list(accountId: string, limit: number, before?: number): Promise<Alert[]>;
  unread(accountId: string): Promise<number>;
  /** "all", or these; answers with how many are left unread */
  markRead(accountId: string, ids: readonly string[] | "all"): Promise<number>;
  /** Leases those whose mail is due for `leaseMs`: a cell that dies meanwhile leaves them to the others. */
  takeDue(now: number, leaseMs: number, most: number): Promise<DueMail[]>;
  mailed(ids: readonly string[]): Promise<void>;
}

/** A disclosure that its family's account must not see: it names someone of the household. SAFETY "Conversation" */
export interface SafetyCase {
  id: string;
  /** epoch ms */
  at: number;
  /** self-harm, abuse or danger */
  kind: string;
  /** whose, and what was said; under `sealContext.safetyCase(id)` */
  sealed: Uint8Array;
  /** epoch ms at which the operator was done with it */
  doneAt: number | undefined;
}

export interface SafetyQueue {
  /** false where it is there already */
  add(item: Omit<SafetyCase, "doneAt">): Promise<boolean>;
  /** oldest first, those that are not done before those that are */
  list(most: number): Promise<SafetyCase[]>;
  /** false where there is no such case, or it is done */
  done(id: string, entry: AuditEntry): Promise<boolean>;
}
