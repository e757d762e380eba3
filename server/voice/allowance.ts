/** How often a toy may begin a turn: no paw is pressed faster, and each turn costs this cell and its models. */
import { TURN_WINDOW_MS, TURNS_PER_TOY } from "../bounds.ts";
import type { Clock } from "../ports.ts";

export interface TurnAllowance {
  /** Counts one turn; 0 where it may begin, else the seconds until one may, and it is not counted. */
  take(): number;
}

export function createTurnAllowance(clock: Clock): TurnAllowance {
  const begun: number[] = []; // epoch ms, oldest first, at most TURNS_PER_TOY
  return {
    take() {
      const now = clock.now();
      const freeAt = begun.length < TURNS_PER_TOY ? now : begun[0]! + TURN_WINDOW_MS;
      if (freeAt > now) return Math.ceil((freeAt - now) / 1000);
      if (begun.length === TURNS_PER_TOY) begun.shift();
      begun.push(now);
      return 0;
    },
  };
}
