/** The one place that reads the time of day: every other room is handed a Clock. MISSION A12 */
import type { Clock } from "../ports.ts";

/** ms, the longest that Node can wait; it would fire a longer timer at once */
const MAX_WAIT_MS = 2_147_483_647;

/** Its timers fire while the process lives and never keep it alive: a server that has closed its doors may exit. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    if (!(ms <= MAX_WAIT_MS)) throw new RangeError(`a wait of ${ms} ms is too long`);
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};
