/** What looks like an attack in the last hour of the trail: a table of rules, each told to the family once a day. MISSION B27 */
import {
  AUDIT_LOOK_MS,
  MAX_SUSPICION_PAGES,
  MAX_SUSPICIONS,
  SUSPICION_MS,
  SUSPICION_TOLD_MS,
} from "../bounds.ts";
import type { Alerts, AuditReader, AuditRow, Clock, CountPlace, Log, Meter } from "../ports.ts";

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

type Asked = Pick<Parameters<AuditReader["often"]>[0], "whose" | "after">;

async function askedOf(ports: SuspicionPorts, rule: Suspicion, asked: Asked): Promise<Suspected[]> {
  const since = ports.clock.now() - SUSPICION_MS;
  const counts = await ports.auditReader.often({ ...rules[rule], since, ...asked, most: MAX_SUSPICIONS });
  return counts.map((one): Suspected => ({ rule, ...one }));
}

/** Of one family; or of everybody, families first: what is nobody's may be made up, and crowds out none of them. Rejects where the record is away. */
export async function suspected(ports: SuspicionPorts, accountId?: string): Promise<Suspected[]> {
  const whose = accountId === undefined ? (["families", "nobody"] as const) : [{ accountId }];
  const found = await Promise.all(
    SUSPICIONS.flatMap((rule) => whose.map((each) => askedOf(ports, rule, { whose: each }))),
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
  /** of each rule, where a look ended before it was through: the next one goes on there, so that no family is left out */
  const places = new Map<Suspicion, CountPlace>();

  async function look(rule: Suspicion): Promise<void> {
    for (const one of await askedOf(ports, rule, { whose: "nobody" })) tellOperator(ports, one);
    for (let page = 0; page < MAX_SUSPICION_PAGES; page++) {
      const after = places.get(rule) ?? { accountId: "", who: "" };
      const found = await askedOf(ports, rule, { whose: "families", after });
      for (const one of found) await tellFamily(ports, one);
      if (found.length < MAX_SUSPICIONS) return void places.delete(rule);
      const { accountId, who } = found.at(-1)!;
      places.set(rule, { accountId: accountId!, who });
    }
  }

  return {
    async run() {
      for (const rule of SUSPICIONS) await look(rule);
    },
    next: (now) => now + AUDIT_LOOK_MS,
  };
}

function tellOperator({ meter, log }: LookoutPorts, { rule, who, count }: Suspected): void {
  meter.count("audit_suspicions_total", { rule });
  log.warn({ rule, who, count }, "suspicious: of no family");
}

async function tellFamily(ports: LookoutPorts, { rule, who, accountId, count }: Suspected): Promise<void> {
  ports.meter.count("audit_suspicions_total", { rule });
  const day = Math.floor(ports.clock.now() / SUSPICION_TOLD_MS);
  await ports.alerts.raise({
    ...{ accountId: accountId!, kind: "suspicious_activity", details: { rule, count } },
    ...(rules[rule].by === "resource" && { deviceId: who }),
    dedupeKey: `suspicious_activity:${rule}:${who}:${day}`,
  });
}
