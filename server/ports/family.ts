/** What families ask of the world: their children, and what a parent allowed to be done with a child's voice. MISSION C44, C45; SAFETY S1, S2 */
import type { AuditEntry } from "./audit.ts";
import type { ChosenLimits } from "./talk.ts";

/** Bus channel; its text is the id of a toy whose owner or consent is no longer what it was. */
export const TOY_CHANGED = "toy-changed";

/** Whoever takes what a child says or hears. `voice` is this server itself, `transcripts` that it keeps what was said. */
export const RECIPIENTS = ["voice", "transcripts", "speech_in", "chat", "speech_out", "moderation"] as const;
export type Recipient = (typeof RECIPIENTS)[number];

/** What the notice and the policy can be read in; where two differ, the first counts. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Who a toy's child is, and who may take its voice. */
export type Standing =
  | { state: "NOT_PAIRED" }
  /** `revoked`: the parent said no, and did not merely not say yes */
  | { state: "NO_CONSENT"; childId: string; revoked: boolean }
  | { state: "READY"; childId: string; recipients: ReadonlySet<Recipient>; manners?: Manners };

/** What a parent set for the talk itself; nothing where all is as it comes. */
export interface Manners {
  /** the parent switched the microphone off */
  micOff: boolean;
  quietHours: ChildProfile["quietHours"];
  topicsOff: readonly string[];
}

/** Whether a toy's voice may be taken, as it stands now. Rejects where the record is away. */
export interface ConsentGate {
  standing(deviceId: string): Promise<Standing>;
  /** of each of these */
  standings(deviceIds: readonly string[]): Promise<Map<string, Standing>>;
}

/** What a parent tells of a child. Kept sealed. */
export interface ChildProfile {
  nickname: string;
  /** year and month: "2019-04" */
  birthMonth: string;
  language: string;
  /** of the bear, where the parent chose one */
  voice: string | undefined;
  interests: string[];
  /** "20:00" to "07:00" in a zone of the IANA's: the toy does not talk then */
  quietHours: { from: string; to: string; timeZone: string } | undefined;
  filter: "strict" | "standard";
  /** how much less than is usual for the age; absent where the parent chose nothing */
  limits?: ChosenLimits;
  /** words and phrases that the bear leads away from, whoever brings them up */
  topicsOff: string[];
}

/** A child as SQL keeps it. */
export interface ChildRecord {
  childId: string;
  accountId: string;
  /** under `sealContext.profile(childId)`, with the key of its family */
  sealedProfile: Uint8Array;
  /** days that what was said is kept, where it is kept at all */
  retentionDays: number;
  keepsTranscripts: boolean;
  /** epoch ms */
  createdAt: number;
}

/** Every method is asked for a family's own: another's child is as good as none. */
export interface Children {
  /** With its audit row; false where the family has `most` already. */
  add(child: ChildRecord, most: number, entry: AuditEntry): Promise<boolean>;
  list(accountId: string): Promise<ChildRecord[]>;
  find(accountId: string, childId: string): Promise<ChildRecord | undefined>;
  /** With its audit row; false where there is no such child. */
  change(
    accountId: string,
    childId: string,
    change: Pick<ChildRecord, "sealedProfile" | "retentionDays" | "keepsTranscripts">,
    entry: AuditEntry,
  ): Promise<boolean>;
  /** ids of the toys that are this child's */
  toys(childId: string): Promise<string[]>;
}

export type ConsentState = "none" | "pending" | "granted" | "revoked";
export type ConsentEvent = "asked" | "proven" | "revoked";
/** The state after an event; undefined where the event means nothing there. */
export type NextConsent = (state: ConsentState, event: ConsentEvent) => ConsentState | undefined;

export type ConsentMethodName = "email_plus" | "card" | "form";

export interface ConsentRow {
  recipient: Recipient;
  state: Exclude<ConsentState, "none">;
  method: string;
  /** of the recipient's part of the notice that was read */
  noticeVersion: string;
  /** what it was read in, and the digest of what was read; undefined for what was asked before either was kept */
  noticeLanguage: string | undefined;
  noticeDigest: string | undefined;
  /** epoch ms */
  changedAt: number;
}

/** A parent's wish to consent, until it is proven that a parent made it. */
export interface ConsentRequest {
  /** 32 hex */
  requestId: string;
  childId: string;
  accountId: string;
  method: ConsentMethodName;
  /** the parts of the notice that were read */
  versions: Partial<Record<Recipient, string>>;
  /** what they were read in, and the digest of each as it was shown; none for what was asked before either was kept */
  language: string | undefined;
  digests: Partial<Record<Recipient, string>>;
  /** SHA-256 of a code that proves it, where a code does */
  codeHash: Uint8Array | undefined;
  /** epoch ms */
  expiresAt: number;
}

/** What a toy's family granted. */
export interface ToyGrants {
  childId: string;
  granted: Map<Recipient, string>;
  /** whether the parent keeps what this child says, where it was granted */
  keepsTranscripts: boolean;
  /** the voice itself was revoked */
  revoked: boolean;
  /** the parent switched the microphone off */
  micOff: boolean;
  accountId: string;
  /** of the child; undefined for the demo family's, of whom nobody told */
  sealedProfile: Uint8Array | undefined;
}

/** Every change leaves a record that stays, with method, evidence, and version, language and digest of the notice that was shown. */
export interface Consents {
  of(childId: string): Promise<ConsentRow[]>;
  ask(request: ConsentRequest, at: number): Promise<void>;
  /** Counts one more try at its code; undefined where it is not open, not this account's, or tried too often. */
  tryCode(requestId: string, accountId: string, now: number): Promise<ConsentRequest | undefined>;
  /** Grants what it asked for: once, in time, and by its own method only. */
  prove(
    requestId: string,
    method: ConsentMethodName,
    evidence: string,
    at: number,
    entryOf: (proven: ConsentRequest) => AuditEntry,
  ): Promise<ConsentRequest | undefined>;
  /** Answers with those that were pending or granted; open requests of the child die. */
  revoke(childId: string, recipients: readonly Recipient[], entry: AuditEntry): Promise<Recipient[]>;
  /** of those of these toys that have a family */
  grants(deviceIds: readonly string[]): Promise<Map<string, ToyGrants>>;
}

/** A model service that a child's words or their answers go to. */
export interface ThirdParty {
  recipient: Extract<Recipient, "speech_in" | "chat" | "speech_out" | "moderation">;
  /** its host and its model */
  name: string;
}
