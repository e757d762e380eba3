/** An audit chain in memory: what a test does to its tables, a database's master could do. */
import { systemHash } from "../../server/adapters/hash.ts";
import { chainKeys } from "../../server/audit/keys.ts";
import type {
  AuditChain,
  AuditEntry,
  AuditRow,
  ChainDay,
  ChainLink,
  ExportedHead,
  HeadStore,
} from "../../server/ports.ts";

export const CHAIN_KEYS = chainKeys(systemHash, [new Uint8Array(32).fill(5), new Uint8Array(32).fill(4)]);

export interface ChainTables {
  rows: AuditRow[];
  waiting: number[];
  days: (ChainDay & { exportedAt?: number })[];
  links: ChainLink[];
}

export interface MemoryChain extends AuditChain {
  tables: ChainTables;
  append(entry: AuditEntry): Promise<void>;
}

export function memoryChain(): MemoryChain {
  const tables: ChainTables = { rows: [], waiting: [], days: [], links: [] };
  let ids = 0;
  const rowOf = (id: number): AuditRow | undefined => tables.rows.find((row) => row.id === id);
  const linksOf = (day: string): ChainLink[] =>
    tables.links.filter((link) => link.day === day).sort((a, b) => a.place - b.place);
  function append({ resource, address, device, reason, accountId, ...entry }: AuditEntry): void {
    tables.rows.push({
      ...{ id: ++ids, ...entry },
      resource: resource ?? null,
      address: address ?? null,
      device: device ?? null,
      reason: reason ?? null,
      accountId: accountId ?? null,
    });
    tables.waiting.push(ids);
  }

  return {
    tables,
    append: async (entry) => append(entry),
    waiting: async (most) => Math.min(most, tables.waiting.length),
    async extend(most, _now, next) {
      const day = tables.days.at(-1);
      const last = day && linksOf(day.day).at(-1);
      const tail = day && { day: { ...day }, place: last?.place ?? 0, mac: last?.mac ?? day.opening };
      const rows = tables.waiting.slice(0, most).flatMap((id) => rowOf(id) ?? []);
      const step = next(tail, rows);
      if (step.seal) tables.days.find(({ day }) => day === step.seal!.day)!.sealed = step.seal.end;
      if (step.open) tables.days.push({ ...step.open });
      tables.links.push(...step.links);
      tables.waiting = tables.waiting.filter((id) => !step.links.some(({ auditId }) => auditId === id));
      return { step, rows };
    },
    days: async () => tables.days.map((day) => ({ ...day })),
    links: async (day, after, most) =>
      linksOf(day)
        .filter(({ place }) => place > after)
        .slice(0, most)
        .map((link) => ({ link, row: rowOf(link.auditId) })),
    strays: async (most) =>
      [
        ...tables.rows
          .map(({ id }) => id)
          .filter(
            (id) => !tables.waiting.includes(id) && !tables.links.some(({ auditId }) => auditId === id),
          ),
        ...tables.waiting.filter((id) => !rowOf(id)),
      ].slice(0, most),
    unexported: async (most) =>
      tables.days.filter(({ sealed, exportedAt }) => sealed && exportedAt === undefined).slice(0, most),
    async exported(day, at) {
      tables.days.find((one) => one.day === day)!.exportedAt = at;
    },
    async drop(day, proof, most, entry) {
      const one = tables.days.find((one) => one.day === day)!;
      if (!one.dropped) append(entry);
      one.dropped ??= proof;
      const going = linksOf(day).slice(0, most);
      tables.links = tables.links.filter((link) => !going.includes(link));
      tables.rows = tables.rows.filter(({ id }) => !going.some(({ auditId }) => auditId === id));
      return going.length;
    },
  };
}

/** A second place that can be away. */
export function memoryHeads(): HeadStore & { heads: ExportedHead[]; away: boolean } {
  const store = {
    name: "memory",
    heads: [] as ExportedHead[],
    away: false,
    async put(head: ExportedHead) {
      if (store.away) throw new Error("away");
      store.heads.push(head);
    },
    async read(from: string, to: string) {
      if (store.away) throw new Error("away");
      return store.heads.filter(({ day }) => day >= from && day <= to);
    },
  };
  return store;
}
