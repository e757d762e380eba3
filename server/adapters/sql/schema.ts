/** The tables as the queries see them; migrations/ makes them. All times are epoch ms. */
import type { Generated } from "kysely";
import type { Language, Provider, SessionRole, Tier, TurnVerdict } from "../../ports.ts";
import type { AuditTables } from "./schema-audit.ts";

export interface Tables extends AuditTables {
  accounts: {
    id: string;
    created_at: number;
    email: string | null;
    name: string | null;
    password_hash: string | null;
    guardian_of: string | null;
    language: Generated<Language>;
    deleted_at: number | null;
    report_mail: Generated<boolean>;
    tier: Generated<Tier>;
    monthly_tokens: number | null;
  };
  token_use: { account_id: string; month: string; tokens: number; told_at: number | null };
  registrations: {
    token_hash: Uint8Array;
    email: string;
    name: string;
    password_hash: string;
    language: Generated<Language>;
    expires_at: number;
  };
  password_resets: { token_hash: Uint8Array; account_id: string; expires_at: number };
  account_sessions: {
    id: string;
    account_id: string;
    role: SessionRole;
    signed_in_at: number;
    used_at: number;
    expires_at: number;
    ends_at: number;
    ended_at: number | null;
    device: string;
    address: string;
    /** of a visit of support: what opened it, unless the cell's own did */
    key_id: string | null;
  };
  refresh_tokens: {
    hash: Uint8Array;
    session_id: string;
    issued_at: number;
    used_at: number | null;
    /** the next one, for whoever has this one; gone once the next was used */
    sealed_next: Uint8Array | null;
  };
  passkeys: {
    id: string;
    account_id: string;
    public_key: Uint8Array;
    counter: number;
    transports: string;
    name: string;
    created_at: number;
    used_at: number | null;
  };
  children: {
    id: string;
    account_id: string;
    created_at: number;
    /** null for the demo family's */
    sealed_profile: Uint8Array | null;
    retention_days: Generated<number>;
    keeps_transcripts: Generated<boolean>;
  };
  consents: {
    child_id: string;
    recipient: string;
    state: "pending" | "granted" | "revoked";
    method: string;
    notice_version: string;
    /** null for what was asked before these were kept */
    notice_language: string | null;
    notice_digest: string | null;
    evidence: string | null;
    changed_at: number;
  };
  consent_records: {
    id: Generated<number>;
    child_id: string;
    recipient: string;
    state: "pending" | "granted" | "revoked";
    method: string;
    notice_version: string;
    /** null for what was asked before these were kept */
    notice_language: string | null;
    notice_digest: string | null;
    evidence: string | null;
    at: number;
  };
  consent_requests: {
    request_id: string;
    child_id: string;
    account_id: string;
    method: string;
    /** JSON: the version of each recipient's part of the notice */
    versions: string;
    notice_language: string | null;
    /** JSON: the digest of each part as it was shown */
    digests: string | null;
    code_hash: Uint8Array | null;
    tries: Generated<number>;
    expires_at: number;
  };
  pairing_windows: {
    window_id: string;
    device_id: string;
    account_id: string;
    child_id: string;
    /** words with a space between them */
    choices: string;
    words: string;
    state: Generated<"open" | "paired" | "cancelled">;
    picked: Generated<boolean>;
    pressed: Generated<boolean>;
    /** where the right words came from, until the paw is pressed too */
    picked_address: string | null;
    tries: Generated<number>;
    expires_at: number;
  };
  conversations: {
    id: string;
    child_id: string;
    account_id: string;
    device_id: string;
    started_at: number;
    last_at: number;
    turns: Generated<number>;
    flagged: Generated<boolean>;
  };
  messages: {
    conversation_id: string;
    turn_id: string;
    role: "child" | "bear";
    sealed_text: Uint8Array;
    at: number;
    action: TurnVerdict["action"];
    reason: string;
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
    pairing_since: Generated<number>;
    pairing_until: Generated<number>;
    transfer_code_hash: Uint8Array | null;
    transfer_until: Generated<number>;
    mic_off: Generated<boolean>;
    rekey_session: string | null;
    reset_at: number | null;
    cell_id: string | null;
    battery_mv: number | null;
    rssi: number | null;
    last_talk_at: number | null;
    battery_low: Generated<boolean>;
    battery_episode: Generated<number>;
    sealed_name: Uint8Array | null;
    volume: number | null;
    volume_told: number | null;
    mic_wished_off: Generated<boolean>;
  };
  cells: { cell_id: string; seen_at: number };
  alerts: {
    id: string;
    place: Generated<number>;
    account_id: string;
    dedupe_key: string;
    kind: string;
    severity: "info" | "warning" | "critical";
    device_id: string | null;
    child_id: string | null;
    /** JSON */
    details: string;
    at: number;
    read: Generated<boolean>;
    /** when it is to be mailed; null where that is done, or was never to be */
    mail_at: number | null;
  };
  safety_queue: {
    id: string;
    at: number;
    kind: string;
    sealed: Uint8Array;
    done_at: number | null;
  };
  vault_masters: { version: number; kek: string; wrapped: Uint8Array; created_at: number };
  vault_owners: {
    owner_id: string;
    version: Generated<number>;
    /** null once it was destroyed */
    sealed_secret: Uint8Array | null;
    created_at: number;
    destroyed_at: number | null;
  };
  credentials: {
    id: string;
    owner_id: string;
    provider: Provider;
    name: string;
    version: Generated<number>;
    /** null once it has run out */
    sealed_value: Uint8Array | null;
    sealed_former: Uint8Array | null;
    created_at: number;
    rotated_at: number | null;
    expires_at: number | null;
    overlap_until: number | null;
    warned_at: number | null;
    failing_since: number | null;
  };
  bundles: {
    board: string;
    version: string;
    min_version: string;
    bytes: Uint8Array;
    size: number;
    sha256: string;
    signature: string;
    percent: number;
    paused: boolean;
    published_at: number;
  };
  update_attempts: {
    device_id: string;
    version: string;
    tries: number;
    state: "offered" | "ok" | "failed" | "refused";
    at: number;
  };
  exports: {
    id: string;
    account_id: string;
    state: Generated<"waiting" | "ready" | "failed" | "gone">;
    requested_at: number;
    ready_at: number | null;
    expires_at: number | null;
    size: number | null;
  };
  /** of an export's file, in order from 0 */
  export_parts: { export_id: string; number: number; sealed: Uint8Array };
  deletions: {
    id: string;
    what: "child" | "account";
    account_id: string | null;
    child_id: string | null;
    state: Generated<"scheduled" | "running" | "done" | "cancelled">;
    requested_at: number;
    due_at: number;
    done_at: number | null;
    email: string | null;
    language: Language | null;
    /** JSON: rows by store */
    counts: Generated<string>;
    /** JSON */
    receipt: string | null;
  };
  usage_days: {
    child_id: string;
    /** in UTC: 2026-11-28 */
    day: string;
    turns: Generated<number>;
    talked_ms: Generated<number>;
    conversations: Generated<number>;
    redirected: Generated<number>;
    escalated: Generated<number>;
    last_at: number;
  };
  reports: {
    id: string;
    child_id: string;
    /** its Monday */
    week: string;
    turns: number;
    minutes: number;
    conversations: number;
    redirected: number;
    escalated: number;
    /** JSON */
    by_day: string;
    made_at: number;
  };
  invitations: {
    id: string;
    token_hash: Uint8Array;
    account_id: string;
    email: string;
    name: string;
    invited_at: number;
    expires_at: number;
  };
  jobs: {
    id: Generated<number>;
    kind: string;
    about: string;
    due_at: number;
    tries: Generated<number>;
    lease: Generated<number>;
    leased_until: Generated<number>;
    given_up: Generated<boolean>;
  };
}
