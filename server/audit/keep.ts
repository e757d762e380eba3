/** How long the trail is kept: whole days go when their time is over, and their sealed heads stay, so that what is left still stands on them. MISSION B28 */
import type { Hash } from "@bearlink/sdk/protocol";
import { AUDIT_DROP_ROWS, RETENTION_SWEEP_MS } from "../bounds.ts";
import type { AuditChain, Clock, Log } from "../ports.ts";
import { dayOf, dropProof, keyOfDay } from "./chain.ts";
import type { ChainKeys } from "./keys.ts";

export interface KeepPorts {
  chain: Pick<AuditChain, "days" | "drop">;
  keys: ChainKeys;
  hash: Hash;
  clock: Clock;
  log: Log;
}

/** A job that comes again and again. */
export function auditRetentionJob(
  ports: KeepPorts,
  days: number,
): { run(about: string, signal: AbortSignal): Promise<void>; next(now: number): number } {
  return {
    run: (_about, signal) => dropOldDays(ports, days, signal),
    next: (now) => now + RETENTION_SWEEP_MS,
  };
}

const DAY_MS = 86_400_000;

/** Each day that goes is itself in the trail. What is not sealed stays. */
export async function dropOldDays(ports: KeepPorts, days: number, signal: AbortSignal): Promise<void> {
  const { chain, keys, hash, clock, log } = ports;
  const oldest = dayOf(clock.now() - days * DAY_MS);
  for (const day of await chain.days()) {
    if (day.day >= oldest || !day.sealed) return;
    const proof = day.dropped ?? dropProof(hash, keyOfDay(keys, day), day.day, day.sealed);
    const entry = { at: clock.now(), action: "audit_day_dropped", outcome: "success" } as const;
    const of = { ...entry, actor: "retention", resource: day.day };
    let gone = 0;
    for (let batch = AUDIT_DROP_ROWS; batch === AUDIT_DROP_ROWS && !signal.aborted; gone += batch)
      batch = await chain.drop(day.day, proof, AUDIT_DROP_ROWS, of);
    if (gone > 0) log.info({ day: day.day, gone }, "a day of the audit trail was past its time");
  }
}
