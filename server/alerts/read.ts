/** A parent reads what they were told, and the operator reads what no parent may; each reading of the latter is written down. */
import { MAX_SAFETY_CASES } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import { sealContext } from "../ports.ts";
import type { Alert, AlertBook, AuditTrail, Clock, SafetyCase, SafetyQueue, Vault } from "../ports.ts";
import type { CaseContent } from "./care.ts";

export interface AlertPage {
  alerts: Alert[];
  unread: number;
  /** for the next page; undefined at the end */
  nextPlace: number | undefined;
}

export async function readAlerts(
  { book }: { book: AlertBook },
  accountId: string,
  limit: number,
  before: number | undefined,
): Promise<AlertPage> {
  const alerts = await orUnavailable(book.list(accountId, limit + 1, before));
  const page = alerts.slice(0, limit);
  return {
    alerts: page,
    unread: await orUnavailable(book.unread(accountId)),
    nextPlace: alerts.length > limit ? page.at(-1)?.place : undefined,
  };
}

export interface SafetyPorts {
  safetyQueue: SafetyQueue;
  vault: Vault;
  audit: AuditTrail;
  clock: Clock;
}

/** Who reads what no parent may. */
export interface Operator {
  actor: string;
  address: string;
}

export type OpenCase = Omit<SafetyCase, "sealed"> & CaseContent;

/** The audit first: who cannot be written down reads nothing. */
export async function readCases(ports: SafetyPorts, by: Operator): Promise<OpenCase[]> {
  const entry = { at: ports.clock.now(), action: "safety_queue_read", outcome: "success", ...by } as const;
  await orUnavailable(ports.audit.append(entry));
  const cases = await orUnavailable(ports.safetyQueue.list(MAX_SAFETY_CASES));
  return cases.map(({ sealed, ...item }) => {
    const opened = ports.vault.open(sealed, sealContext.safetyCase(item.id));
    return { ...item, ...(JSON.parse(new TextDecoder().decode(opened)) as CaseContent) };
  });
}

/** Throws NOT_FOUND where there is none that waits. */
export async function finishCase(ports: SafetyPorts, id: string, by: Operator): Promise<void> {
  const entry = { at: ports.clock.now(), action: "safety_case_done", outcome: "success", ...by } as const;
  const done = await orUnavailable(ports.safetyQueue.done(id, { ...entry, resource: id }));
  if (!done) throw new Refusal("NOT_FOUND");
}
