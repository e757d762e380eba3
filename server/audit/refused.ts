/** Refusals in the trail, in the way of nobody: the same one once a minute, and a few of one address or of whoever asks, so that nobody fills it. */
import {
  MAX_REFUSALS_COUNTED,
  MAX_REFUSALS_OF_ADDRESS,
  MAX_REFUSALS_OF_ACTOR,
  REFUSALS_MS,
} from "../bounds.ts";
import type { AuditTrail, Clock, Log, TellRefused } from "../ports.ts";

export interface RefusalPorts {
  audit: AuditTrail;
  clock: Clock;
  log: Log;
  /** whom an address stands for */
  networkOf(address: string): string;
}

export function createRefusals({ audit, clock, log, networkOf }: RefusalPorts): TellRefused {
  let until = 0;
  let counted = new Map<string, number>();

  /** Of a minute that holds as much as it can, nothing more is told. */
  function counts(bounds: readonly (readonly [key: string, most: number])[]): boolean {
    if (bounds.some(([key, most]) => (counted.get(key) ?? 0) >= most)) return false;
    if (counted.size + bounds.length > MAX_REFUSALS_COUNTED) return false;
    for (const [key] of bounds) counted.set(key, (counted.get(key) ?? 0) + 1);
    return true;
  }

  return (entry) => {
    const now = clock.now();
    if (now >= until) [counted, until] = [new Map(), now + REFUSALS_MS];
    const { action, actor, address, reason } = entry;
    const network = networkOf(address);
    const told = counts([
      [JSON.stringify([network, actor, action, reason]), 1],
      [`address ${network}`, MAX_REFUSALS_OF_ADDRESS],
      ...(actor === "unknown" ? [] : [[`actor ${actor}`, MAX_REFUSALS_OF_ACTOR] as const]),
    ]);
    if (!told) return;
    audit
      .append({ at: now, outcome: "refused", ...entry })
      .catch((error: unknown) => log.warn({ error, action }, "a refusal was not audited"));
  };
}
