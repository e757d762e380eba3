/** Work that outlives a process: kept in the record, and done by whichever cell comes to it first. */

export interface NewJob {
  kind: string;
  /** what it is about: an id, and never a child's words. Of a kind there is one job about one thing */
  about: string;
  /** epoch ms */
  dueAt: number;
}

export interface Job extends NewJob {
  id: number;
  /** this one included */
  tries: number;
  /** Rises each time it is taken: who holds an older one has lost the job. */
  lease: number;
}

export interface Jobs {
  /** One that is there already keeps its place, and comes sooner where this is sooner. */
  add(job: NewJob): Promise<void>;
  /** The one that has been due the longest and that nobody holds: of many cells that ask, one gets it. */
  take(kinds: readonly string[], now: number, leaseMs: number): Promise<Job | undefined>;
  /** Holds it longer; false where it was lost. */
  keep(job: Job, until: number): Promise<boolean>;
  /** It was done, and is gone. */
  finish(job: Job): Promise<void>;
  /** It waits again, having been tried so often. */
  putBack(job: Job, dueAt: number, tries: number): Promise<void>;
  /** It stays, and is not tried again before `revive`. */
  giveUp(job: Job): Promise<void>;
  /** What was given up is tried again; answers how many. */
  revive(now: number): Promise<number>;
  /** false where there is none, or it is being done */
  cancel(kind: string, about: string, now: number): Promise<boolean>;
}
