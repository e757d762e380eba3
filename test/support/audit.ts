/** An audit chain in memory: what a test does to its tables, a database's master could do. */
import { readPart, writePart } from "../../server/adapters/audit-places/part-form.ts";
import { systemHash } from "../../server/adapters/hash.ts";
import { chainKeys } from "../../server/audit/keys.ts";
import type {
  AuditArchive,
  AuditChain,
  AuditEntry,
  AuditRow,
  ChainDay,
  ChainLink,
  ChainTail,
  ExportedHead,
  HeadStore,
  LinkedRow,
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
  function tail(): ChainTail | undefined {
    const day = tables.days.at(-1);
    const last = day && linksOf(day.day).at(-1);
    // of a sealed day its end, whose links may be gone
    const { places: place, head: mac } = day?.sealed ?? { places: last?.place ?? 0, head: last?.mac };
    return day && { day: { ...day }, place, mac: mac ?? day.opening };
  }
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
    waiting: async (most, before = Infinity) =>
      tables.waiting.filter((id) => before === Infinity || (rowOf(id)?.at ?? before) < before).slice(0, most)
        .length,
    tail: async () => tail(),
    async extend(most, _now, next) {
      const rows = tables.waiting.slice(0, most).flatMap((id) => rowOf(id) ?? []);
      const step = next(tail(), rows);
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
            (id) =>
              !tables.waiting.includes(id) &&
              !tables.links.some(
                ({ auditId, day }) => auditId === id && tables.days.some((one) => one.day === day),
              ),
          ),
        ...tables.waiting.filter((id) => !rowOf(id)),
      ].slice(0, most),
    unexported: async (most) =>
      tables.days.filter(({ sealed, exportedAt }) => sealed && exportedAt === undefined).slice(0, most),
    async exported(day, at) {
      tables.days.find((one) => one.day === day)!.exportedAt = at;
    },
    async archive(day, parts) {
      const one = tables.days.find((one) => one.day === day)!;
      if (one.dropped) return false;
      one.archived = parts;
      return true;
    },
    async unarchive(day, proof, entry) {
      const one = tables.days.find((one) => one.day === day)!;
      if (!one.dropped || one.archived === undefined) return;
      Object.assign(one, { dropped: proof, archived: undefined });
      append(entry);
    },
    async drop(day, { proof, archived }, most, entry) {
      const one = tables.days.find((one) => one.day === day)!;
      if (!one.dropped && one.archived !== archived) return 0;
      if (!one.dropped) append(entry);
      one.dropped ??= proof;
      const going = linksOf(day).slice(-most);
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

/** An archive that can be away; its parts by day and number, such as `2025-11-28/1`. */
export function memoryArchive(name = "memory"): AuditArchive & { parts: Map<string, string>; away: boolean } {
  const parts = new Map<string, string>();
  const there = (): void => {
    if (archive.away) throw new Error("away");
  };
  const archive = {
    ...{ name, parts, away: false },
    async put(day: string, part: number, links: readonly LinkedRow[]) {
      there();
      parts.set(`${day}/${part}`, writePart(links));
    },
    async read(day: string, part: number) {
      there();
      const text = parts.get(`${day}/${part}`);
      return text === undefined ? undefined : readPart(day, text);
    },
    async remove(day: string, part: number) {
      there();
      parts.delete(`${day}/${part}`);
    },
    async removeBefore(first: string, but: ReadonlySet<string>) {
      there();
      for (const key of [...parts.keys()]) {
        const day = key.slice(0, 10);
        if (day < first && !but.has(day)) parts.delete(key);
      }
    },
  };
  return archive;
}
