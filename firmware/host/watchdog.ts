/** Looks after the chip every five seconds: feeds the watchdog while the toy is well, and sleeps before the battery is empty. */
import { isWell, stopBear } from "@bearlink/sdk/toy";
import type { Bear } from "@bearlink/sdk/toy";
import { keepAlive } from "./link.ts";
import { isEmpty } from "../parts/battery.ts";

const STARVE_S = 30;
const LOOK_MS = 5_000;
const PING_LOOKS = 5;
/** variables: a frame and its reply need some hundreds */
const LEAST_FREE = 400;

/** without collecting garbage, which would stop the sound */
export function memory(): EspruinoMemory {
  return (process as unknown as EspruinoProcess).memory(false);
}

let looks = 0;

function look(bear: Bear): void {
  looks = (looks + 1) % PING_LOOKS;
  if (looks === 0) keepAlive();
  if (isEmpty()) {
    stopBear(bear);
    bear.body.power.sleep(0);
  }
  // a timer that was lost or a memory that is full ends in a new start
  if (isWell(bear) && memory().free > LEAST_FREE) E.kickWatchdog();
}

export function watch(bear: Bear): void {
  E.enableWatchdog(STARVE_S, false);
  setInterval(() => look(bear), LOOK_MS);
}
