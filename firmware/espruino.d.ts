/** Espruino's own names, as far as the firmware uses them: read in its reference for 2v29. */

declare class Pin {
  private readonly pin: unknown;
}

declare const D2: Pin;
declare const D4: Pin;
declare const D13: Pin;
declare const D25: Pin;
declare const D26: Pin;
declare const D27: Pin;
declare const D32: Pin;
declare const D33: Pin;
declare const D34: Pin;
declare const D35: Pin;
declare const D36: Pin;
declare const D39: Pin;

declare function pinMode(pin: Pin, mode: "input" | "input_pullup" | "output" | "analog"): void;
declare function analogRead(pin: Pin): number;
declare function analogWrite(pin: Pin, value: number): void;
declare function digitalRead(pin: Pin): number;
declare function digitalWrite(pin: Pin, value: boolean | number): void;
declare function setWatch(
  callback: (event: { state: boolean }) => void,
  pin: Pin,
  options: { repeat: boolean; edge: "both"; debounce: number },
): number;
/** s since some moment; `setTime` is never called, so it does not go back. */
declare function getTime(): number;
declare function print(...values: unknown[]): void;

type Bytes = string | number | ArrayLike<number> | ArrayBuffer | readonly Bytes[];

declare const E: {
  toString(...bytes: Bytes[]): string;
  /** one block of memory, which hashes and ciphers read without a copy */
  toFlatString(...bytes: Bytes[]): string;
  toArrayBuffer(text: string): ArrayBuffer;
  toUint8Array(...bytes: Bytes[]): Uint8Array;
  mapInPlace(from: Uint8Array, to: Uint8Array, map: Uint8Array): void;
  sum(values: Uint8Array): number;
  variance(values: Uint8Array, mean: number): number;
  setConsole(device: string | null, options?: { force: boolean }): void;
  getConsole(): string | null;
  enableWatchdog(seconds: number, isAuto: boolean): void;
  kickWatchdog(): void;
  /** names of what went wrong since the last call */
  getErrorFlags(): string[];
  reboot(): void;
  on(event: "init" | "kill", callback: () => void): void;
};

declare class Waveform {
  constructor(samples: number | Uint8Array, options?: { doubleBuffer?: boolean; bits?: 8 | 16 });
  buffer: Uint8Array;
  buffer2: Uint8Array;
  startInput(pin: Pin, hertz: number, options: { repeat: boolean }): void;
  startOutput(pin: Pin, hertz: number, options?: { repeat: boolean }): void;
  stop(): void;
  on(event: "buffer" | "finish", callback: (buffer: Uint8Array) => void): void;
  removeAllListeners(event?: string): void;
}

declare const ESP32: {
  /** Kept over a start; ends this one. */
  enableBLE(on: boolean): void;
  getState(): { BLE?: boolean; Wifi?: boolean };
  deepSleep(microseconds: number): void;
  deepSleepExt0(pin: Pin, level: 0 | 1): void;
};

interface EspruinoMemory {
  /** variables */
  free: number;
  usage: number;
  /** bytes of one */
  blocksize: number;
}

interface EspruinoProcess {
  memory(collectGarbage: boolean): EspruinoMemory;
}

interface EspruinoSerial {
  setup(baud: number, options?: object): void;
  write(text: string): void;
  on(event: "data", callback: (text: string) => void): void;
  removeAllListeners(event: "data"): void;
}
declare const Serial1: EspruinoSerial;
/** not in every build */
declare const Bluetooth: EspruinoSerial | undefined;

interface EspruinoStorage {
  read(name: string, offset?: number, length?: number): string | undefined;
  write(name: string, data: string, offset?: number): boolean;
}

interface EspruinoFlash {
  read(length: number, address: number): Uint8Array;
  /** Only clears bits. */
  write(data: Uint8Array, address: number): void;
  /** the 4 KB that an address is in */
  erasePage(address: number): void;
}

interface EspruinoSocket {
  removeAllListeners(): void;
  write(text: string): boolean;
  end(): void;
  on(event: "data", callback: (text: string) => void): void;
  on(event: "close" | "drain", callback: () => void): void;
  on(event: "error", callback: (fault: unknown) => void): void;
}

interface EspruinoNet {
  connect(options: { host: string; port: number }, connected: () => void): EspruinoSocket;
}

interface EspruinoResponse {
  /** a string, whatever Node says */
  statusCode: string;
  on(event: "data", callback: (text: string) => void): void;
  on(event: "close", callback: () => void): void;
}

interface EspruinoHttp {
  request(options: object, answered: (response: EspruinoResponse) => void): EspruinoSocket;
}

declare const url: { parse(text: string): object };

interface EspruinoCrypto {
  SHA256(data: Bytes): ArrayBuffer;
  AES: { encrypt(data: Bytes, key: Bytes, options: { mode: "CTR" }): ArrayBuffer };
}

interface EspruinoWifi {
  connect(ssid: string, options: { password: string }, done: (fault: string | null) => void): void;
  disconnect(): void;
  on(event: "connected" | "disconnected", callback: () => void): void;
  removeListener(event: "connected", callback: () => void): void;
}

/** Set by the build: `--profile production`, and the version of package.json. */
declare const PRODUCTION: boolean;
declare const VERSION: string;

/** Set by the loader: which program runs, and whether it has yet to show that it can claim. */
declare const PROGRAM: 0 | 1;
declare let TRIAL: boolean;

/** Set by the setup while it is open: shuts it. */
declare const SETUP: (() => void) | undefined;

/** Espruino's `require` and `eval`, by other names: bundlers follow those. The build gives them back. */
declare function espruino(module: string): unknown;
declare function espruinoEval(program: string): unknown;
