/** A clock whose timers may fail: a bug in one is logged, and ends what that timer was for, not the cell and all its toys. */
import type { Clock, Log } from "../ports.ts";

export function carefulClock(clock: Clock, log: Log): Clock {
  return {
    now: () => clock.now(),
    after: (ms, callback) =>
      clock.after(ms, () => {
        try {
          callback();
        } catch (error) {
          log.error({ error }, "a bug: a timer that failed");
        }
      }),
  };
}
