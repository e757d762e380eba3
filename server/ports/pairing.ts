/** What pairing asks of the world: windows and ownership in SQL, a toy on the line, and what a toy tells outside its turns. PROTOCOL.md §8 */
import type { Ack, PairAccept, Telemetry } from "@bearlink/sdk/protocol";
import type { AuditEntry } from "./audit.ts";
import type { ToyStatus } from "./live.ts";

export type WindowState = "open" | "paired" | "expired" | "cancelled";

/** A parent's attempt at one toy, three minutes long. */
export interface PairingWindow {
  /** 32 hex */
  windowId: string;
  deviceId: string;
  accountId: string;
  childId: string;
  /** the sixteen that the parent sees */
  choices: string[];
  /** the three that the toy says; none once the window is over */
  words: string[];
  state: Exclude<WindowState, "expired">;
  /** the parent picked the three */
  picked: boolean;
  /** the paw was pressed for this account */
  pressed: boolean;
  /** wrong picks and the right one */
  tries: number;
  /** epoch ms */
  expiresAt: number;
}

/** A toy as a stranger's code is held against it. */
export interface Candidate {
  pairingCodeHash: Uint8Array;
  /** epoch ms of the last five-second press; 0 where there was none */
  pairingSince: number;
  /** epoch ms until which it is in pairing mode */
  pairingUntil: number;
  owned: boolean;
  /** disabled or quarantined */
  shut: boolean;
}

export type Opened =
  | { outcome: "opened"; expiresAt: number }
  /** another was open: both are cancelled, and the toy needs a new press */
  | { outcome: "twice" }
  | { outcome: "refused" };

/** Each method that decides is one transaction under the toy's row, with its audit row. */
export interface Pairings {
  /** A five-second press. A window that was open before it is cancelled, unless this is the same press told again. */
  enterMode(deviceId: string, now: number, until: number): Promise<void>;
  /** The toy is gone, or no longer in pairing mode: what was open is cancelled. */
  leaveMode(deviceId: string): Promise<void>;
  candidate(deviceId: string): Promise<Candidate | undefined>;
  /** Only for a toy in pairing mode that is nobody's; ends no later than that mode. */
  open(window: PairingWindow, now: number): Promise<Opened>;
  find(windowId: string): Promise<PairingWindow | undefined>;
  /** Counts one try. Answers with the window after it; undefined where this account has no such window. */
  pick(
    windowId: string,
    by: { accountId: string; address: string },
    words: string[],
    now: number,
  ): Promise<PairingWindow | undefined>;
  /** The toy's proof held. Answers with the window after it. */
  press(windowId: string, now: number): Promise<PairingWindow | undefined>;
  cancel(windowId: string): Promise<void>;
}

/** A rekey that goes with a change of owner: it happens only where the former key is still the one that was read. PROTOCOL.md §11 */
export interface RekeyStep {
  /** as it was read */
  sealedPrk: Uint8Array;
  sealedNextPrk: Uint8Array;
}

/** A toy as its parent sees it. */
export interface OwnToy {
  deviceId: string;
  childId: string;
  firmwareVersion: string | undefined;
  /** epoch ms of the last accepted claim, 0 where there was none */
  claimedAt: number;
  disabled: boolean;
  quarantined: boolean;
  /** it acknowledged last that its microphone is off */
  micOff: boolean;
  /** the parent wants it off */
  micWishedOff: boolean;
  /** what the parent calls it, under `sealContext.toyName(deviceId)` of the family's vault */
  sealedName: Uint8Array | undefined;
  /** epoch ms of the last factory reset that was noted */
  resetAt: number | undefined;
  status: ToyStatus;
}

/** What a parent sets of a toy; what is not said stays. */
export interface ToyWish {
  sealedName?: Uint8Array;
  /** 0–100 */
  volume?: number;
  micWishedOff?: boolean;
}

/** What a toy is owed, and what it last acknowledged. */
export interface ToyDues {
  micOff: boolean;
  micWishedOff: boolean;
  volume: number | undefined;
  volumeTold: number | undefined;
}

/** Whose a toy is. Every change is one conditional update with its audit row. */
export interface Ownership {
  list(accountId: string): Promise<OwnToy[]>;
  find(accountId: string, deviceId: string): Promise<OwnToy | undefined>;
  /** Also ends its session and owes it a rekey. "changed": its key moved since it was read; try again. */
  unpair(
    deviceId: string,
    accountId: string,
    rekey: RekeyStep,
    entry: AuditEntry,
  ): Promise<"done" | "none" | "changed">;
  /** Keeps the hash of a one-time code; false where the toy is not this account's. */
  offerTransfer(
    deviceId: string,
    accountId: string,
    code: { hash: Uint8Array; until: number },
    entry: AuditEntry,
  ): Promise<boolean>;
  /** Gives it to who has the code, as `unpair` and a pairing in one. */
  transfer(
    deviceId: string,
    codeHash: Uint8Array,
    to: { accountId: string; childId: string },
    rekey: RekeyStep,
    at: number,
    entriesOf: (formerId: string) => readonly AuditEntry[],
  ): Promise<"done" | "none" | "changed">;
  /** A factory reset: told to the owner, and nothing else. PROTOCOL.md §8.6. False, and no entry, where the last one that was noted is no older than `quietMs`. */
  noteReset(deviceId: string, entry: AuditEntry, quietMs: number): Promise<boolean>;
  /** true once for each session in which a rekey is owed: a toy must never be told twice between two claims */
  takeRekey(deviceId: string, sessionId: string): Promise<boolean>;
  /** false where the toy is not this account's */
  wish(deviceId: string, accountId: string, wish: ToyWish): Promise<boolean>;
  /** Lifts a quarantine, with its audit row; false where the toy is not this account's. One that is not quarantined stays as it is. */
  restore(deviceId: string, accountId: string, entry: AuditEntry): Promise<boolean>;
  dues(deviceId: string): Promise<ToyDues | undefined>;
  /** as a toy acknowledged it */
  setMicOff(deviceId: string, off: boolean): Promise<void>;
  setVolumeTold(deviceId: string, volume: number): Promise<void>;
}

/** A toy that may be on this cell's line. */
export interface ToyLine {
  isHere(deviceId: string): boolean;
  /** Its ACK, or undefined where none came within `ttlS`, or the toy is not here. */
  command(
    deviceId: string,
    kind: string,
    ttlS: number,
    fields: Record<string, unknown>,
  ): Promise<Ack | undefined>;
  /** Says this on turn 0 (s16le, 8 kHz mono); false where it was cut short, or the toy is not here. */
  say(deviceId: string, sound: Uint8Array): Promise<boolean>;
}

/** Whoever waits for what a toy tells outside its turns. None of these throws at once. */
export interface ToyNews {
  joined(deviceId: string, sessionId: string): void;
  left(deviceId: string): void;
  /** Resolves when it is kept: only then does the toy hear that it was understood. */
  event(deviceId: string, kind: string): Promise<void>;
  pairAccept(deviceId: string, sessionId: string, accept: PairAccept): void;
  telemetry(deviceId: string, telemetry: Telemetry): void;
}
