/** Developer keys in memory, as SQL keeps them. */
import type { AuditEntry, DeveloperKey, DeveloperKeys } from "../../server/ports.ts";

export function memoryKeys(entries: AuditEntry[] = []): DeveloperKeys & {
  rows: Map<string, DeveloperKey & { hash: Uint8Array }>;
  /** look-ups so far */
  asked: number;
  /** of each key, those it opened */
  visits: Map<string, string[]>;
} {
  const visits = new Map<string, string[]>();
  const rows = new Map<string, DeveloperKey & { hash: Uint8Array }>();
  const isIn = ({ revokedAt, expiresAt }: DeveloperKey, now: number): boolean =>
    revokedAt === undefined && expiresAt > now;
  const below = (id: string | undefined): string[] =>
    [...rows.values()].filter(({ makerId }) => makerId === id).flatMap((key) => [key.id, ...below(key.id)]);

  return {
    rows,
    asked: 0,
    visits,
    async add(key, hash, most, entry) {
      const maker = key.makerId === undefined ? undefined : rows.get(key.makerId);
      if (key.makerId !== undefined && !(maker && isIn(maker, key.createdAt))) return false;
      const others = [...rows.values()].filter(
        (one) => one.makerId === key.makerId && isIn(one, key.createdAt),
      );
      if (others.length >= most || rows.has(key.id)) return false;
      rows.set(key.id, { ...key, hash });
      entries.push(entry);
      return true;
    },
    async find(id) {
      this.asked++;
      return rows.get(id);
    },
    list: async (makerId) =>
      below(makerId).map((id) => {
        const { hash, ...key } = rows.get(id)!;
        void hash;
        return key;
      }),
    async change(id, { name, expiresAt }, entry) {
      const key = rows.get(id);
      if (!key || !isIn(key, entry.at)) return undefined;
      if (name !== undefined) key.name = name;
      if (expiresAt !== undefined) {
        key.expiresAt = expiresAt;
        for (const one of below(id)) rows.get(one)!.expiresAt = Math.min(rows.get(one)!.expiresAt, expiresAt);
      }
      entries.push(entry);
      return key;
    },
    async revoke(id, now, entry) {
      const ended = [id, ...below(id)].filter(
        (one) => rows.get(one)?.revokedAt === undefined && rows.has(one),
      );
      for (const one of ended) rows.get(one)!.revokedAt = now;
      if (ended.length > 0) entries.push(entry);
      return { keys: ended, visits: ended.flatMap((one) => visits.get(one) ?? []) };
    },
    standing: async (ids, now) => new Set(ids.filter((id) => rows.has(id) && isIn(rows.get(id)!, now))),
    async used(uses) {
      for (const [id, { count, at }] of uses) {
        const key = rows.get(id);
        if (key) Object.assign(key, { uses: key.uses + count, lastUsedAt: at });
      }
    },
  };
}
