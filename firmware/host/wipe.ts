/** Wipes a file where it lies: Storage only marks what it erases or replaces, and a key must not stay readable behind it. */
import { BOARD } from "../boards/board.ts";
import { storage } from "./storage.ts";

const flash = espruino("Flash") as EspruinoFlash;

/** Storage is mapped into memory in pages of this size: an address keeps its low half. */
const PAGE = 0x10000;

/** Every bit to 0, which flash can do without erasing; the file's name stays Storage's affair. */
export function wipe(name: string): void {
  const text = storage.read(name);
  if (text === undefined) return;
  const within = E.getAddressOf(text, true) & (PAGE - 1);
  const zeros = new Uint8Array((text.length + 3) & ~3);
  const end = BOARD.STORAGE_ADDRESS + BOARD.STORAGE_BYTES;
  for (let page = BOARD.STORAGE_ADDRESS; page < end; page += PAGE) {
    const at = page + within;
    if (at + zeros.length <= end && E.toString(flash.read(text.length, at)) === text) flash.write(zeros, at);
  }
}
