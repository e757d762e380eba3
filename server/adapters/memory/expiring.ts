/** A map whose entries die, and which refuses a new key rather than grow over its bound. */
import { SWEEP_MS } from "../../bounds.ts";
import type { Clock } from "../../ports.ts";

export interface Expiring {
  /** epoch ms */
  expiresAt: number;
}

export interface ExpiringMap<V> {
  get(key: string): V | undefined;
  /** Throws where `most` others are there. */
  set(key: string, entry: V): void;
  delete(key: string): void;
}

export function expiringMap<V extends Expiring>(clock: Clock, most: number): ExpiringMap<V> {
  const entries = new Map<string, V>();
  let sweptAt = clock.now();

  const sweep = (now: number): void => {
    // once a second at most: a full map must not be walked for each stranger
    if (now - sweptAt < SWEEP_MS) return;
    sweptAt = now;
    for (const [key, entry] of entries) if (entry.expiresAt <= now) entries.delete(key);
  };

  return {
    get(key) {
      const entry = entries.get(key);
      return entry && entry.expiresAt > clock.now() ? entry : undefined;
    },
    set(key, entry) {
      sweep(clock.now());
      if (!entries.has(key) && entries.size >= most) throw new Error("the store in process is full");
      entries.set(key, entry);
    },
    delete(key) {
      entries.delete(key);
    },
  };
}
