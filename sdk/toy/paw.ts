/** What a press of the paw means by its length: talk, pair at 5 s, reset at 10 s. PROTOCOL.md §8.1, §8.6 */
import type { ToyClock } from "./host.ts";
import type { ToyEvent } from "./states.ts";
import { nothing } from "./nothing.ts";

const HOLD_MS = 5_000;
const RESET_MS = 10_000;

export interface Paw {
  down: boolean;
  stopHold: () => void;
}

export function openPaw(): Paw {
  return { down: false, stopHold: nothing };
}

/** `talked` tells whether a word was heard since the press: who talks for ten seconds does not wipe the Wi-Fi. */
export function pressPaw(
  paw: Paw,
  down: boolean,
  clock: ToyClock,
  talked: () => boolean,
  on: (event: ToyEvent) => void,
): void {
  if (down === paw.down) return;
  paw.down = down;
  paw.stopHold();
  if (!down) return on("release");
  paw.stopHold = clock.after(HOLD_MS, () => {
    if (talked()) return;
    paw.stopHold = clock.after(RESET_MS - HOLD_MS, () => on("reset"));
    on("hold");
  });
  on("press");
}
