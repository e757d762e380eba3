/** What updates ask of the world: the bundles that were published, and how each toy fares with them. PROTOCOL.md §10 */
import type { AuditEntry } from "./audit.ts";

/** A program for toys of one board. */
export interface Bundle {
  /** three numbers with dots */
  version: string;
  /** a file of firmware/boards */
  board: string;
  /** the oldest version that may be replaced by it */
  minVersion: string;
  /** bytes */
  size: number;
  /** 64 hex */
  sha256: string;
  /** 128 hex, of the publisher */
  signature: string;
  /** of 100 toys, how many may have it */
  percent: number;
  paused: boolean;
  /** epoch ms */
  publishedAt: number;
}

/** `offered`: the toy has been told, and has not come back with it. */
export type AttemptState = "offered" | "ok" | "failed" | "refused";

/** A toy's newest update. */
export interface Attempt {
  deviceId: string;
  version: string;
  /** times it was told of this version */
  tries: number;
  state: AttemptState;
  /** epoch ms of the last change */
  at: number;
}

export type Tally = Record<AttemptState, number>;

export interface Updates {
  /** false where this version of this board is there already */
  add(bundle: Bundle, bytes: Uint8Array, entry: AuditEntry): Promise<boolean>;
  /** All of them, newest published first. */
  list(): Promise<Bundle[]>;
  /** As it is after the change, which the entry tells; undefined where there is none. */
  change(
    board: string,
    version: string,
    stage: { percent?: number; paused?: boolean },
    entryOf: (changed: Bundle) => AuditEntry,
  ): Promise<Bundle | undefined>;
  bytes(board: string, version: string): Promise<Uint8Array | undefined>;
  attempt(deviceId: string): Promise<Attempt | undefined>;
  /** With an entry only where the toy did not stand there already; false where it did. */
  keepAttempt(attempt: Attempt, entry?: AuditEntry): Promise<boolean>;
  /** Of the toys that were told of a version, how many stand where. */
  tallies(): Promise<Map<string, Tally>>;
}

/** The publisher's signature, Ed25519. */
export interface Signatures {
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}
