/** A toy as an object, for hosts that are not short of memory: what `runner` does, in one hand. */
import type { Identity, ToyHost } from "./host.ts";
import { isWell, openBear, pressBear, startBear, stopBear, tapBear } from "./runner.ts";
import type { ToyState } from "./states.ts";

export interface Toy {
  /** Begins, or begins again after `stop`. */
  start(): void;
  /** Lets go of everything: microphone, speaker, line, timers. */
  stop(): void;
  /** The paw, debounced: talk while it is down, pair at 5 s of silence, reset at 10 s. */
  paw(down: boolean): void;
  /** The paw was let go at once: the turn it opened goes on, and ends with the speech. */
  tap(): void;
  /** Opens a turn without the paw; by `voice` it ends with the speech, by `button` with `hush`. */
  talk(reason: "button" | "voice"): void;
  hush(): void;
  state(): ToyState;
  isWell(): boolean;
}

export function createToy(host: ToyHost, identity: Identity): Toy {
  const bear = openBear(host, identity);
  return {
    start: () => startBear(bear),
    stop: () => stopBear(bear),
    paw: (down) => pressBear(bear, down),
    tap: () => tapBear(bear),
    talk: (reason) => {
      bear.reason = reason;
      bear.on("press");
    },
    hush: () => bear.on("release"),
    state: () => bear.state,
    isWell: () => isWell(bear),
  };
}
