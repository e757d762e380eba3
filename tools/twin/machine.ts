/** One start of the chip: a realm with everything an ESP32 gives a program, from its first line to its reboot. */
import { bytesOf, fromLatin, printed, toLatin } from "./bytes.ts";
import { openCipher } from "./cipher.ts";
import { emitOn } from "./emitter.ts";
import type { Events } from "./emitter.ts";
import { openE } from "./espruino.ts";
import { openEsp32 } from "./esp32.ts";
import { eraseAll, eraseFile, isSound, readFile } from "./flash.ts";
import { openJson } from "./json.ts";
import { Death, openLoop } from "./loop.ts";
import type { Loop } from "./loop.ts";
import { openMemory } from "./memory.ts";
import type { Memory } from "./memory.ts";
import { openModules } from "./modules.ts";
import { openNet } from "./net.ts";
import { openPins } from "./pins.ts";
import type { Pins } from "./pins.ts";
import { openPromise } from "./promise.ts";
import { openChance } from "./random.ts";
import { openRealm } from "./realm.ts";
import type { Realm } from "./realm.ts";
import { openStorage } from "./storage.ts";
import { openTimers } from "./timers.ts";
import { openWaves } from "./waveform.ts";
import { openWifi } from "./wifi.ts";
import type { Wifi } from "./wifi.ts";
import type { Ending, World } from "./world.ts";

export interface Machine {
  realm: Realm;
  pins: Pins;
  wifi: Wifi;
  memory: Memory;
  loop: Loop;
  /** Text that comes over the serial line: to the console, or to the program. */
  type(text: string): void;
  boot(source?: string): void;
  stop(): void;
}

/** Ends a start: the program gets no further. */
class Ended extends Death {}

const STACK_LINES = 3;

