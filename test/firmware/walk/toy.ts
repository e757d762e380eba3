/** One toy that runs the firmware's bundle, on the twin or on a real Espruino: the walk does not know which. */
import type { Firmware } from "../../../tools/firmware/build.ts";
import type { SerialLine } from "../../../tools/flash/line.ts";
import { programIn } from "../../../tools/firmware/places.ts";
import { filesOf, recordsOf } from "../../../tools/flash/record.ts";
import { openFlash, PAGES_BYTES, putFile, readFile } from "../../../tools/twin/flash.ts";
import type { Flash } from "../../../tools/twin/flash.ts";
import { putRecord, readRecord } from "../../../tools/twin/records.ts";
import { openTwin } from "../../../tools/twin/twin.ts";
import type { ToyFile } from "../../../tools/toy-file.ts";
import { until } from "../../support/wait.ts";

/** of the interpreter's Linux build, less the pages that an ESP32 has beside it */
const STORAGE_BYTES = 256 * 1024 - PAGES_BYTES;

export interface FirmwareToy {
  /** Switches it on. */
  boot(): void;
  press(down: boolean): void;
  /** With a name, it is the only network in reach. */
  wifi(up: boolean, ssid?: string): void;
  powerCut(): void;
  /** What its microphone hears from the moment it opens: 8-bit samples. */
  say(samples: Uint8Array): void;
  /** What its speaker played since it was asked last. */
  heard(): Uint8Array;
  /** what its program printed since it was made */
  lines: string[];
  starts(): number;
  /** A record of its flash. */
  record(name: string): Uint8Array | undefined;
  /** What lies in one of the places for a program. */
  program(place: 0 | 1): string;
  /** What an expression is, over its console. */
  ask(expression: string): Promise<string>;
  /** Its serial line, as a computer that is plugged in has it. */
  line: SerialLine;
  close(): Promise<void>;
}

/** What is typed into a toy's serial line, and a way to hear what comes out of it. */
export function serialOf(type: (text: string) => void): { line: SerialLine; said(text: string): void } {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const line: SerialLine = {
    gone: new AbortController().signal,
    write: (bytes) => Promise.resolve(type(Buffer.from(bytes).toString("latin1"))),
    listen(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    signals: () => Promise.resolve(),
    setBaud: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return { line, said: (text) => listeners.forEach((heard) => heard(Buffer.from(text, "latin1"))) };
}

export interface Workshop {
  /** runs before the loader */
  before?: string;
  /** false: nobody told it of one */
  wifi?: boolean;
}

/** The flash of a toy as `bear flash` leaves it. */
export function provisioned(
  firmware: Firmware,
  toy: ToyFile,
  { before = "", wifi = true }: Workshop = {},
): Flash {
  const flash = openFlash(new Uint8Array(STORAGE_BYTES).fill(0xff));
  const order = {
    toy,
    servers: [toy.url],
    firmware: { ...firmware, loader: before + firmware.loader, version: "", profile: "" },
    images: [],
    ...(wifi && { wifi: { ssid: "home", password: "porridge" } }),
  };
  for (const { name, bytes } of filesOf(order)) putFile(flash, name, bytes);
  for (const { name, bytes } of recordsOf(order)) putRecord(flash, name, bytes);
  return flash;
}

export function twinToy(firmware: Firmware, toy: ToyFile, workshop: Workshop = {}): FirmwareToy {
  let question = new Uint8Array(0);
  let at = 0;
  let sound: Uint8Array[] = [];
  const serial = serialOf((text) => twin.type(text));
  const twin = openTwin({
    flash: provisioned(firmware, toy, workshop),
    onSerial: serial.said,
    microphone(samples) {
      const piece = new Uint8Array(samples).fill(128);
      piece.set(question.subarray(at, at + samples));
      at += samples;
      return piece;
    },
    speaker: (samples) => void sound.push(Uint8Array.from(samples)),
  });
  // the battery is full
  twin.pin("D35", 0.6);
  return {
    boot: () => twin.boot(),
    press: (down) => twin.press(down),
    wifi: (up, ssid) => twin.wifi(up, ssid),
    powerCut: () => twin.powerCut(),
    say(samples) {
      question = Uint8Array.from(samples);
      at = 0;
    },
    heard() {
      const all = Buffer.concat(sound);
      sound = [];
      return all;
    },
    lines: twin.lines,
    starts: () => twin.starts,
    record: (name) => readRecord(twin.flash, name),
    program: (place) => programIn(readFile(twin.flash, `bear.${place}`)!),
    line: serial.line,
    ask: (expression) => Promise.resolve(String(twin.evaluate(expression))),
    close: () => Promise.resolve(twin.close()),
  };
}

/** Waits for a line of the toy's that came after `from` lines; answers how many there were then. */
export async function said(toy: FirmwareToy, line: RegExp, from = 0, ms = 15_000): Promise<number> {
  let found = -1;
  const look = (): boolean =>
    (found = toy.lines.findIndex((text, index) => index >= from && line.test(text))) >= 0;
  await until(`${line}`, look, ms).catch((error: Error) => {
    throw new Error(`never said ${line}: ${error.message}\n${toy.lines.slice(-40).join("\n")}`);
  });
  return found + 1;
}
