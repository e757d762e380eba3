/** What happened, by whom, in the order it came; and the chain that tells whether it still stands as it was written. MISSION B26 */

export interface AuditEntry {
  /** epoch ms */
  at: number;
  action: string;
  outcome: "success" | "refused";
  /** toy, account or key that acted; never a child's name */
  actor: string;
  resource?: string;
  /** client address */
  address?: string;
  /** what the caller's program calls itself */
  device?: string;
  reason?: string;
  /** the family it is about, where neither who acted nor what was acted on tells */
  accountId?: string;
}

/** Append-only. */
export interface AuditTrail {
  append(entry: AuditEntry): Promise<void>;
}

/** Writes down a refusal, where it was not told enough of already; not waited for, and never in the way. */
export type TellRefused = (entry: Omit<AuditEntry, "at" | "outcome"> & { address: string }) => void;

/** An entry as it is kept. */
export interface AuditRow {
  id: number;
  at: number;
  action: string;
  outcome: "success" | "refused";
  actor: string;
  resource: string | null;
  address: string | null;
  device: string | null;
  reason: string | null;
  /** the family it is about, as it was then */
  accountId: string | null;
}

// ── reading ───────────────────────────────────────────────────────────────────────────────────────────

/** What is asked for; all of it at once. */
export interface AuditFilter {
  accountId?: string;
  action?: string;
  actor?: string;
  /** a toy, an account, a key: what the act was done to */
  resource?: string;
  outcome?: AuditRow["outcome"];
  /** epoch ms: from, and before */
  from?: number;
  to?: number;
}

/** What happened too often, to whom. */
export interface AuditCount {
  /** an actor, a toy */
  who: string;
  accountId: string | null;
  count: number;
}

/** Where a walk over all families stands. */
export interface CountPlace {
  accountId: string;
  who: string;
}

export interface AuditReader {
  /** Newest first, those below `before` where given. */
  page(filter: AuditFilter, most: number, before?: number): Promise<AuditRow[]>;
  /** Who did or bore one of these acts at least `least` times since, each family's by itself; `addresses`: from as many different ones. */
  often(asked: {
    actions: readonly string[];
    outcome: AuditRow["outcome"] | undefined;
    by: "actor" | "resource";
    of: "rows" | "addresses";
    least: number;
    since: number;
    /** of one family, of every one that is there, or of none of these */
    whose: { accountId: string } | "families" | "nobody";
    /** those after it, family by family; where not given, those with most first */
    after?: CountPlace;
    most: number;
  }): Promise<AuditCount[]>;
}

// ── the chain ─────────────────────────────────────────────────────────────────────────────────────────

/** One (UTC) day of the chain. */
export interface ChainDay {
  /** 2026-11-28 */
  day: string;
  /** which master key its own keys come from */
  keyId: string;
  /** a MAC over the seal of the day before: what its first link follows on */
  opening: Uint8Array;
  sealed: SealedEnd | undefined;
  /** a MAC that says that we let its rows go, and into how many parts; undefined while they are there */
  dropped: Uint8Array | undefined;
  /** parts of it that the archive has, or is being given; undefined where there are none */
  archived: number | undefined;
}

/** How a day ended: how many links it has, the last one, and a MAC over all this. */
export interface SealedEnd {
  places: number;
  head: Uint8Array;
  seal: Uint8Array;
}

export interface ChainLink {
  day: string;
  /** from 1 */
  place: number;
  auditId: number;
  mac: Uint8Array;
}

/** A link, with its row where that is still there. */
export interface LinkedRow {
  link: ChainLink;
  row: AuditRow | undefined;
}

/** Where the chain ends. */
export interface ChainTail {
  day: ChainDay;
  place: number;
  /** of the last link; the day's opening where there is none */
  mac: Uint8Array;
}

/** What is written at once: the end of a day, the beginning of another, and links. */
export interface ChainStep {
  seal?: { day: string; end: SealedEnd };
  open?: ChainDay;
  links: ChainLink[];
  tail: ChainTail | undefined;
}

export interface AuditChain {
  /** How many rows wait to be linked, of acts before `before` where given, counted up to `most`: cheap. */
  waiting(most: number, before?: number): Promise<number>;
  /** Where it ends; undefined where it has not begun. */
  tail(): Promise<ChainTail | undefined>;
  /** One cell at a time; undefined for the others. `next` is handed where the chain ends and at most `most` rows that wait, and what it answers is written in the same transaction. */
  extend(
    most: number,
    now: number,
    next: (tail: ChainTail | undefined, rows: AuditRow[]) => ChainStep,
  ): Promise<{ step: ChainStep; rows: AuditRow[] } | undefined>;
  /** All days there are, oldest first. */
  days(): Promise<ChainDay[]>;
  /** The links of a day above `after`, in order. */
  links(day: string, after: number, most: number): Promise<LinkedRow[]>;
  /** Ids of rows that have no link in a day there is and do not wait for one, and of rows that wait and are gone. */
  strays(most: number): Promise<number[]>;
  /** Sealed days whose heads were not exported yet. */
  unexported(most: number): Promise<ChainDay[]>;
  exported(day: string, at: number): Promise<void>;
  /** Notes how many parts of a sealed day the archive is being given: before the first is, so that none is ever forgotten there. False where its rows are going already. */
  archive(day: string, parts: number): Promise<boolean>;
  /** Lets the rows and links of a sealed day go, at most so many, from its end: what is left leads on from its opening. Answers with how many went. The proof is kept in their place, and the entry is written, where they were not before; none goes where the archive was given other parts than `archived`. */
  drop(
    day: string,
    end: { proof: Uint8Array; archived: number | undefined },
    most: number,
    entry: AuditEntry,
  ): Promise<number>;
  /** Of a day whose rows went: the archive has nothing of it any more, and the proof is of that. */
  unarchive(day: string, proof: Uint8Array, entry: AuditEntry): Promise<void>;
}

/** Where a day stands, as it is kept in a second place: a chain that was cut or written anew does not lead to it. */
export interface ExportedHead {
  day: string;
  key_id: string;
  places: number;
  /** hex, as are the next two */
  head: string;
  opening: string;
  sealed: boolean;
  mac: string;
}

/** A second place. Both reject where it is away. */
export interface HeadStore {
  /** for people */
  name: string;
  put(head: ExportedHead): Promise<void>;
  /** Those it has of these days, in any order; what cannot be read is left out. */
  read(from: string, to: string): Promise<ExportedHead[]>;
}

/** A place outside the database for days whose time in it is over. All reject where it is away. */
export interface AuditArchive {
  /** for people */
  name: string;
  /** In the place of the same part, whole or not at all; kept for good when it answers. */
  put(day: string, part: number, links: readonly LinkedRow[]): Promise<void>;
  /** undefined where there is none; what is no link is left out, and what is too long rejects. */
  read(day: string, part: number): Promise<LinkedRow[] | undefined>;
  /** Harmless where there is none. */
  remove(day: string, part: number): Promise<void>;
  /** Of a place that may be this cell's alone, and that another cell's job does not reach: removes the days before `day`, but those. */
  removeBefore?(day: string, but: ReadonlySet<string>): Promise<void>;
}
