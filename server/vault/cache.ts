/** A few values kept for a while: looked up once for all who ask at once, the oldest forgotten first, and none kept that was dropped while it was looked up. */
import type { Clock } from "../ports.ts";

export interface BoundedCache<V> {
  /** What is kept, else what `look` finds; undefined and a failure are not kept. */
  get<Found extends V | undefined>(key: string, look: () => Promise<Found>): Promise<V | Found>;
  drop(key: string): void;
  clear(): void;
}

interface Entry<V> {
  value: Promise<V | undefined>;
  /** epoch ms */
  until: number;
}

export function boundedCache<V>(clock: Clock, { most, ms }: { most: number; ms: number }): BoundedCache<V> {
  const entries = new Map<string, Entry<V>>();

  return {
    async get<Found extends V | undefined>(key: string, look: () => Promise<Found>): Promise<V | Found> {
      const there = entries.get(key);
      if (there && there.until > clock.now()) {
        const value = await there.value;
        if (value !== undefined) return value;
      }
      const entry: Entry<V> = { value: look(), until: clock.now() + ms };
      entries.delete(key); // a newer one stands last
      entries.set(key, entry);
      if (entries.size > most) entries.delete(entries.keys().next().value!);
      const forget = (): void => {
        if (entries.get(key) === entry) entries.delete(key);
      };
      try {
        const value = await (entry.value as Promise<Found>);
        if (value === undefined) forget();
        return value;
      } catch (error) {
        forget();
        throw error;
      }
    },
    drop: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
