/** What the accounts of parents ask of the world: people, sessions, passkeys, passwords, tokens and mail. Each change that is handed an entry of the trail writes it with itself, and only where it took effect. */
import type { Tier } from "./allowances.ts";
import type { AuditEntry } from "./audit.ts";
import type { Language } from "./family.ts";

/** Whom a mail is for, and what they read. */
export interface Reader {
  email: string;
  language: Language;
}

/** A person who signs in. An address that was not yet verified has a registration and no account. */
export interface Account {
  id: string;
  /** as `emailOf` writes it */
  email: string;
  name: string;
  /** as `Passwords` made it */
  passwordHash: string;
  /** the account of the family that a guardian reads along with; undefined for a parent */
  guardianOf: string | undefined;
  /** of the mails to them */
  language: Language;
  /** epoch ms */
  createdAt: number;
}

/** Opens an account once its mail was answered; with its own password, so that no stranger's stands behind the parent's own answer. */
export interface Registration {
  /** SHA-256 of what the mail says */
  tokenHash: Uint8Array;
  email: string;
  name: string;
  passwordHash: string;
  /** of the mails to them */
  language: Language;
  /** epoch ms */
  expiresAt: number;
}

/** Every lookup leaves out accounts that were deleted. */
export interface Accounts {
  find(id: string): Promise<Account | undefined>;
  findByEmail(email: string): Promise<Account | undefined>;
  /** Forgets those that have run out, too. */
  addRegistration(registration: Registration, now: number): Promise<void>;
  findRegistration(tokenHash: Uint8Array, now: number): Promise<Registration | undefined>;
  /** Makes the account and forgets every registration of its address; false where the address has one already. */
  open(account: Account, entry: AuditEntry): Promise<boolean>;
  rename(id: string, name: string): Promise<void>;
  /** Of all mail to come, receipts of deletions that wait among it. */
  setLanguage(id: string, language: Language): Promise<void>;
  addReset(reset: { tokenHash: Uint8Array; accountId: string; expiresAt: number }): Promise<void>;
  findReset(tokenHash: Uint8Array, now: number): Promise<{ accountId: string } | undefined>;
  /** Sets it, ends every session and uses up every reset of the account, at once. Answers with the ended sessions. */
  setPassword(id: string, passwordHash: string, entry: AuditEntry): Promise<string[]>;
  /** The same where the reset still stands; undefined where another use of it came first. */
  resetPassword(
    tokenHash: Uint8Array,
    passwordHash: string,
    entry: AuditEntry,
  ): Promise<{ accountId: string; ended: string[] } | undefined>;
  /** Whether its owner takes mail about the week's report. */
  reportMail(id: string): Promise<boolean>;
  setReportMail(id: string, wanted: boolean): Promise<void>;
  /** Marks it deleted, frees its address, ends its sessions and its guardians'. undefined where it was before. */
  close(id: string, entry: AuditEntry): Promise<ClosedAccount | undefined>;
}

export interface ClosedAccount {
  owner: Reader | undefined;
  guardians: Reader[];
  /** ids of sessions */
  ended: string[];
  /** ids of the family's toys */
  toys: string[];
}

/** What may be asked; by whom, family/account/policy.ts says. MISSION C43 */
export type Capability =
  | "account.own"
  | "cell.entitle"
  | "family.read"
  | "family.mark"
  | "family.change"
  | "family.take"
  | "family.trail"
  | "audit.read"
  | "cell.operate"
  | "keys.manage"
  | "toys.provision"
  | "toys.look"
  | "turns.simulate"
  | "updates.look"
  | "updates.publish"
  | "cell.metrics"
  | "support.open"
  | "safety.review";

export type SessionRole = "parent" | "guardian" | "support";

export interface NewParentSession {
  id: string;
  accountId: string;
  role: SessionRole;
  /** epoch ms of the sign-in */
  signedInAt: number;
  /** epoch ms after which it is not refreshed; each refresh moves it, never past `endsAt` */
  expiresAt: number;
  endsAt: number;
  /** what the browser calls itself; for support, who it is and why */
  device: string;
  address: string;
}

export interface ParentSession extends NewParentSession {
  /** epoch ms of the last refresh */
  usedAt: number;
}

/** What the door asks of a session at each request. */
export interface ParentStanding {
  accountId: string;
  /** of the family: a guardian's differs from their own */
  familyId: string;
  role: SessionRole;
  signedInAt: number;
  /** the family's */
  tier: Tier;
}

export type Rotation =
  | { state: "rotated"; session: ParentSession }
  /** a moment ago, and the next one was not used yet: that one, as it was kept */
  | { state: "again"; session: ParentSession; sealedNext: Uint8Array }
  /** it had been exchanged before: the session was ended here and now */
  | { state: "reused"; sessionId: string; accountId: string }
  | { state: "unknown" };

