/** What must happen, tried again while a store is away: each time after twice as long, and not for ever. */
import { ALERT_AGAIN_MS, ALERT_TRIES, MAX_WAITING_ALERTS } from "../bounds.ts";
import type { Clock, Log } from "../ports.ts";

/** Never throws, and is not awaited. */
export type Surely = (what: string, step: () => Promise<void>) => void;

export function createSurely({ clock, log }: { clock: Clock; log: Log }): Surely {
  let waiting = 0;

  async function attempt(what: string, step: () => Promise<void>, tries: number): Promise<void> {
    try {
      await step();
    } catch (error) {
      const given = tries >= ALERT_TRIES || waiting >= MAX_WAITING_ALERTS;
      log[given ? "error" : "warn"]({ error, tries }, given ? `given up: ${what}` : `not yet: ${what}`);
      if (given) return;
      waiting++;
      clock.after(ALERT_AGAIN_MS * 2 ** (tries - 1), () => {
        waiting--;
        void attempt(what, step, tries + 1);
      });
    }
  }

  return (what, step) => void attempt(what, step, 1);
}
