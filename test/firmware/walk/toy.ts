/** One toy that runs the firmware's bundle, on the twin or on a real Espruino: the walk does not know which. */
import type { Firmware } from "../../../tools/firmware/build.ts";
import { putFile, openFlash, readFile } from "../../../tools/twin/flash.ts";
import type { Flash } from "../../../tools/twin/flash.ts";
import { openTwin } from "../../../tools/twin/twin.ts";
import type { ToyFile } from "../../../tools/toy-file.ts";
import { until } from "../../support/wait.ts";

/** of the interpreter's Linux build; an ESP32 has more */
const FLASH_BYTES = 256 * 1024;

export interface FirmwareToy {
  /** Switches it on. */
  boot(): void;
  press(down: boolean): void;
  wifi(up: boolean): void;
  powerCut(): void;
  /** What its microphone hears from the moment it opens: 8-bit samples. */
  say(samples: Uint8Array): void;
  /** What its speaker played since it was asked last. */
  heard(): Uint8Array;
  /** what its program printed since it was made */
  lines: string[];
  starts(): number;
  /** A file of its flash. */
  file(name: string): Uint8Array | undefined;
  /** What an expression is, over its console. */
  ask(expression: string): Promise<string>;
  close(): Promise<void>;
}

/** The flash of a toy as it leaves the workshop. */
export function provisioned(firmware: Firmware, toy: ToyFile, before = ""): Flash {
  const flash = openFlash(new Uint8Array(FLASH_BYTES).fill(0xff));
  putFile(flash, ".boot0", before + firmware.loader);
  putFile(flash, "bear.0", firmware.bundle);
  putFile(flash, "bear.id", JSON.stringify({ id: toy.device_id, servers: [toy.url] }));
  putFile(flash, "bear.wifi", JSON.stringify({ ssid: "home", password: "porridge" }));
  putFile(flash, "bear.secret", new Uint8Array(Buffer.from(toy.device_secret, "hex")));
  return flash;
}

export function twinToy(firmware: Firmware, toy: ToyFile): FirmwareToy {
  let question = new Uint8Array(0);
  let at = 0;
  let sound: Uint8Array[] = [];
  const twin = openTwin({
    flash: provisioned(firmware, toy),
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
    wifi: (up) => twin.wifi(up),
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
    file: (name) => readFile(twin.flash, name),
    ask: (expression) => Promise.resolve(String(twin.evaluate(expression))),
    close: () => Promise.resolve(twin.close()),
  };
}

/** Waits for a line of the toy's that came after `from` lines; answers how many there were then. */
export async function said(toy: FirmwareToy, line: RegExp, from = 0, ms = 15_000): Promise<number> {
  let found = -1;
  const look = (): boolean =>
    (found = toy.lines.findIndex((text, index) => index >= from && line.test(text))) >= 0;
  await until(`${line}`, look, ms).catch(() => {
    throw new Error(`never said ${line}:\n${toy.lines.slice(-40).join("\n")}`);
  });
  return found + 1;
}
