/** The battery: its voltage for TELEMETRY, and sleep before it is empty. MISSION C38 */
import { BOARD } from "../boards/board.ts";

const LOOK_MS = 60_000;
/** low this often in a row: one dip under load is no empty battery */
const LOW_LOOKS = 3;

let lows = 0;

export function batteryMv(): number {
  return Math.round(analogRead(BOARD.BATTERY) * BOARD.BATTERY_FULL_SCALE_MV);
}

export function watchBattery(empty: () => void): void {
  setInterval(() => {
    lows = batteryMv() < BOARD.BATTERY_LOW_MV ? lows + 1 : 0;
    if (lows === LOW_LOOKS) empty();
  }, LOOK_MS);
}
