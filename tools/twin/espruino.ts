/** `E`: Espruino's own helpers over bytes, memory, the console and the watchdog. */
import { bytesOf, isTyped, toLatin } from "./bytes.ts";
import type { Chance } from "./random.ts";
import { emitOn } from "./emitter.ts";
import type { Events } from "./emitter.ts";
import { putFile, eraseFile } from "./flash.ts";
import type { Flash } from "./flash.ts";
import type { Loop } from "./loop.ts";
import type { Realm } from "./realm.ts";

export interface Chip {
  reboot(): never;
  watchdog(seconds: number, isAuto: boolean): void;
  kick(): void;
  /** the device that takes commands; null: none */
  console: string | null;
  errorFlags: Set<string>;
  sizeOf(value: unknown): number;
  addressOf(text: string): number;
}

type Numbers = ArrayLike<number> & { [index: number]: number };
type Mapper = Numbers | ((sample: number, index: number) => number) | undefined;

const CRC_POLYNOMIAL = 0xedb88320;

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? CRC_POLYNOMIAL : 0);
  }
  return (crc ^ -1) >>> 0;
}

/** E.mapInPlace: through a table, a function or neither; with `bits`, of parts of a byte, high ones first. */
function mapInPlace(from: Numbers, to: Numbers, map: Mapper, bits = 8): void {
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const count = Math.min(from.length * perByte, to.length);
  for (let i = 0; i < count; i++) {
    const part = (perByte - 1 - (i % perByte)) * bits;
    const value = bits === 8 ? from[i]! : (from[Math.floor(i / perByte)]! >> part) & mask;
    if (map === undefined || map === null) to[i] = value;
    else to[i] = typeof map === "function" ? map(value, i) : (map[value] ?? 0);
  }
}

export interface Espruino {
  E: object;
  events: Events;
}

export function openE(realm: Realm, loop: Loop, flash: Flash, chance: Chance, chip: Chip): Espruino {
  const all = (values: unknown[]): Uint8Array => bytesOf(values);
  const text = (...values: unknown[]): string => {
    const bytes = all(values);
    return toLatin(bytes);
  };
  const E = realm.object({
    toString: text,
    toFlatString: text,
    toUint8Array: (...values: unknown[]) => realm.view("Uint8Array", all(values)),
    toArrayBuffer: (value: unknown) => (typeof value === "string" ? realm.buffer(bytesOf(value)) : undefined),
    toJS: (value: unknown) => (realm.global("JSON") as JSON).stringify(value),
    mapInPlace(from: Numbers, to: Numbers, map: Mapper, bits?: number) {
      if (!isTyped(from) || !isTyped(to)) throw realm.error("First 2 arguments should be array buffers");
      mapInPlace(from as unknown as Numbers, to as unknown as Numbers, map, bits);
    },
    sum: (values: Numbers) => Array.from(values).reduce((sum, value) => sum + value, 0),
    variance: (values: Numbers, mean: number) =>
      Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0),
    clip: (value: number, least: number, most: number) => Math.min(most, Math.max(least, value)),
    reverseByte: (byte: number) =>
      Number.parseInt((byte & 255).toString(2).padStart(8, "0").split("").reverse().join(""), 2),
    CRC32: (value: unknown) => crc32(bytesOf(value)),
    hwRand: () => chance.next(),
    srand: (seed: number) => chance.seed(seed),
    getSizeOf: (value: unknown) => chip.sizeOf(value),
    getAddressOf: (value: unknown, flat?: boolean) =>
      flat && typeof value === "string" ? chip.addressOf(value) : 0,
    getTemperature: () => 23,
    getAnalogVRef: () => 3.3,
    getBattery: () => 0,
    getErrorFlags() {
      const flags = realm.array([...chip.errorFlags]);
      chip.errorFlags.clear();
      return flags;
    },
    getFlags: () => realm.object({}),
    setFlags: () => {},
    setConsole(device: unknown) {
      chip.console = device === null ? null : String(device);
    },
    getConsole: () => chip.console,
    setBootCode(code: string | undefined) {
      if (code) putFile(flash, ".bootcde", code);
      else eraseFile(flash, ".bootcde");
    },
    enableWatchdog: (seconds: number, isAuto?: boolean) => chip.watchdog(seconds, isAuto !== false),
    kickWatchdog: () => chip.kick(),
    reboot: () => chip.reboot(),
    defrag: () => {},
    setTimeZone: () => {},
    setPassword: () => {},
    lockConsole: () => {},
    dumpStr: () => "",
  });
  return { E, events: emitOn(E, loop) };
}
