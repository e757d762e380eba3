/** What the trail is told of claims whose proof holds: no limit stops one (PROTOCOL.md §3.3), and one toy must not fill the trail all the same. */
import { CLAIMS_TOLD, CLAIMS_TOLD_MS, MAX_CLAIMS_COUNTED } from "../bounds.ts";
import type { Clock } from "../ports.ts";

/** Whether what became of a toy's claim from an address is to be written down; then it counts as written. */
export type TellsClaim = (toy: string, address: string, result: string) => boolean;

/** `networkOf`: whom an address stands for. */
export function createTellsClaim(clock: Clock, networkOf: (address: string) => string): TellsClaim {
  let until = 0;
  let counted = new Map<string, number>();
  return (toy, address, result) => {
    const now = clock.now();
    if (now >= until) [counted, until] = [new Map(), now + CLAIMS_TOLD_MS];
    const key = `${result} ${toy} ${networkOf(address)}`;
    const told = counted.get(key) ?? 0;
    if (told >= CLAIMS_TOLD) return false;
    // who holds no toy's secret counts nothing here; above it, what is written is more than it need be
    if (told > 0 || counted.size < MAX_CLAIMS_COUNTED) counted.set(key, told + 1);
    return true;
  };
}
