/** The tables of the audit trail, its chain, and developer keys. */
import type { Generated } from "kysely";

export interface AuditTables {
  audit: {
    id: Generated<number>;
    at: number;
    action: string;
    outcome: "success" | "refused";
    actor: string;
    resource: string | null;
    address: string | null;
    reason: string | null;
    device: string | null;
    account_id: string | null;
  };
  developer_keys: {
    id: string;
    hash: Uint8Array;
    name: string;
    /** with a space between them */
    scopes: string;
    maker_id: string | null;
    created_at: number;
    expires_at: number;
    revoked_at: number | null;
    last_used_at: number | null;
    uses: Generated<number>;
  };
  audit_unlinked: { audit_id: number };
  audit_days: {
    day: string;
    key_id: string;
    opening: Uint8Array;
    places: number | null;
    head: Uint8Array | null;
    seal: Uint8Array | null;
    sealed_at: number | null;
    exported_at: number | null;
    dropped: Uint8Array | null;
    archive_parts: number | null;
  };
  audit_links: { day: string; place: number; audit_id: number; mac: Uint8Array };
}
