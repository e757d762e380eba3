/** Time since the start, and timers that can be stopped twice. */
import type { ToyClock } from "@bearlink/sdk/toy";

export const clock: ToyClock = {
  now: () => getTime() * 1000,
  after: (ms, callback) => {
    let id: number | undefined = setTimeout(() => {
      id = undefined;
      callback();
    }, ms) as unknown as number;
    return () => {
      // a number that has rung may be another timer's by now
      if (id !== undefined) clearTimeout(id);
      id = undefined;
    };
  },
};
