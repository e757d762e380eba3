/** What the trail is told of claims whose proof holds: no limit stops one (PROTOCOL.md §3.3), and one toy must not fill the trail all the same. */
import { CLAIMS_TOLD, CLAIMS_TOLD_MS, MAX_CLAIMS_COUNTED } from "../bounds.ts";
import type { Clock } from "../ports.ts";
import { createWindowCounts } from "../window-counts.ts";

/** Whether what became of a toy's claim from an address is to be written down; then it counts as written. */
export type TellsClaim = (toy: string, address: string, result: string) => boolean;

/** `networkOf`: whom an address stands for. */
export function createTellsClaim(clock: Clock, networkOf: (address: string) => string): TellsClaim {
  const told = createWindowCounts(clock, { windowMs: CLAIMS_TOLD_MS, most: MAX_CLAIMS_COUNTED });
  return (toy, address, result) => {
    const key = `${result} ${toy} ${networkOf(address)}`;
    if (told.of(key) >= CLAIMS_TOLD) return false;
    // who holds no toy's secret counts nothing here; where there is no room, what is written is more than it need be
    told.add(key);
    return true;
  };
}
