/** `ESP32`: the chip's own switches, each of which ends the program that throws it. */
import type { Realm } from "./realm.ts";
import type { Ending, World } from "./world.ts";

export function openEsp32(
  realm: Realm,
  world: World,
  end: (how: Ending) => never,
  eraseBootCode: () => void,
): object {
  return realm.object({
    /** Kept over a start. */
    enableBLE(on: boolean): never {
      world.bluetooth = Boolean(on);
      eraseBootCode();
      return end("reboot");
    },
    enableWifi: () => end("reboot"),
    getState: () =>
      realm.object({
        sdkVersion: "4.4",
        freeHeap: 60_000,
        BLE: world.bluetooth,
        Wifi: true,
        minHeap: 50_000,
      }),
    reboot: () => end("reboot"),
    deepSleep: (microseconds: number) => end({ seconds: microseconds / 1_000_000 }),
    deepSleepExt0: () => end({ seconds: Infinity }),
    deepSleepExt1: () => end({ seconds: Infinity }),
    lightSleep: () => {},
    getWakeupCause: () => 0,
    setAtten: () => {},
    setBLE_Debug: () => {},
  });
}
