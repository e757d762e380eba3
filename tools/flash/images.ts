/** The base Espruino image, as a path names it: one file of the whole flash, files with their addresses, or a release's folder. */
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { EXIT, Fault } from "../fault.ts";

export interface Image {
  name: string;
  /** in the flash */
  address: number;
  bytes: Uint8Array;
}

/** what Espruino's release for the ESP32 holds */
const RELEASE = [
  ["bootloader.bin", 0x1000],
  ["partitions_espruino.bin", 0x8000],
  ["espruino_esp32.bin", 0x10000],
] as const;
const FLASH_BYTES = 4 * 1024 * 1024;
/** the first byte of a program or a bootloader; the whole flash begins with nothing */
const MAGIC = 0xe9;
const BOOTLOADER_AT = 0x1000;

/** `espruino_esp32/`, `full.bin`, or `bootloader.bin@0x1000,app.bin@0x10000`. Throws a Fault. */
export function readImages(given: string): Image[] {
  if (statSync(given, { throwIfNoEntry: false })?.isDirectory())
    return RELEASE.map(([file, address]) => readImage(join(given, file), address));
  const images = given.split(",").map((part) => {
    const [path, address] = part.split("@") as [string, string | undefined];
    return readImage(path, address === undefined ? undefined : readAddress(address));
  });
  images.sort((a, b) => a.address - b.address);
  images.forEach(({ name, address }, i) => {
    const former = images[i - 1];
    if (former && former.address + former.bytes.length > address)
      throw new Fault(`${former.name} reaches into ${name}`, EXIT.USAGE);
  });
  return images;
}

function readImage(path: string, address?: number): Image {
  const bytes = new Uint8Array(readFileSync(path));
  const name = basename(path);
  if (bytes.length === 0 || (address ?? 0) + bytes.length > FLASH_BYTES)
    throw new Fault(`${path} is not an image: it has ${bytes.length} bytes`, EXIT.USAGE);
  if (address === undefined && bytes[0] === MAGIC)
    throw new Fault(`${path} is a part of an image: say where it goes, as ${path}@0x10000`, EXIT.USAGE);
  if (address === undefined && bytes[BOOTLOADER_AT] !== MAGIC)
    throw new Fault(`${path} is not an image for an ESP32`, EXIT.USAGE);
  return { name, address: address ?? 0, bytes };
}

function readAddress(text: string): number {
  const address = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : NaN;
  if (!(address < FLASH_BYTES) || address % 0x1000 !== 0)
    throw new Fault(`${text} is not an address in the flash: such as 0x10000`, EXIT.USAGE);
  return address;
}
