/** The runner on jobs in memory, with a clock that stands: what is done, done again, given up and let go. */
import { expect, test } from "vitest";
import { JOB_LEASE_MS, JOB_TRIES, JOBS_LOOK_MS } from "../../../server/bounds.ts";
import { backoffMs, createRunner } from "../../../server/jobs/runner.ts";
import type { JobKind } from "../../../server/jobs/runner.ts";
import type { Job, Jobs } from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";
import { house } from "../claim/support.ts";

type Row = Job & { until: number; givenUp: boolean };

/** As SQL keeps them, for one asker at a time. */
function memoryJobs(): Jobs & { rows: Row[] } {
  const rows: Row[] = [];
  const held = (job: Job) =>
    rows.find(({ id, lease, until }) => id === job.id && lease === job.lease && until > 0);
  return {
    rows,
    async add(job) {
      if (!rows.some(({ kind, about }) => kind === job.kind && about === job.about))
        rows.push({ ...job, id: rows.length, tries: 0, lease: 0, until: 0, givenUp: false });
    },
    async take(kinds, now, leaseMs) {
      const row = rows.find(
        ({ kind, dueAt, until, givenUp }) => kinds.includes(kind) && dueAt <= now && until <= now && !givenUp,
      );
      if (!row) return undefined;
      Object.assign(row, { tries: row.tries + 1, lease: row.lease + 1, until: now + leaseMs });
      return { ...row };
    },
    async keep(job, until) {
      const row = held(job);
      if (row) row.until = until;
      return row !== undefined;
    },
    async finish(job) {
      const row = held(job);
      if (row) rows.splice(rows.indexOf(row), 1);
    },
    async putBack(job, dueAt, tries) {
      Object.assign(held(job) ?? {}, { dueAt, tries, until: 0 });
    },
    async giveUp(job) {
      Object.assign(held(job) ?? {}, { givenUp: true, until: 0 });
    },
    async revive(now) {
      for (const row of rows) if (row.givenUp) Object.assign(row, { givenUp: false, tries: 0, dueAt: now });
      return 0;
    },
    cancel: async () => false,
  };
}

function cell(kinds: Record<string, JobKind>, jobs = memoryJobs(), clock = fakeClock()) {
  const { meter, log } = house().ports;
  return { clock, jobs, runner: createRunner({ jobs, clock, log, meter }, kinds) };
}

test("what was added is done at the next look, or at once where the cell is woken", async () => {
  const done: string[] = [];
  const { clock, jobs, runner } = cell({ write: { run: async (about) => void done.push(about) } });
  await runner.start();
  await clock.advance(0);
  await jobs.add({ kind: "write", about: "a", dueAt: 0 });
  await clock.advance(JOBS_LOOK_MS);
  expect(done).toEqual(["a"]);
  await jobs.add({ kind: "write", about: "b", dueAt: 0 });
  runner.wake();
  await clock.advance(0);
  expect(done).toEqual(["a", "b"]);
  expect(jobs.rows).toEqual([]);
  await runner.stop();
  expect(clock.waiting).toBe(0);
});

test("one job runs at a time", async () => {
  let running = 0;
  let most = 0;
  const { clock, jobs, runner } = cell({
    slow: {
      async run() {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => void clock.after(10, resolve));
        running--;
      },
    },
  });
  for (const about of ["a", "b", "c"]) await jobs.add({ kind: "slow", about, dueAt: 0 });
  await runner.start();
  runner.wake();
  runner.wake();
  await clock.advance(100);
  expect([most, jobs.rows.length]).toEqual([1, 0]);
});

test("one that fails is tried again, each time later, and given up in the end; the next start tries it anew", async () => {
  let tries = 0;
  const kinds = {
    broken: {
      run() {
        tries++;
        return Promise.reject(new Error("no"));
      },
    },
  };
  const { clock, jobs, runner } = cell(kinds);
  await jobs.add({ kind: "broken", about: "x", dueAt: 0 });
  await runner.start();
  await clock.advance(backoffMs(1) - 1);
  expect(tries).toBe(1);
  await clock.advance(4 * 3_600_000);
  expect(tries).toBe(JOB_TRIES);
  expect(jobs.rows[0]!.givenUp).toBe(true);
  await runner.stop();
  await cell(kinds, jobs, clock).runner.start();
  await clock.advance(0);
  expect(tries).toBe(JOB_TRIES + 1);
});

test("a job that comes again comes again, whether it was done or failed for good", async () => {
  const runs: number[] = [];
  const { clock, runner } = cell({
    hourly: {
      next: (now) => now + 3_600_000,
      async run() {
        runs.push(clock.now());
        if (runs.length > 1) throw new Error("no");
      },
    },
  });
  await runner.start();
  await clock.advance(3_600_000);
  expect(runs).toHaveLength(1);
  await clock.advance(5 * 3_600_000);
  expect(runs.length).toBeGreaterThan(JOB_TRIES + 1);
});

test("a long job keeps its lease; one whose lease was lost is told, and settles nothing", async () => {
  let told = false;
  const { clock, jobs, runner } = cell({
    long: {
      run: (_about, signal) =>
        new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => {
            told = true;
            resolve();
          }),
        ),
    },
  });
  await jobs.add({ kind: "long", about: "x", dueAt: 0 });
  await runner.start();
  await clock.advance(5 * JOB_LEASE_MS);
  expect(jobs.rows[0]).toMatchObject({ tries: 1, lease: 1 });
  expect(told).toBe(false);
  jobs.rows[0]!.lease = 2; // another cell has it
  await clock.advance(JOB_LEASE_MS);
  expect(told).toBe(true);
  expect(jobs.rows).toHaveLength(1);
});

test("a stop tells the job under way and gives it back, its try uncounted", async () => {
  const { clock, jobs, runner } = cell({
    long: {
      run: (_about, signal) =>
        new Promise<void>((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(new Error("stopped"))),
        ),
    },
  });
  await jobs.add({ kind: "long", about: "x", dueAt: 0 });
  await runner.start();
  await clock.advance(0);
  await runner.stop();
  expect(jobs.rows[0]).toMatchObject({ tries: 0, until: 0, givenUp: false });
});
