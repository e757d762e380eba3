/** What the features ask of the world. Adapters answer; only main.ts decides who plays which port. */
import type { Codec } from "@bearlink/sdk/protocol";
import type { Capability, SessionRole } from "./ports/accounts.ts";
import type { LimitClass, RequestAsked, Tier } from "./ports/allowances.ts";
import type { AuditEntry } from "./ports/audit.ts";
import type { DeveloperPrincipal } from "./ports/keys.ts";
import type { LimitStanding } from "./ports/limits.ts";

export * from "./ports/accounts.ts";
export * from "./ports/allowances.ts";
export * from "./ports/alerts.ts";
export * from "./ports/audit.ts";
export * from "./ports/conversations.ts";
export * from "./ports/care.ts";
export * from "./ports/credentials.ts";
export * from "./ports/family.ts";
export * from "./ports/guardians.ts";
export * from "./ports/jobs.ts";
export * from "./ports/keys.ts";
export * from "./ports/kms.ts";
export * from "./ports/limits.ts";
export * from "./ports/live.ts";
export * from "./ports/models.ts";
export * from "./ports/pairing.ts";
export * from "./ports/retention.ts";
export * from "./ports/talk.ts";
export * from "./ports/turn-news.ts";
export * from "./ports/usage.ts";
export * from "./ports/vault.ts";

// ── time, chance, watching ────────────────────────────────────────────────────────────────────────────

export interface Clock {
  /** epoch ms */
  now(): number;
  /** Calls back once after `ms`; the answer cancels. */
  after(ms: number, callback: () => void): () => void;
}

export interface Chance {
  bytes(length: number): Uint8Array;
}

/** One JSON line each; never a secret, never a child's words. SAFETY S8 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** The series of MISSION B23; names and labels are declared once, in watch/metrics.ts. */
export interface Meter {
  count(series: string, labels?: Record<string, string>, by?: number): void;
  /** seconds */
  observe(series: string, labels: Record<string, string>, seconds: number): void;
  gauge(series: string, value: number): void;
}

// ── the store of record (SQL) ─────────────────────────────────────────────────────────────────────────

/** A toy as SQL keeps it. Byte fields named `sealed…` open only with the vault. */
export interface Toy {
  deviceId: string;
  /** the current `prk`, sealed under `sealContext.prk(deviceId)` */
  sealedPrk: Uint8Array;
  /** the `prk` a rekey offered and no claim has yet used (PROTOCOL.md §11) */
  sealedNextPrk: Uint8Array | undefined;
  /** SHA-256 of the pairing code */
  pairingCodeHash: Uint8Array;
  disabled: boolean;
  quarantined: boolean;
  /** the last accepted pair; boot 0 where there was none */
  boot: number;
  seq: number;
  /** epoch ms of the last accepted claim, 0 where there was none */
  claimedAt: number;
  /** hex of the session that claim opened, until it is ended */
  sessionId: string | undefined;
  firmwareVersion: string | undefined;
  ownerId: string | undefined;
  childId: string | undefined;
}

export interface NewToy {
  deviceId: string;
  sealedPrk: Uint8Array;
  pairingCodeHash: Uint8Array;
}

export interface AcceptedClaim {
  boot: number;
  seq: number;
  /** hex */
  sessionId: string;
  firmwareVersion: string;
  /** epoch ms */
  at: number;
}

export interface Toys {
  find(deviceId: string): Promise<Toy | undefined>;
  /** With its audit row; false where the id is taken. */
  add(toy: NewToy, entry?: AuditEntry): Promise<boolean>;
  /** One conditional update: true only where `(boot, seq)` is above the last accepted pair. `usedNextPrk` makes the offered prk the current one. With its audit row, in the same statement. */
  acceptClaim(
    deviceId: string,
    claim: AcceptedClaim,
    usedNextPrk: boolean,
    entry?: AuditEntry,
  ): Promise<boolean>;
  /** Also forgets the session id. With its audit row. */
  quarantine(deviceId: string, entry?: AuditEntry): Promise<void>;
  /** SQL is written before any link is closed. §4.5 */
  endSession(deviceId: string): Promise<void>;
  /** Of these toys, the session each should be in now; a toy not in the answer has none. For the re-read of §4.5. */
  currentSessions(deviceIds: string[]): Promise<Map<string, string>>;
  /** The next command id of a toy's life. §5 */
  nextCommandId(deviceId: string): Promise<number>;
}

/** The family of development and demonstration, which no parent made. */
export interface Families {
  /** Makes account, child and a consent for every recipient once, and answers with their ids. */
  demoFamily(): Promise<{ accountId: string; childId: string }>;
  /** One conditional update with its audit row: false where the toy is owned already. */
  pair(
    deviceId: string,
    accountId: string,
    childId: string,
    by?: { actor: string; address?: string },
  ): Promise<boolean>;
}

// ── shared memory of the cells (in process, or Redis); every method rejects when the store is away ─────

