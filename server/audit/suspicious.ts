/** What looks like an attack in the last hour of the trail: a table of rules, each told to the family once a day. MISSION B27 */
import { AUDIT_LOOK_MS, MAX_SUSPICIONS, SUSPICION_MS, SUSPICION_TOLD_MS } from "../bounds.ts";
import type { Alerts, AuditReader, AuditRow, Clock, Log, Meter } from "../ports.ts";

export const SUSPICIONS = [
  "failed_sign_ins",
  "credential_reads",
  "many_addresses",
  "failed_claims",
  "toy_in_two_places",
] as const;
export type Suspicion = (typeof SUSPICIONS)[number];

interface Rule {
  actions: readonly string[];
  outcome: AuditRow["outcome"] | undefined;
  /** who is under suspicion, or under attack */
  by: "actor" | "resource";
  of: "rows" | "addresses";
  least: number;
}

export const rules: Record<Suspicion, Rule> = {
  failed_sign_ins: { actions: ["signed_in"], outcome: "refused", by: "actor", of: "rows", least: 5 },
  credential_reads: {
    actions: ["credentials_read"],
    outcome: undefined,
    ...{ by: "actor", of: "rows", least: 51 },
  },
  many_addresses: { actions: ["signed_in"], outcome: "success", by: "actor", of: "addresses", least: 4 },
  failed_claims: { actions: ["claim_rejected"], outcome: "refused", by: "resource", of: "rows", least: 5 },
  toy_in_two_places: {
    actions: ["toy_claimed"],
    outcome: "success",
    ...{ by: "resource", of: "addresses", least: 2 },
  },
};

export interface Suspected {
  rule: Suspicion;
  /** an account, a toy or a key */
  who: string;
  accountId: string | null;
  count: number;
}

export interface SuspicionPorts {
  auditReader: Pick<AuditReader, "often">;
  clock: Clock;
}

/** Of everybody, or of one family. Rejects where the record is away. */
export async function suspected(
  { auditReader, clock }: SuspicionPorts,
  accountId?: string,
): Promise<Suspected[]> {
  const since = clock.now() - SUSPICION_MS;
  const found = await Promise.all(
    SUSPICIONS.map(async (rule) => {
      const counts = await auditReader.often({ ...rules[rule], since, accountId, most: MAX_SUSPICIONS });
      return counts.map((one): Suspected => ({ rule, ...one }));
    }),
  );
  return found.flat();
}

export interface LookoutPorts extends SuspicionPorts {
  alerts: Pick<Alerts, "raise">;
  meter: Meter;
  log: Log;
}

/** A job that comes again and again: a family is told once a day of each, the operator's log of those that are nobody's. */
export function lookoutJob(ports: LookoutPorts): {
  run(): Promise<void>;
  next(now: number): number;
} {
  return { run: () => look(ports), next: (now) => now + AUDIT_LOOK_MS };
}

async function look(ports: LookoutPorts): Promise<void> {
  const { alerts, clock, meter, log } = ports;
  const day = Math.floor(clock.now() / SUSPICION_TOLD_MS);
  for (const { rule, who, accountId, count } of await suspected(ports)) {
    meter.count("audit_suspicions_total", { rule });
    if (accountId === null) log.warn({ rule, who, count }, "suspicious: of no family");
    else
      await alerts.raise({
        ...{ accountId, kind: "suspicious_activity", details: { rule, count } },
        ...(rules[rule].by === "resource" && { deviceId: who }),
        dedupeKey: `suspicious_activity:${rule}:${who}:${day}`,
      });
  }
}
