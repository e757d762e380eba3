/** The battery: its voltage, and whether it is about to fail. MISSION C38 */
import { BOARD } from "../boards/board.ts";

/** low this often in a row, at one look in five seconds: a dip under load is no empty battery */
const LOW_LOOKS = 12;
/** mV that no cell has: the toy hangs on a cable */
const ABSENT_MV = 1_000;

let lows = 0;

export function batteryMv(): number {
  return Math.round(analogRead(BOARD.BATTERY) * BOARD.BATTERY_FULL_SCALE_MV);
}

/** To be asked regularly. */
export function isEmpty(): boolean {
  const mv = batteryMv();
  lows = mv > ABSENT_MV && mv < BOARD.BATTERY_LOW_MV ? lows + 1 : 0;
  return lows >= LOW_LOOKS;
}
