/** How many lines an address may hold at once, and how many CONNECTs it may send a minute: strangers must not fill the broker. PROTOCOL.md §4.4 */
import type { Clock } from "./line.ts";

export interface CrowdLimits {
  /** lines at once */
  lines: number;
  /** CONNECTs a minute */
  connects: number;
  /** addresses that are counted at once; over that, ones not yet known are turned away */
  addresses: number;
  /** what an address is counted under; undefined: not at all, as a proxy that speaks for many */
  keyOf(address: string): string | undefined;
}

export interface Crowd {
  /** A line comes; false: one too many, and it is not to stay. */
  enters(address: string): boolean;
  /** A line that entered has gone. */
  leaves(address: string): void;
  /** It sends a CONNECT; false: it is to come again later. */
  connects(address: string): boolean;
}

interface Counted {
  lines: number;
  connects: number;
}

const MINUTE_MS = 60_000;

export function openCrowd(clock: Clock, limits: CrowdLimits): Crowd {
  const known = new Map<string, Counted>();
  let ticking = false;

  // counts by whole minutes: so an address may have twice as many about the end of one, and costs two numbers
  function tick(): void {
    ticking = false;
    for (const [key, counted] of known) {
      if (counted.lines === 0) known.delete(key);
      else counted.connects = 0;
    }
    if (known.size > 0) tickLater();
  }

  function tickLater(): void {
    if (ticking) return;
    ticking = true;
    clock.after(MINUTE_MS, tick);
  }

  function countedOf(key: string): Counted | undefined {
    const counted = known.get(key);
    if (counted || known.size >= limits.addresses) return counted;
    const fresh = { lines: 0, connects: 0 };
    known.set(key, fresh);
    tickLater();
    return fresh;
  }

  return {
    enters(address) {
      const key = limits.keyOf(address);
      if (key === undefined) return true;
      const counted = countedOf(key);
      if (!counted || counted.lines >= limits.lines) return false;
      counted.lines++;
      return true;
    },
    leaves(address) {
      const key = limits.keyOf(address);
      const counted = key === undefined ? undefined : known.get(key);
      if (counted) counted.lines--;
    },
    connects(address) {
      const key = limits.keyOf(address);
      if (key === undefined) return true;
      const counted = countedOf(key);
      return counted !== undefined && ++counted.connects <= limits.connects;
    },
  };
}
