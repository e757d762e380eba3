/** What the server's routes answer, as this app reads it. The routes' own schemas are the law; these are their shapes. */

export interface Account {
  id: string;
  email: string;
  name: string;
  role: "parent" | "guardian";
  family_id: string;
  created_at: string;
}

/** What one sees of one's own account alone. */
export interface Me extends Account {
  /** of the mail to them */
  language: "en" | "de";
  report_mail: boolean;
}

export interface SignIn {
  access_token: string;
  /** s */
  expires_in: number;
  account: Account;
}

export interface QuietHours {
  from: string;
  to: string;
  time_zone: string;
}

export interface Limits {
  turns_a_day: number | null;
  minutes_a_session: number | null;
  turns_a_session: number | null;
  model_calls_an_hour: number | null;
}

export interface Child {
  id: string;
  nickname: string;
  birth_month: string;
  age: number;
  language: string;
  voice: string | null;
  interests: string[];
  quiet_hours: QuietHours | null;
  filter: "strict" | "standard";
  retention_days: number;
  keeps_transcripts: boolean;
  topics_off?: string[];
  limits?: Limits;
  age_limits?: Limits;
  created_at: string;
}

export type Recipient = "voice" | "transcripts" | "speech_in" | "chat" | "speech_out" | "moderation";
export type ConsentState = "none" | "pending" | "granted" | "revoked" | "changed";
export type ConsentMethod = "email_plus" | "card" | "form";

export interface ConsentPart {
  recipient: Recipient;
  title: string;
  name: string;
  purpose: string;
  required: boolean;
  state: ConsentState;
}

export interface Consent {
  language: string;
  notice_version: string;
  methods: ConsentMethod[];
  recipients: ConsentPart[];
}

export interface ConsentAsked {
  request_id: string;
  method: ConsentMethod;
  expires_at: string;
  url?: string;
}

export type Activity = "offline" | "idle" | "pairing" | "listening" | "thinking" | "speaking";

export interface ToyLive {
  device_id: string;
  online: boolean;
  activity: Activity;
  battery_mv: number | null;
  battery_percent: number | null;
  volume: number | null;
  rssi: number | null;
  last_talk: string | null;
}

export interface Toy extends Partial<ToyLive> {
  device_id: string;
  child_id: string;
  name?: string | null;
  state: "active" | "disabled" | "quarantined";
  firmware_version: string | null;
  last_seen: string | null;
  microphone_off: boolean;
  reset_at: string | null;
}

export interface PairingWindow {
  state: "open" | "paired" | "expired" | "cancelled";
  picked: boolean;
  tries_left: number;
  expires_in: number;
}

export type SafetyAction = "allow" | "redirect" | "escalate";

export interface Verdict {
  action: SafetyAction;
  reason: string;
}

export interface Conversation {
  id: string;
  child_id: string;
  device_id: string | null;
  started_at: string;
  last_at: string;
  turns: number;
  flagged: boolean;
}

export interface WholeConversation extends Conversation {
  messages: Message[];
}

export interface Message {
  id: string;
  role: "child" | "bear";
  text: string;
  at: string;
  safety: Verdict;
}

export interface TurnEvent {
  type: "turn";
  device_id: string;
  child_id: string;
  conversation_id: string | null;
  turn_id: string;
  stage: "began" | "heard" | "said" | "over";
  text?: string;
  safety?: Verdict;
  outcome?: string;
  at: string;
}

export interface Alert {
  id: string;
  kind: string;
  severity: "info" | "warning" | "critical";
  device_id: string | null;
  child_id: string | null;
  at: string;
  read: boolean;
  details: Record<string, unknown>;
}

/** What the live feed says. MISSION D13, C50 */
export type LiveMessage =
  | { type: "ready"; toys: ToyLive[] }
  | { type: "toy"; toy: ToyLive }
  | TurnEvent
  | { type: "alert"; alert: Alert }
  | { type: "window"; window_id: string; state: PairingWindow["state"]; picked: boolean };

export interface Session {
  id: string;
  role: "parent" | "guardian" | "support";
  signed_in_at: string;
  used_at: string;
  device: string;
  address: string;
  current: boolean;
}

export interface Passkey {
  id: string;
  name: string;
  created_at: string;
  used_at: string | null;
}

export interface Guardian {
  id: string;
  name: string;
  email: string;
  state: "invited" | "active";
  since: string;
}