export interface ParentSessions {
  /** With the hash of its first refresh token. The oldest above `MAX_PARENT_SESSIONS` end: their ids. */
  open(session: NewParentSession, entry: AuditEntry, refreshHash?: Uint8Array): Promise<string[]>;
  /** A visit of support, which ends with the key that opens it; false where that no longer holds. Without a key it was the cell's own. */
  openVisit(
    visit: NewParentSession,
    keyId: string | undefined,
    entries: readonly AuditEntry[],
  ): Promise<boolean>;
  /** undefined where it was ended, has run out, or its account is no more */
  standing(sessionId: string, now: number): Promise<ParentStanding | undefined>;
  /** Those of these that stand. */
  standingOf(sessionIds: string[], now: number): Promise<Set<string>>;
  /** Those of an account that stand, newest first. */
  list(accountId: string, now: number): Promise<ParentSession[]>;
  /** Exchanges a refresh token for the next: one conditional update decides among many that try. Without `sealedNext` none is answered again. `reuse` is written of the session that ended, where one did. */
  rotate(
    formerHash: Uint8Array,
    nextHash: Uint8Array,
    now: number,
    expiresAt: number,
    reuse: Omit<AuditEntry, "actor" | "resource">,
    sealedNext?: Uint8Array,
  ): Promise<Rotation>;
  /** The session a refresh token belongs to, whatever its state. */
  findByRefresh(hash: Uint8Array): Promise<{ sessionId: string; accountId: string } | undefined>;
  /** false where that account has no such session standing */
  end(accountId: string, sessionId: string, entry: AuditEntry): Promise<boolean>;
  /** Answers with the ids of those it ended. */
  endAll(accountId: string, entry: AuditEntry): Promise<string[]>;
}

/** Whether a parent's session has ended, on whichever cell, since one last looked. Both reject where the store is away. */
export interface Revocations {
  /** another after each `changed`, and after the store forgot */
  mark(): Promise<string>;
  changed(): Promise<void>;
}

/** A public key that an account may sign in with. */
export interface Passkey {
  /** base64url, of the authenticator */
  id: string;
  accountId: string;
  publicKey: Uint8Array;
  counter: number;
  transports: string[];
  name: string;
  /** epoch ms */
  createdAt: number;
  usedAt: number | undefined;
}

export interface Passkeys {
  find(id: string): Promise<Passkey | undefined>;
  list(accountId: string): Promise<Passkey[]>;
  /** false where the id is taken, or the account has `MAX_PASSKEYS` */
  add(passkey: Passkey, entry: AuditEntry): Promise<boolean>;
  /** Sets counter and use; false where a counter not below this one was seen: a copy. 0 means it does not count. */
  used(id: string, counter: number, now: number): Promise<boolean>;
  remove(accountId: string, id: string, entry: AuditEntry): Promise<boolean>;
}

/** Slow on purpose. Rejects where too many wait. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Without a hash it takes as long, and is false. */
  matches(passwordHash: string | undefined, password: string): Promise<boolean>;
}

/** Signed by the cell's keys; believed by every cell that has them. MISSION D08, C61 */
export interface Tokens {
  issueAccess(who: { accountId: string; sessionId: string }): Promise<string>;
  /** undefined where it does not hold, whatever the reason */
  openAccess(token: string): Promise<{ accountId: string; sessionId: string } | undefined>;
  /** A note to ourselves that a client carries: good for one purpose and a few minutes. */
  issueTicket(purpose: string, content: Record<string, string>): Promise<string>;
  openTicket(purpose: string, token: string): Promise<Record<string, string> | undefined>;
}

export interface Letter {
  to: string;
  subject: string;
  text: string;
}

export interface Mail {
  /** Takes it and returns: what an address is worth must not show in the time of an answer. */
  send(letter: Letter): void;
}

/** Where the app stands: passkeys are bound to it, and so are cookies. */
export interface Site {
  /** https://bears.example.org */
  origin: string;
  /** its host without the port */
  name: string;
}

/** WebAuthn. Options and responses are the browser's own JSON; the room of routes hands them through. */
export interface PasskeyCeremony {
  registrationOptions(
    site: Site,
    account: Pick<Account, "id" | "email" | "name">,
    known: readonly Passkey[],
  ): Promise<{ challenge: string; options: object }>;
  /** undefined where the response does not hold */
  register(
    site: Site,
    challenge: string,
    response: unknown,
  ): Promise<Pick<Passkey, "id" | "publicKey" | "counter" | "transports"> | undefined>;
  signInOptions(site: Site): Promise<{ challenge: string; options: object }>;
  /** The counter after this use, or undefined where the response does not hold. */
  signIn(
    site: Site,
    challenge: string,
    response: unknown,
    passkey: Passkey,
  ): Promise<{ counter: number } | undefined>;
}
