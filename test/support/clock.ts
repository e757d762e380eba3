/** A clock that stands still until a test moves it. */
import type { Clock } from "../../server/ports.ts";

export interface FakeClock extends Clock {
  /** Moves the time on, firing each timer at its own moment; between two of them, promises and streams run. */
  advance(ms: number): Promise<void>;
  /** Timers that wait: 0 where nothing was leaked. */
  readonly waiting: number;
}

/**
 * A clock at `startMs`.
 *
 *     const clock = fakeClock();
 *     clock.after(900, cue);
 *     await clock.advance(900); // cue was called
 */
export function fakeClock(startMs = 1_800_000_000_000): FakeClock {
  let now = startMs;
  const timers = new Set<{ at: number; callback: () => void }>();

  const firstUntil = (end: number) =>
    [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];

  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = firstUntil(end); timer; timer = firstUntil(end)) {
        timers.delete(timer);
        now = timer.at;
        timer.callback();
        await settle();
      }
      now = end;
      await settle();
    },
    get waiting() {
      return timers.size;
    },
  };
}

/** One turn of the event loop: all promises and stream events that are ready have run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
