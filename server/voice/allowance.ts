/** How often a toy may do a thing: no paw is pressed faster, and each costs this cell, its database or its models. */
import type { Clock } from "../ports.ts";

export interface ToyAllowance {
  /** Counts one; 0 where it may be, else the seconds until one may, and it is not counted. */
  take(): number;
}

/** `most` in any `windowMs`. */
export function createToyAllowance(
  clock: Clock,
  { most, windowMs }: { most: number; windowMs: number },
): ToyAllowance {
  const taken: number[] = []; // epoch ms, oldest first, at most `most`
  return {
    take() {
      const now = clock.now();
      const freeAt = taken.length < most ? now : taken[0]! + windowMs;
      if (freeAt > now) return Math.ceil((freeAt - now) / 1000);
      if (taken.length === most) taken.shift();
      taken.push(now);
      return 0;
    },
  };
}
