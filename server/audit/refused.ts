/** Refusals in the trail, in the way of nobody: the same one once a minute, and a few of one address or of whoever asks, so that nobody fills it. */
import {
  MAX_REFUSALS_COUNTED,
  MAX_REFUSALS_OF_ADDRESS,
  MAX_REFUSALS_OF_ACTOR,
  REFUSALS_MS,
} from "../bounds.ts";
import type { AuditTrail, Clock, Log, TellRefused } from "../ports.ts";
import { createWindowCounts } from "../window-counts.ts";

export interface RefusalPorts {
  audit: AuditTrail;
  clock: Clock;
  log: Log;
  /** whom an address stands for */
  networkOf(address: string): string;
}

export function createRefusals({ audit, clock, log, networkOf }: RefusalPorts): TellRefused {
  const told = createWindowCounts(clock, { windowMs: REFUSALS_MS, most: MAX_REFUSALS_COUNTED });

  /** Of a minute that holds as much as it can, nothing more is told. */
  function counts(bounds: readonly (readonly [key: string, most: number])[]): boolean {
    if (bounds.some(([key, most]) => told.of(key) >= most) || told.room() < bounds.length) return false;
    for (const [key] of bounds) told.add(key);
    return true;
  }

  return (entry) => {
    const { action, actor, address, reason } = entry;
    const network = networkOf(address);
    const isTold = counts([
      [JSON.stringify([network, actor, action, reason]), 1],
      [`address ${network}`, MAX_REFUSALS_OF_ADDRESS],
      ...(actor === "unknown" ? [] : [[`actor ${actor}`, MAX_REFUSALS_OF_ACTOR] as const]),
    ]);
    if (!isTold) return;
    audit
      .append({ at: clock.now(), outcome: "refused", ...entry })
      .catch((error: unknown) => log.warn({ error, action }, "a refusal was not audited"));
  };
}
