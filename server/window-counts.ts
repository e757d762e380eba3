/** What came how often, counted in windows that all begin anew at once, and never of more than so many keys. */
import type { Clock } from "./ports.ts";

export interface WindowCounts {
  of(key: string): number;
  /** keys for which there is room yet */
  room(): number;
  /** False, and not counted, where the key is new and there is no room. */
  add(key: string): boolean;
}

export function createWindowCounts(
  clock: Clock,
  { windowMs, most }: { windowMs: number; most: number },
): WindowCounts {
  let until = 0;
  let counts = new Map<string, number>();

  function current(): Map<string, number> {
    const now = clock.now();
    if (now >= until) [counts, until] = [new Map(), now + windowMs];
    return counts;
  }
  const of = (key: string): number => current().get(key) ?? 0;
  const room = (): number => most - current().size;

  return {
    of,
    room,
    add(key) {
      const times = of(key);
      if (times === 0 && room() <= 0) return false;
      counts.set(key, times + 1);
      return true;
    },
  };
}
