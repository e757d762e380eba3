/** The sweeper: each category by its time, in batches, until none is left or it is told to stop. */
import { describe, expect, test } from "vitest";
import { RETENTION_SWEEP_MS, SWEEP_BATCH } from "../../../../server/bounds.ts";
import { systemHash } from "../../../../server/adapters/hash.ts";
import { pseudonym } from "../../../../server/family/consent/consent.ts";
import { readPolicy } from "../../../../server/family/retention/policy.ts";
import { retentionJob, sweep } from "../../../../server/family/retention/sweep.ts";
import type { SweepPorts } from "../../../../server/family/retention/sweep.ts";
import { fakeClock } from "../../../support/clock.ts";
import { silentLog } from "../../../support/voice.ts";

const DAY_MS = 86_400_000;
const open = new AbortController().signal;
const texts = { en: "x", de: "x" };
const of = (category: string, days: unknown, whose = "child") => ({
  category,
  of: whose,
  ...{ title: texts, purpose: texts },
  days,
});
const CATEGORIES = [of("sound", 0), of("words", "child"), of("notes", 2), of("parent", 9, "parent")];

function ports(change: Partial<SweepPorts> = {}, categories: object[] = CATEGORIES) {
  const clock = fakeClock();
  const asked: unknown[][] = [];
  let rows = 2 * SWEEP_BATCH + 7;
  const all: SweepPorts = {
    clock,
    log: silentLog,
    policy: readPolicy({ categories, tables: {} }),
    retention: {
      async sweep(category, past, most) {
        asked.push([
          category,
          past.before === undefined ? undefined : (past.now - past.before) / DAY_MS,
          most,
        ]);
        const gone = Math.min(rows, most);
        rows -= gone;
        return gone;
      },
      abandoned: async () => [],
      remove: async () => undefined,
    },
    children: { toys: async (childId) => [`bear-${childId}`] },
    unpair: async () => undefined,
    hash: systemHash,
    ...change,
  };
  return { all, clock, asked };
}

describe("the sweeper", () => {
  test("goes through what is a child's and has days, batch by batch", async () => {
    const { all, asked } = ports();
    await sweep(all, open);
    expect(asked).toEqual([
      ...Array.from({ length: 3 }, () => ["words", undefined, SWEEP_BATCH]),
      ["notes", 2, SWEEP_BATCH],
    ]);
  });

  test("stops between two batches", async () => {
    const stop = new AbortController();
    const { all, asked } = ports();
    const { retention } = all;
    const once = async (...args: Parameters<typeof retention.sweep>) => {
      stop.abort();
      return retention.sweep(...args);
    };
    await sweep({ ...all, retention: { ...retention, sweep: once } }, stop.signal);
    expect(asked).toHaveLength(1);
  });

  test("removes the children of families that are away, each by itself", async () => {
    const removed: string[] = [];
    const { all } = ports({}, [of("profile", 730)]);
    const children = ["a", "b", "c"].map((childId) => ({ accountId: "ada", childId }));
    const since: number[] = [];
    await sweep(
      {
        ...all,
        retention: {
          ...all.retention,
          async abandoned(before) {
            since.push(before);
            return children;
          },
          remove: async (childId, { actor, resource, accountId }) =>
            void removed.push(`${childId} of ${accountId} by ${actor}: ${resource}`),
        },
        async unpair(accountId, deviceId) {
          if (deviceId === "bear-b") throw new Error("away");
          removed.push(`${deviceId} of ${accountId}`);
        },
      },
      open,
    );
    expect(removed).toEqual(
      ["a", "c"].flatMap((childId) => [
        `bear-${childId} of ada`,
        `${childId} of ada by retention: ${pseudonym(systemHash, childId)}`,
      ]),
    );
    expect(since).toEqual([all.clock.now() - 730 * DAY_MS]);
  });

  test("fails where a category is known to nobody, and comes again each hour", async () => {
    const sweepNone = () => Promise.reject(new Error("nobody knows how to sweep words"));
    const { all } = ports();
    const job = retentionJob({ ...all, retention: { ...all.retention, sweep: sweepNone } });
    await expect(job.run("", open)).rejects.toThrow("nobody knows");
    expect(job.next(5)).toBe(5 + RETENTION_SWEEP_MS);
  });
});
