/** What the archive has of a family, for the file that it is handed: what it did while its days were in the database, told as those are. SAFETY S5 */
import type { AuditArchive, AuditChain, AuditRow, ChainDay, ExportSection, LinkedRow } from "../ports.ts";

export interface ArchivedPorts {
  chain: Pick<AuditChain, "days">;
  archives: readonly Pick<AuditArchive, "read">[];
}

/** Its records reject where an archive is away that may have what no other has. */
export function archivedSection(ports: ArchivedPorts): ExportSection {
  return {
    name: "audit_archive",
    async *records(accountId) {
      for (const day of await ports.chain.days()) {
        // what has not left the database is told from there
        const parts = day.dropped ? (day.archived ?? 0) : 0;
        for (let part = 1; part <= parts; part++)
          for (const { row } of await readFirst(ports, day, part))
            if (row?.accountId === accountId) yield told(row);
      }
    },
  };
}

/** As the first archive has it that has it at all. */
async function readFirst({ archives }: ArchivedPorts, { day }: ChainDay, part: number): Promise<LinkedRow[]> {
  const faults: unknown[] = [];
  for (const archive of archives) {
    const links = await archive.read(day, part).catch((fault: unknown) => void faults.push(fault));
    if (links) return links;
  }
  if (faults.length > 0) throw faults[0];
  return [];
}

function told({ at, action, outcome, actor, resource, address, device, reason }: AuditRow): object {
  return { at: new Date(at).toISOString(), action, outcome, actor, resource, address, device, reason };
}
