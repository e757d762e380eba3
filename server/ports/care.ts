/** What looking after a family's data asks of the world: what there is of it, handing it out, and making it gone. SAFETY S5 */
import type { Reader } from "./accounts.ts";
import type { AuditEntry } from "./audit.ts";

/** One part of what a family is handed: every room that keeps something of a family gives one. */
export interface ExportSection {
  /** its name in the file; in the registry of tables, that of those it tells of */
  name: string;
  records(accountId: string): AsyncIterable<object>;
}

/** Who goes: a whole family, or one child of it. */
export type Leaving =
  | { what: "account"; accountId: string; childId: undefined }
  | { what: "child"; accountId: string; childId: string };

/** A place beside the record where something of a family may be. */
export interface FamilyStore {
  /** as the receipt calls it */
  name: string;
  /** May be asked twice. How many things went. `email`: the parent's, while it is known. */
  erase(leaving: Leaving, email: string | undefined): Promise<number>;
}

export interface Export {
  id: string;
  accountId: string;
  state: "waiting" | "ready" | "failed" | "gone";
  /** epoch ms */
  requestedAt: number;
  readyAt: number | undefined;
  expiresAt: number | undefined;
  /** bytes of the file */
  size: number | undefined;
}

/** Files of exports, in sealed parts. */
export interface Exports {
  /** With its job and its audit row; where one waits already, that one. */
  ask(wish: { id: string; accountId: string; at: number }, entry: AuditEntry): Promise<Export>;
  list(accountId: string): Promise<Export[]>;
  find(accountId: string, id: string): Promise<Export | undefined>;
  /** For its job: whose it is, while it waits; parts of an earlier try are gone. */
  begin(id: string): Promise<Export | undefined>;
  addPart(id: string, number: number, sealed: Uint8Array): Promise<void>;
  /** undefined after the last */
  part(id: string, number: number): Promise<Uint8Array | undefined>;
  /** false where it no longer waits */
  finish(id: string, made: { readyAt: number; expiresAt: number; size: number }): Promise<boolean>;
  fail(id: string): Promise<void>;
  /** The parts of those that ran out go; their rows after `forgetBefore`. Answers how many ran out. */
  expire(now: number, forgetBefore: number): Promise<number>;
}

export interface Deletion {
  id: string;
  what: "child" | "account";
  /** neither is known any more once it was done */
  accountId: string | undefined;
  childId: string | undefined;
  state: "scheduled" | "running" | "done" | "cancelled";
  /** epoch ms */
  requestedAt: number;
  dueAt: number;
  doneAt: number | undefined;
  /** whom the receipt is mailed to, until it was */
  reader: Reader | undefined;
  receipt: Receipt | undefined;
}

/** What a deletion did. */
export interface Receipt {
  id: string;
  what: "child" | "account";
  /** RFC 3339 */
  done_at: string;
  stores: { store: string; rows: number }[];
  /** SHA-256, hex, of the rest as JSON */
  digest: string;
}

export interface Deletions {
  /** With its job and its audit row. Where one is under way already, that one, due at the sooner of both. */
  schedule(
    wish: { id: string; leaving: Leaving; reader: Reader | undefined; at: number; dueAt: number },
    entry: AuditEntry,
  ): Promise<Deletion>;
  list(accountId: string): Promise<Deletion[]>;
  /** What was deleted, while it waits; false where there is no such, or it is too late. */
  cancel(accountId: string, id: string, entry: AuditEntry): Promise<Deletion | undefined>;
  /** For its job: from here on it cannot be cancelled. undefined where it was, or where all is said and done. */
  begin(id: string): Promise<Deletion | undefined>;
  /** the toys of who leaves */
  toys(leaving: Leaving): Promise<string[]>;
  /** Adds to what the receipt will say. */
  count(id: string, store: string, rows: number): Promise<void>;
  /** Everything of who leaves that the record holds, counted in the same transaction. Rejects where they have a toy. */
  eraseRecord(id: string, leaving: Leaving): Promise<void>;
  counts(id: string): Promise<Record<string, number>>;
  /** With its audit row; whoever it was of is named in it no more. */
  finish(id: string, receipt: Receipt, doneAt: number, entry: AuditEntry): Promise<void>;
  forgetReader(id: string): Promise<void>;
  /** What was deleted leaves the files of the embedded database too. */
  scrub(): Promise<void>;
}
