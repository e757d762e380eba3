/** Deletes what is past its time, as retention.yaml has it: each hour, by one cell, in batches. SAFETY S4, MISSION C46 */
import type { Hash } from "@bearlink/sdk/protocol";
import { RETENTION_SWEEP_MS, SWEEP_BATCH } from "../../bounds.ts";
import type { Children, Clock, Log, Retention } from "../../ports.ts";
import { pseudonym } from "../consent/consent.ts";
import type { RetentionPolicy } from "./policy.ts";

export interface SweepPorts {
  retention: Retention;
  policy: RetentionPolicy;
  children: Pick<Children, "toys">;
  /** Lets a toy of a family go: its session ends, and its keys move. */
  unpair(accountId: string, deviceId: string): Promise<void>;
  hash: Hash;
  clock: Clock;
  log: Log;
}

/** A job that comes again and again. */
export interface SweepJob {
  run(about: string, signal: AbortSignal): Promise<void>;
  next(now: number): number;
}

const DAY_MS = 86_400_000;

export function retentionJob(ports: SweepPorts): SweepJob {
  return { run: (_about, signal) => sweep(ports, signal), next: (now) => now + RETENTION_SWEEP_MS };
}

/** All that is past its time, or as much as there was before `signal`. */
export async function sweep(ports: SweepPorts, signal: AbortSignal): Promise<void> {
  const { retention, policy, clock, log } = ports;
  const now = clock.now();
  for (const { category, of, days } of policy.categories) {
    // what has no days is not kept at all
    if (of !== "child" || days === undefined || days === 0) continue;
    const past = { now, before: days === "child" ? undefined : now - days * DAY_MS };
    let gone = 0;
    if (category === "profile") gone = await sweepChildren(ports, past.before!, signal);
    else
      for (let batch = SWEEP_BATCH; batch === SWEEP_BATCH && !signal.aborted; gone += batch)
        batch = await retention.sweep(category, past, SWEEP_BATCH);
    if (gone > 0) log.info({ category, gone }, "what was past its time is gone");
  }
}

/** Of families that are away for good. One that cannot go now is tried again in an hour. */
async function sweepChildren(
  { retention, children, unpair, hash, clock, log }: SweepPorts,
  before: number,
  signal: AbortSignal,
): Promise<number> {
  let gone = 0;
  for (const { accountId, childId } of await retention.abandoned(before, SWEEP_BATCH)) {
    if (signal.aborted) return gone;
    try {
      for (const deviceId of await children.toys(childId)) await unpair(accountId, deviceId);
      await retention.remove(childId, {
        at: clock.now(),
        action: "child_expired",
        outcome: "success",
        actor: "retention",
        accountId,
        resource: pseudonym(hash, childId),
      });
      gone++;
    } catch (error) {
      log.warn({ error }, "a child of a family that is away could not be removed");
    }
  }
  return gone;
}
