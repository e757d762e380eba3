/** Ends the program: to start it again, to sleep, or to forget the network. PROTOCOL.md §8.6 */
import type { Power } from "@bearlink/sdk/toy";
import { BOARD } from "../boards/board.ts";
import { WIFI_RECORD } from "../record.ts";
import { store } from "./store.ts";
import { update } from "./update.ts";

/** s that a number of microseconds can say to the chip; a longer sleep wakes early and may be told again */
const MAX_SLEEP_S = 2_000;

function reboot(): void {
  E.reboot();
}

/** 0 s: until the paw is pressed. */
function sleep(seconds: number): void {
  if (seconds > 0) ESP32.deepSleep(Math.min(seconds, MAX_SLEEP_S) * 1_000_000);
  else ESP32.deepSleepExt0(BOARD.PAW, 0);
}

function reset(): void {
  store.erase(WIFI_RECORD);
  reboot();
}

export const power: Power = { reboot, sleep, reset, update };
