/** The tables as the queries see them; migrations/ makes them. All times are epoch ms. */
import type { Generated } from "kysely";

export interface Tables {
  accounts: { id: string; created_at: number };
  children: { id: string; account_id: string; created_at: number };
  consents: {
    child_id: string;
    recipient: string;
    state: "pending" | "granted" | "revoked";
    method: string;
    notice_version: string;
    evidence: string | null;
    changed_at: number;
  };
  toys: {
    device_id: string;
    sealed_prk: Uint8Array;
    sealed_next_prk: Uint8Array | null;
    pairing_code_hash: Uint8Array;
    disabled: Generated<boolean>;
    quarantined: Generated<boolean>;
    boot: Generated<number>;
    seq: Generated<number>;
    claimed_at: Generated<number>;
    session_id: string | null;
    firmware_version: string | null;
    owner_id: string | null;
    child_id: string | null;
    last_command_id: Generated<number>;
  };
  audit: {
    id: Generated<number>;
    at: number;
    action: string;
    outcome: "success" | "refused";
    actor: string;
    resource: string | null;
    address: string | null;
    reason: string | null;
  };
}

/** The consent without which a child's voice is not taken at all; other recipients have rows of their own. SAFETY S1, S2 */
export const VOICE = "voice";
