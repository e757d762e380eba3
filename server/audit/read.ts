/** The trail, a page at a time: all of it for who runs the cell, a family's own for its parent. */
import { orUnavailable } from "../errors.ts";
import type { AuditFilter, AuditReader, AuditRow } from "../ports.ts";

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

/** What a parent is shown: where their own people were, and not where whoever runs the cell sits. */
export function familyView(row: AuditRow): AuditRow {
  const ours = row.actor === row.accountId || row.address === null;
  const operators = /^(support:|developer|operator|key:)/.test(row.actor);
  return !ours && operators ? { ...row, address: null, device: null } : row;
}
