/** The world around the chip: what outlives its starts, and why one ends. */
import type { ToyClock } from "@bearlink/sdk/toy";
import type { Flash } from "./flash.ts";
import type { Network } from "./line.ts";
import type { SoundPorts } from "./waveform.ts";
import type { Air } from "./wifi.ts";

export interface World {
  clock: ToyClock;
  flash: Flash;
  network: Network;
  air: Air;
  sound: SoundPorts;
  variables: number;
  /** of the chip's own memory: whether Bluetooth advertises */
  bluetooth: boolean;
  /** levels that the world holds pins at */
  levels: Record<string, number>;
  log(line: string): void;
  serial(text: string): void;
}

/** Why a start ended; `seconds` is how long the chip sleeps, if it does. */
export type Ending = "reboot" | "watchdog" | { seconds: number };
