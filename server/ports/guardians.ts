/** Who reads along with a family, and who was asked to. */
import type { Account, Reader } from "./accounts.ts";
import type { AuditEntry } from "./audit.ts";

export interface GuardianInvitation {
  id: string;
  /** SHA-256 of what the mail says */
  tokenHash: Uint8Array;
  /** the family's account */
  accountId: string;
  email: string;
  /** what the parent calls them, until they say themselves */
  name: string;
  /** epoch ms */
  invitedAt: number;
  expiresAt: number;
}

export interface Guardian {
  id: string;
  name: string;
  email: string;
  state: "invited" | "active";
  /** epoch ms */
  since: number;
}

export interface Guardians {
  /** In place of a former one to the same address. false where the family has `most`, of both states together. */
  invite(invitation: GuardianInvitation, most: number, entry: AuditEntry): Promise<boolean>;
  find(tokenHash: Uint8Array, now: number): Promise<GuardianInvitation | undefined>;
  /** Opens the guardian's account and uses the invitation up, at once; false where either cannot be. */
  accept(tokenHash: Uint8Array, account: Account, entry: AuditEntry): Promise<boolean>;
  list(accountId: string, now: number): Promise<Guardian[]>;
  /** Takes an invitation back, or deletes the account of a guardian: who that was, and the ids of the sessions that ended so. undefined where the family has none such. */
  remove(
    accountId: string,
    id: string,
    entry: AuditEntry,
  ): Promise<{ ended: string[]; guardian: Reader | undefined } | undefined>;
}
