/** What the toy tells of itself every five minutes: memory, time since its start, battery. PROTOCOL.md §5 */
import type { Telemetry } from "@bearlink/sdk/protocol";
import { batteryMv } from "../parts/battery.ts";
import { memory } from "./watchdog.ts";

export function telemetry(): Telemetry {
  const held = memory();
  return {
    heap: held.free * held.blocksize,
    uptime_s: getTime() | 0,
    battery_mv: batteryMv(),
  };
}