/** Marks of used server nonces. */
export interface Nonces {
  /** true the first time within `ms`, false afterwards */
  use(nonce: string, ms: number): Promise<boolean>;
}

export interface LiveSession {
  deviceId: string;
  /** hex */
  sessionId: string;
  boot: number;
  seq: number;
  /** `sk` of PROTOCOL.md §3.5, sealed */
  sealedSk: Uint8Array;
  /** epoch ms */
  expiresAt: number;
}

export interface Sessions {
  /** Replaces the toy's former session; false where a session with a pair not below this one stands. */
  open(session: LiveSession): Promise<boolean>;
  find(deviceId: string): Promise<LiveSession | undefined>;
  /** Compares and sets `n` at once: true only where it is above every `n` this session has used. §4.2 */
  raise(deviceId: string, sessionId: string, n: number): Promise<boolean>;
  end(deviceId: string): Promise<void>;
}

export interface Allowance {
  allowed: boolean;
  /** whole seconds until the next would pass; 0 where allowed */
  retryAfterS: number;
  standing: LimitStanding;
}

/** Exact sliding logs. */
export interface Counters {
  /** Counts one and says whether it was within `limit` per `windowMs`; a refused one is not counted. */
  take(key: string, limit: number, windowMs: number): Promise<Allowance>;
  /** The same without counting. */
  peek(key: string, limit: number, windowMs: number): Promise<Allowance>;
}

/** Counts what an address asks, an IPv6 one by its /64. */
export interface AddressLimiter {
  request(address: string): Promise<Allowance>;
}

/** The limits of PROTOCOL.md §3.3. */
export interface ClaimLimiter extends AddressLimiter {
  /** A claim that does not hold, and never one that does; known ids and unknown ones count alike. */
  failure(address: string, deviceId: string): Promise<Allowance>;
}

/** Limits on whoever guesses; each counts one. Rejects where the counters are away. */
export interface SignInLimiter {
  /** one try at an account's password */
  attempt(email: string, address: string): Promise<Allowance>;
  /** one mail to an address */
  letter(email: string): Promise<Allowance>;
}

/** Small notices between cells; at most once, so whoever listens also re-reads. */
export interface Bus {
  publish(channel: string, text: string): Promise<void>;
  /** `onLost` is called after a subscription was lost and came back. */
  subscribe(
    channel: string,
    listener: (text: string) => void,
    onLost?: () => void,
  ): Promise<() => Promise<void>>;
}

// ── the door (HTTP) ───────────────────────────────────────────────────────────────────────────────────

/** Who may ask a route; a route without one does not start. MISSION A02 */
export type AuthClass = "public" | "developer" | "metrics" | "parent";

export interface ParentPrincipal {
  kind: "parent";
  /** the family's account: a guardian has the one they belong to */
  accountId: string;
  /** who signed in, as the audit names them: the parent's account or a guardian's own; support's visit has the parent's */
  personId: string;
  sessionId: string;
  /** support is named, reasoned and short, and reads only; the parent sees it among the sessions */
  role: SessionRole;
  /** epoch ms of the sign-in, for "signed in less than 5 minutes ago" */
  signedInAt: number;
  /** the family's */
  tier: Tier;
}

/** Who asks, as the door found out; `request.principal` of every handler. */
export type Principal = { kind: "none" } | { kind: "metrics" } | DeveloperPrincipal | ParentPrincipal;

/** Knows parents by their access tokens. */
export interface ParentDoor {
  /** undefined where the token does not hold or its session has ended; rejects where the record is away */
  principal(token: string): Promise<ParentPrincipal | undefined>;
}

/** Who asks, or what kept us from knowing. */
export interface Known {
  principal: Principal | undefined;
  fault?: unknown;
}

/** What the limits say of a request. */
export interface LimitAnswer {
  /** for its answer, whatever that is */
  headers: Record<string, string>;
  /** the Refusal where it may not go on */
  refusal: Error | undefined;
  /** gives back what it held while it was under way */
  release: (() => Promise<void>) | undefined;
}

/** Asked of each request before its body is read; they refuse by throwing a Refusal. */
export interface Doorkeeper {
  /** Finds out who asks, and tells nobody: limits are by whom, and come before a refusal of who it is. */
  know(auth: AuthClass, authorization: string | undefined): Promise<Known>;
  /** undefined where nothing is counted. While the store is away only a request that changes nothing passes. MISSION B02 */
  limit(
    limit: LimitClass,
    from: Omit<RequestAsked, "limit" | "payer"> & { known: Known },
  ): Promise<LimitAnswer | undefined>;
  /** One that brought a token which does not hold stands in the audit trail, once a minute of an address. MISSION B31 */
  authenticate(auth: AuthClass, known: Known, from: { address: string; presented: boolean }): Principal;
  /** `may`: what the route says it needs; else what its class and `reading` call for. MISSION C43 */
  permit(
    auth: AuthClass,
    principal: Principal,
    asked: { may: Capability | undefined; reading: boolean },
  ): void;
  /** Told of each FORBIDDEN, whoever said so: of someone who is known it stands in the audit trail. `act`: method and template of the route. */
  forbidden(principal: Principal, from: { address: string; act: string }): void;
}

