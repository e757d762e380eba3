/** Does the jobs of a cell, one after another: each under a lease, at least once, again later where it failed, and not for ever. */
import {
  JOB_BACKOFF_MS,
  JOB_LEASE_MS,
  JOB_LONGEST_BACKOFF_MS,
  JOB_STOP_MS,
  JOB_TRIES,
  JOBS_LOOK_MS,
} from "../bounds.ts";
import type { Clock, Job, Jobs, Log, Meter } from "../ports.ts";

export interface JobKind {
  /** Its steps may be done twice, since a process may end between a step and its note. `signal`: the cell stops, or another has the job. */
  run(about: string, signal: AbortSignal): Promise<void>;
  /** It was tried for the last time. */
  gaveUp?(about: string): Promise<void>;
  /** of a job that comes again and again: when, after `now` */
  next?(now: number): number;
}

export interface Runner {
  /** Adds what comes again and again, takes up what was given up, and begins to look. */
  start(): Promise<void>;
  /** Looks now, for what was just added; nothing before the start. */
  wake(): void;
  /** What is under way is told to stop, and waits for the next start. */
  stop(): Promise<void>;
}

/** ms until the next try: doubled each time. */
export function backoffMs(tries: number): number {
  return Math.min(JOB_BACKOFF_MS * 2 ** (tries - 1), JOB_LONGEST_BACKOFF_MS);
}

/**
 *     const runner = createRunner({ jobs, clock, log, meter }, { export: { run: (id, signal) => … } });
 *     await runner.start();
 */
export function createRunner(
  { jobs, clock, log, meter }: { jobs: Jobs; clock: Clock; log: Log; meter: Meter },
  kinds: Record<string, JobKind>,
): Runner {
  const names = Object.keys(kinds);
  const stopping = new AbortController();
  let cancelLook = (): void => {};
  let looking: Promise<void> | undefined;
  let wanted = false;
  let started = false;

  const count = (kind: string, result: string): void => meter.count("jobs_total", { kind, result });

  /** Renews the lease while a job runs; the answer ends that. */
  function hold(job: Job, lost: () => void): () => void {
    let cancel = (): void => {};
    const renew = async (): Promise<void> => {
      // where SQL is away the lease runs out by itself: the job's next step fails there too
      const kept = await jobs.keep(job, clock.now() + JOB_LEASE_MS).catch(() => true);
      if (!kept) lost();
    };
    const later = (): void => {
      cancel = clock.after(JOB_LEASE_MS / 3, () => {
        void renew();
        later();
      });
    };
    later();
    return () => cancel();
  }

  async function settle(job: Job, error: unknown, lost: boolean): Promise<void> {
    const { kind, about, tries } = job;
    const { next, gaveUp } = kinds[kind]!;
    const now = clock.now();
    if (lost) return count(kind, "lost");
    if (stopping.signal.aborted && error !== undefined) {
      count(kind, "stopped");
      return jobs.putBack(job, now, tries - 1);
    }
    if (error === undefined) {
      count(kind, "done");
      return next ? jobs.putBack(job, next(now), 0) : jobs.finish(job);
    }
    log.warn({ kind, about, tries, error }, "a job failed");
    if (tries < JOB_TRIES) {
      count(kind, "failed");
      return jobs.putBack(job, now + backoffMs(tries), tries);
    }
    count(kind, "given_up");
    log.error({ kind, about, tries }, "a job was given up; it is tried again when a cell starts");
    if (next) return jobs.putBack(job, next(now), 0);
    await gaveUp?.(about);
    return jobs.giveUp(job);
  }

  async function run(job: Job): Promise<void> {
    const own = new AbortController();
    const letGo = hold(job, () => own.abort());
    let error: unknown;
    try {
      await kinds[job.kind]!.run(job.about, AbortSignal.any([own.signal, stopping.signal]));
    } catch (thrown) {
      error = thrown ?? new Error("a job threw nothing");
    } finally {
      letGo();
    }
    await settle(job, error, own.signal.aborted);
  }

  async function runAll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const job = await jobs.take(names, clock.now(), JOB_LEASE_MS);
      if (!job) return;
      await run(job);
    }
  }

  function look(): void {
    cancelLook();
    if (!started || stopping.signal.aborted) return;
    wanted = looking !== undefined;
    if (looking) return;
    looking = runAll()
      .catch((error: unknown) => log.warn({ error }, "jobs could not be looked up"))
      .finally(() => {
        looking = undefined;
        if (wanted) look();
        else if (!stopping.signal.aborted) cancelLook = clock.after(JOBS_LOOK_MS, look);
      });
  }

  return {
    async start() {
      const now = clock.now();
      for (const [kind, { next }] of Object.entries(kinds))
        if (next) await jobs.add({ kind, about: "", dueAt: next(now) });
      await jobs.revive(now);
      started = true;
      look();
    },
    wake: look,
    async stop() {
      stopping.abort();
      cancelLook();
      if (!looking) return;
      const enough = new Promise<void>((resolve) => void clock.after(JOB_STOP_MS, resolve));
      await Promise.race([looking, enough]);
    },
  };
}
