/** A twin of Espruino on an ESP32: runs the toy's very bundle, over loopback, with sound from samples and into samples. */
import type { ToyClock } from "@bearlink/sdk/toy";
import { nodeClock } from "@bearlink/sdk/node";
import { flashWith } from "./flash.ts";
import type { Flash } from "./flash.ts";
import type { Network } from "./line.ts";
import { openMachine } from "./machine.ts";
import type { Machine } from "./machine.ts";
import type { SoundPorts } from "./waveform.ts";
import type { Ending, World } from "./world.ts";

/** ms that the chip takes to start again */
const RESTART_MS = 20;
/** the most an ESP32's build of Espruino has */
const VARIABLES = 16_383;
const MAX_LINES = 20_000;

export interface TwinOptions {
  clock?: ToyClock;
  /** empty where none is given; it outlives reboots and power cuts */
  flash?: Flash;
  /** what its microphone hears: 8-bit samples about 128; silence */
  microphone?: SoundPorts["microphone"];
  speaker?: SoundPorts["speaker"];
  /** loopback addresses by name; an address of loopback is always reached */
  hosts?: Record<string, string>;
  /** the Wi-Fi in reach; any name and password will do where none is given */
  wifi?: { ssid?: string; password?: string; reachable?: boolean };
  /** the paw: to ground while it is pressed */
  paw?: string;
  variables?: number;
  onLog?: (line: string) => void;
  /** what the program writes to its serial line */
  onSerial?: (text: string) => void;
  onStart?: (starts: number) => void;
}

export interface Twin {
  /** Starts the chip: from its flash, or with this program in the place of `.bootcde`. */
  boot(source?: string): void;
  /** Moves the paw. */
  press(down: boolean): void;
  /** Holds a pin at a level, 0 to 1. */
  pin(name: string, level: number): void;
  level(name: string): number;
  /** The network in the room comes or goes; with a name it is that one, and no other is in reach. */
  wifi(up: boolean, ssid?: string): void;
  /** Ends every connection, as a router does that starts again. */
  dropConnections(): void;
  /** The power goes at once; `boot` brings it back. */
  powerCut(): void;
  /** The power goes in the middle of the next write to flash. */
  cutNextWrite(): void;
  /** Writes to the serial line. */
  type(text: string): void;
  /** Runs a line of program, as its console does, and answers what it makes. */
  evaluate(source: string): unknown;
  /** variables in use */
  memory(): number;
  lines: string[];
  /** how often it has started, and why it last ended */
  starts: number;
  ended: Ending | undefined;
  isOn(): boolean;
  flash: Flash;
  close(): void;
}

/**
 * A twin that is off until it boots.
 *
 *     const twin = openTwin({ flash: flashWith({ ".bootcde": bundle }) });
 *     twin.boot();
 */
export function openTwin(options: TwinOptions = {}): Twin {
  const clock = options.clock ?? nodeClock;
  const flash = options.flash ?? flashWith({});
  const paw = options.paw ?? "D33";
  const network: Network = { up: false, hosts: options.hosts ?? {}, lines: new Set() };
  const lines: string[] = [];
  let machine: Machine | undefined;
  let stopWait = (): void => {};
  let program: string | undefined;

  const world: World = {
    clock,
    flash,
    network,
    air: { reachable: true, ...options.wifi },
    sound: {
      microphone: options.microphone ?? ((samples) => new Uint8Array(samples).fill(128)),
      speaker: options.speaker ?? (() => {}),
    },
    variables: options.variables ?? VARIABLES,
    bluetooth: true,
    levels: { [paw]: 1 },
    log(line) {
      if (lines.length < MAX_LINES) lines.push(line);
      options.onLog?.(line);
    },
    serial: options.onSerial ?? (() => {}),
  };

  const off = (): void => {
    stopWait();
    machine?.stop();
    machine = undefined;
    network.up = false;
    for (const line of network.lines) line.close();
  };

  const ended = (how: Ending): void => {
    twin.ended = how;
    off();
    const seconds = typeof how === "object" ? how.seconds : 0;
    if (seconds === Infinity) return;
    stopWait = clock.after(RESTART_MS + seconds * 1000, () => start(program));
  };

  const start = (source?: string): void => {
    off();
    twin.starts++;
    program = source;
    machine = openMachine(world, ended);
    options.onStart?.(twin.starts);
    machine.boot(source);
  };

  const twin: Twin = {
    boot: start,
    press: (down) => twin.pin(paw, down ? 0 : 1),
    pin(name, level) {
      world.levels[name] = level;
      machine?.pins.set(name, level);
      // asleep, the paw wakes it
      if (!machine && name === paw && level < 0.5 && typeof twin.ended === "object") start(program);
    },
    level: (name) => machine?.pins.levels[name] ?? 0,
    wifi(up, ssid) {
      world.air.reachable = up;
      if (ssid !== undefined) world.air.ssid = ssid;
      machine?.wifi.changed();
    },
    dropConnections() {
      for (const line of network.lines) line.close();
      machine?.loop.wake();
    },
    powerCut: off,
    cutNextWrite() {
      flash.cut = off;
    },
    type: (text) => machine?.type(text),
    evaluate: (source) => machine?.loop.run(() => machine!.realm.evaluate(source, "console")),
    memory: () => machine?.memory.used(true) ?? 0,
    lines,
    starts: 0,
    ended: undefined,
    isOn: () => machine !== undefined,
    flash,
    close: off,
  };
  return twin;
}
