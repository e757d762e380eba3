/** The trail, a page at a time: all of it for who runs the cell, a family's own for its parent. */
import { orUnavailable } from "../errors.ts";
import type { AuditFilter, AuditReader, AuditRow, AuditTrail, Clock } from "../ports.ts";

export interface AuditPage {
  rows: AuditRow[];
  /** for the next page; undefined at the end */
  nextBefore: number | undefined;
}

export async function readTrail(
  { auditReader }: { auditReader: Pick<AuditReader, "page"> },
  filter: AuditFilter,
  limit: number,
  before: number | undefined,
): Promise<AuditPage> {
  const found = await orUnavailable(auditReader.page(filter, limit + 1, before));
  const rows = found.slice(0, limit);
  return { rows, nextBefore: found.length > limit ? rows.at(-1)?.id : undefined };
}

/** The same, read by who runs the cell: that stands in the trail too, and in the family's where it is asked about one. */
export async function viewTrail(
  ports: { auditReader: Pick<AuditReader, "page">; audit: AuditTrail; clock: Clock },
  { actor, address, device }: { actor: string; address: string; device: string },
  filter: AuditFilter,
  limit: number,
  before: number | undefined,
): Promise<AuditPage> {
  const page = await readTrail(ports, filter, limit, before);
  const entry = { at: ports.clock.now(), action: "audit_read", outcome: "success" } as const;
  const about = filter.accountId ?? filter.resource ?? filter.actor;
  await orUnavailable(
    ports.audit.append({
      ...{ ...entry, actor, address, device },
      ...(about !== undefined && { resource: about }),
    }),
  );
  return page;
}

/** What a parent is shown: where their own people were, and not where whoever runs the cell sits. */
export function familyView(row: AuditRow): AuditRow {
  const ours = row.actor === row.accountId || row.address === null;
  const operators = /^(support:|developer|operator|key:)/.test(row.actor);
  return !ours && operators ? { ...row, address: null, device: null } : row;
}