// ── a toy on the line ─────────────────────────────────────────────────────────────────────────────────

/** One MQTT connection of a toy, as the broker hands it to the bridge. */
export interface Link {
  deviceId: string;
  /** hex */
  sessionId: string;
  n: number;
  /** Sends one frame; false where the toy does not read and it was dropped. */
  send(frame: Uint8Array): boolean;
  close(reason: string): void;
}

// ── sound ─────────────────────────────────────────────────────────────────────────────────────────────

/** Sound going in at one end and coming out at the other. `out` ends after `end()`, and throws a SoundError where it cannot go on. */
export interface SoundPipe {
  write(bytes: Uint8Array): void;
  end(): void;
  /** Ends it at once and frees everything; harmless when repeated. */
  destroy(): void;
  out: AsyncIterable<Uint8Array>;
  /** who does the work: `ffmpeg` or `typescript`; for the log */
  readonly player?: string | undefined;
}

/** Both throw SoundError("format") for Opus, and for a rate not in 8000, 16000, 22050, 24000, 44100 and 48000 Hz. */
export interface Sound {
  /** A toy's codec in, s16le 16 kHz mono out, high-passed for speech. */
  hear(codec: Codec): SoundPipe;
  /** s16le mono at `rate` Hz in, a toy's codec out, no peak over −6.5 dBFS. PROTOCOL.md §7.5 */
  voice(rate: number, codec: Codec): SoundPipe;
}

// ── the models ────────────────────────────────────────────────────────────────────────────────────────

export interface SpeechToText {
  /** Words of an utterance: s16le 16 kHz mono, whole. "" where nothing was said. */
  transcribe(pcm: Uint8Array, signal: AbortSignal): Promise<string>;
  /** Opens a connection early. */
  warm?(): void;
}

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ReplyBounds {
  /** tokens that may be written */
  maxTokens?: number;
}

export interface Chat {
  /** Its replies were written by a person: each piece is a sentence to be spoken whole, however many there are. */
  curated?: boolean;
  /** The reply, in pieces as they are written. */
  reply(messages: ChatMessage[], signal: AbortSignal, bounds?: ReplyBounds): AsyncIterable<string>;
  warm?(): void;
}

export interface TextToSpeech {
  /** Hz of what `speak` gives */
  rate: number;
  /** s16le mono at `rate`, always whole samples. */
  speak(text: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  warm?(): void;
}

export interface Moderation {
  /** Categories it objects to; none means it does not. */
  check(text: string, signal: AbortSignal): Promise<string[]>;
  warm?(): void;
}

// ── what is said ──────────────────────────────────────────────────────────────────────────────────────

export interface Verdict {
  action: "allow" | "redirect" | "escalate";
  /** what to go on with: the words, scrubbed of personal data, or the line to say instead */
  text: string;
  /** rule or category, for the log; "" where allowed */
  reason: string;
  /** the words, scrubbed, where `text` is the line to say instead: for the record alone */
  scrubbed?: string;
  /** a disclosure that names someone of the household: never shown to that account */
  withheld?: boolean;
}

/** Everything a child says and everything a toy will say passes here; where it throws, nothing is spoken. */
export interface Safety {
  /** `topicsOff`: what the family wants the bear to lead away from, here and in sentences. */
  words(text: string, signal: AbortSignal, topicsOff?: readonly string[]): Promise<Verdict>;
  /** `before`: what the same reply said already, as it was written. Together with it the sentence is judged. */
  sentence(
    text: string,
    signal: AbortSignal,
    before?: string,
    topicsOff?: readonly string[],
  ): Promise<Verdict>;
  warm?(): void;
}

export type PieceKind = "story" | "joke" | "song" | "game";

/** A piece that a person wrote for the bear: it needs no model. */
export interface Piece {
  id: string;
  kind: PieceKind;
  title: string;
  sentences: string[];
}

export interface Shelf {
  /** A piece not among `heard` while there is one, of `kind` where given. */
  pick(heard: readonly string[], kind?: PieceKind): Piece;
}

/** Short lines the server can say when all else is away, as sound made beforehand. */
export type PhraseName =
  | "sorry"
  | "thinking"
  | "ask-grown-up"
  | "not-paired"
  | "goodbye"
  | "goodnight"
  | "cannot-understand"
  | "machine"
  | "say-again"
  | "rest"
  | "pair-words"
  | "pair-words-again"
  | "pair-press"
  | "pair-twice"
  | "pair-cancelled";

export interface Phrases {
  /** s16le 8 kHz mono */
  sound(name: PhraseName): Uint8Array;
  /** words of a pairing, one after another, likewise */
  words(words: readonly string[]): Uint8Array;
  text(name: PhraseName): string;
}