export function openMachine(world: World, ended: (how: Ending) => void): Machine {
  const { clock, flash, log } = world;
  const errorFlags = new Set<string>();
  const bootAt = clock.now();
  let shiftedMs = 0;
  let over = false;
  let stopDog = (): void => {};
  const nowS = (): number => (clock.now() - bootAt + shiftedMs) / 1000;

  const report = (error: unknown): void => {
    errorFlags.add("CALLBACK");
    if (processEvents.isHeard("uncaughtException")) processEvents.tell("uncaughtException", error);
    else {
      log(`Uncaught ${String(error)}`);
      const stack = (error as Error | undefined)?.stack?.split("\n").filter((line) => /^ +at /.test(line));
      for (const line of stack?.slice(0, STACK_LINES) ?? []) log(line);
    }
  };

  const loop = openLoop(clock, {
    began: () => memory?.begin(),
    failed: report,
    died() {
      if (over) return;
      for (const flag of ["LOW_MEMORY", "MEMORY"]) errorFlags.add(flag);
      log("Execution Interrupted during event processing.");
      log("New interpreter error: LOW_MEMORY,MEMORY");
    },
  });
  const realm = openRealm({
    alive: () => !over && !loop.dying(),
    die: () => loop.die(),
    takeBytes: (bytes) => memory?.takeBytes(bytes),
    takeVariables: (count) => memory?.takeVariables(count),
  });
  let memory: Memory | undefined = undefined as Memory | undefined;

  const end = (how: Ending): never => {
    if (!over) {
      over = true;
      machine.stop();
      ended(how);
    }
    throw new Ended("ended");
  };

  const chance = openChance();
  const pins = openPins(realm, loop, clock, nowS);
  Object.assign(pins.levels, world.levels);
  const storage = openStorage(realm, flash);
  const cipher = openCipher(realm);
  const net = openNet(realm, loop, world.network, log);
  const wifi = openWifi(realm, loop, clock, world.network, world.air);
  const waves = openWaves(realm, loop, clock, pins, world.sound);

  const feedDog = (seconds: number): void => {
    stopDog();
    if (seconds > 0) stopDog = clock.after(seconds * 1000, () => !over && quietly(() => end("watchdog")));
  };
  const quietly = (call: () => unknown): void => {
    try {
      call();
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
    }
  };
  let dogS = 0;

  const chip = {
    console: "Serial1" as string | null,
    errorFlags,
    reboot: (): never => {
      espruino.events.tellNow("kill");
      return end("reboot");
    },
    watchdog(seconds: number, isAuto: boolean) {
      // one that feeds itself bites only a loop that never comes back: a test's deadline does that here
      dogS = isAuto ? 0 : seconds;
      feedDog(dogS);
    },
    kick: () => feedDog(dogS),
    sizeOf: (value: unknown) => memory!.sizeOf(value),
    addressOf: storage.addressOf,
  };
  const espruino = openE(realm, loop, flash, chance, chip);

  const serial = realm.object<Record<string, unknown>>({});
  const serialEvents: Events = emitOn(serial, loop);
  Object.assign(serial, {
    setup: () => {},
    write: (...data: unknown[]) => world.serial(toLatin(bytesOf(data))),
    print: (text: unknown) => world.serial(String(text)),
    println: (text: unknown) => world.serial(`${String(text)}\r\n`),
    setConsole: () => (chip.console = "Serial1"),
    toString: () => "Serial1",
  });

  const process = realm.object<Record<string, unknown>>({
    version: "2v29",
    env: realm.object({ VERSION: "2v29", BOARD: "ESP32", FLASH: 0, RAM: 0 }),
    memory(collect?: boolean) {
      const usage = memory!.used(collect !== false);
      return realm.object({
        free: world.variables - usage,
        usage,
        total: world.variables,
        history: 0,
        blocksize: 14,
      });
    },
  });
  const processEvents = emitOn(process, loop);

  const ESP32 = openEsp32(realm, world, end, () => eraseFile(flash, ".bootcde"));

  const modules = openModules(realm, flash, {
    Storage: storage.module,
    Flash: storage.flash,
    Wifi: wifi.module,
    crypto: cipher.module,
    TelnetServer: realm.object({ setOptions: () => {} }),
    ...net.modules,
  });

  const print = (...values: unknown[]): void => {
    for (const line of values
      .map((value) => printed(value))
      .join(" ")
      .split("\n"))
      log(line);
  };
  const console = realm.object({
    log: print,
    warn: print,
    error: print,
    info: print,
    debug: print,
    trace: print,
  });
  const timers = openTimers(realm, loop);
  const dateNow = (): number => Math.floor(nowS() * 1000);
  Object.defineProperty(realm.global("Date"), "now", { value: dateNow });

  const globals: Record<string, unknown> = {
    ...pins.globals,
    ...timers,
    E: espruino.E,
    ESP32,
    AES: cipher.AES,
    Waveform: waves.Waveform,
    JSON: openJson(realm),
    Promise: openPromise(realm, loop, report),
    Serial1: serial,
    Modules: modules.Modules,
    process,
    require: modules.require,
    print,
    console,
    url: net.url,
    global: realm.global("globalThis"),
    getTime: nowS,
    setTime(seconds: number) {
      const jump = seconds * 1000 - nowS() * 1000;
      shiftedMs += jump;
      loop.shift(jump);
    },
    getSerial: () => "aabbccdd-eeff",
    load: () => end("reboot"),
    reset: () => end("reboot"),
    save: () => {},
    dump: () => {},
    echo: () => {},
    trace: () => {},
    atob: (text: string) => Buffer.from(text, "base64").toString("latin1"),
    btoa: (text: unknown) => Buffer.from(bytesOf(text)).toString("base64"),
  };
  for (const [name, value] of Object.entries(globals)) realm.define(name, value);
  const math = realm.global("Math") as object;
  Object.defineProperty(math, "random", { value: () => (chance.next() >>> 1) / 0x80000000 });

  memory = openMemory({
    realm,
    loop,
    limit: world.variables,
    inFlash: storage.inFlash,
    held: () => [espruino.E, serial, process, ...modules.held(), ...pins.held(), ...net.held()],
    out: () => log("OUT OF MEMORY"),
  });

  const evaluate = (source: string, name: string): void => {
    loop.run(() => realm.evaluate(source, name));
  };

  const machine: Machine = {
    realm,
    pins,
    wifi,
    memory,
    loop,
    type(text) {
      if (chip.console === null) serialEvents.tell("data", text);
      else loop.queue(() => realm.evaluate(text, "console"));
    },
    /** What runs at a start: `.boot0` to `.boot3`, then `.bootcde`, each a file of the flash, where Storage is whole. */
    boot(source) {
      if (!isSound(flash)) {
        log("Storage is corrupt.");
        eraseAll(flash);
      }
      for (const name of [".boot0", ".boot1", ".boot2", ".boot3", ".bootcde"]) {
        const file = name === ".bootcde" && source !== undefined ? fromLatin(source) : readFile(flash, name);
        if (file && !over) evaluate(toLatin(file), name);
      }
      if (!over) espruino.events.tell("init");
    },
    stop() {
      over = true;
      stopDog();
      loop.stop();
      waves.stopAll();
      net.closeAll();
    },
  };
  return machine;
}
