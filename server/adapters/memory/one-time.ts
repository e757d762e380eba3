/** Values that are taken once, in process. */
import { MAX_ONE_TIME } from "../../bounds.ts";
import type { Clock, OneTime } from "../../ports.ts";
import { expiringMap } from "./expiring.ts";
import type { Expiring } from "./expiring.ts";

export function memoryOneTime(clock: Clock): OneTime {
  const held = expiringMap<Expiring & { value: string }>(clock, MAX_ONE_TIME);
  return {
    async keep(key, value, ms) {
      held.set(key, { value, expiresAt: clock.now() + ms });
    },
    async take(key) {
      const value = held.get(key)?.value;
      held.delete(key);
      return value;
    },
  };
}
