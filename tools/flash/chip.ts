/** The chip's own loader in ROM, through esptool-js: which chip it is, and the base image into its flash. */
import { createHash } from "node:crypto";
import { ESPLoader } from "esptool-js";
import { Fault } from "../fault.ts";
import { transportOf } from "./device.ts";
import type { Image } from "./images.ts";
import { CONSOLE_BAUD } from "./line.ts";
import type { SerialLine } from "./line.ts";

/** the only one with an ADC and a DAC that Espruino can reach. TOY.md, "Sound" */
const CHIP = "ESP32";
/** most USB adapters of devkits hold this one */
export const FLASH_BAUD = 460_800;
/** else esptool-js talks on stdout, where a command's answer belongs */
const SILENT = { clean: () => {}, write: () => {}, writeLine: () => {} };

export interface ImageOptions {
  /** all of the flash first: also a former toy's records */
  erase: boolean;
  baud?: number;
  /** resets before the chip is given up */
  attempts?: number;
  /** a part of the work, 0–1, and what is done */
  told?: (doing: string, part: number) => void;
}

/** Throws a Fault that says what a person can do. Leaves the chip in its loader: `startBoard` starts it. */
export async function writeImages(
  line: SerialLine,
  images: readonly Image[],
  { erase, baud = FLASH_BAUD, attempts = 7, told = () => {} }: ImageOptions,
): Promise<void> {
  const transport = transportOf(line);
  const loader = new ESPLoader({ transport, baudrate: baud, romBaudrate: CONSOLE_BAUD, terminal: SILENT });
  try {
    told("looking for the chip", 0);
    await loader.detectChip("default_reset", attempts);
    if (loader.chip.CHIP_NAME !== CHIP) throw wrongChip(loader.chip.CHIP_NAME);
    await loader.runStub();
    await loader.changeBaud();
    if (erase) {
      told("erasing", 0);
      await loader.eraseFlash();
    }
    const total = images.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const before = images.map((_, i) => images.slice(0, i).reduce((sum, { bytes }) => sum + bytes.length, 0));
    await loader.writeFlash({
      fileArray: images.map(({ address, bytes }) => ({ address, data: bytes })),
      flashMode: "keep",
      flashFreq: "keep",
      flashSize: "keep",
      eraseAll: false,
      compress: true,
      // what is written is counted as it was compressed
      reportProgress: (index, written, size) =>
        told("writing", (before[index]! + (written / size) * images[index]!.bytes.length) / total),
      calculateMD5Hash: (image) => createHash("md5").update(image).digest("hex"),
    });
  } catch (error) {
    throw chipFault(error as Error);
  } finally {
    await transport.disconnect().catch(() => undefined);
    await line.setBaud(CONSOLE_BAUD).catch(() => undefined);
  }
}

const wrongChip = (name: string): Fault =>
  new Fault(
    `this is an ${name}, and the bear needs a classic ${CHIP}: no other has the microphone's ADC and the speaker's DAC`,
  );

/** esptool-js's words as ours. */
function chipFault(error: Error): Fault {
  const { message } = error;
  if (error instanceof Fault) return error;
  if (/unexpected chip/i.test(error.constructor.name) || /chip (id|magic)/i.test(message))
    return wrongChip("unknown chip");
  if (/MD5/.test(message))
    return new Fault(
      "what lies in the flash is not the image: use a shorter cable or a stronger supply, and try again",
    );
  if (/failed to connect|wrong boot mode|no serial data|stream stopped|invalid head/i.test(message))
    return new Fault(
      "the chip gave no answer: hold its BOOT button, press EN once, let BOOT go, and try again",
    );
  return new Fault(`the chip's loader failed (${message.trim()}): start the board again, and try once more`);
}
