/** What happened, by whom, in the order it came. MISSION B26 */

export interface AuditEntry {
  /** epoch ms */
  at: number;
  action: string;
  outcome: "success" | "refused";
  /** toy, account or key that acted; never a child's name */
  actor: string;
  resource?: string;
  /** client address */
  address?: string;
  reason?: string;
}

/** Append-only. */
export interface AuditTrail {
  append(entry: AuditEntry): Promise<void>;
}
