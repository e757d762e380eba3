/** What a toy's flash holds: in Storage what is the same in every toy and written when it is flashed, in pages of their own what is this toy's. */

/** Runs at every start: chooses a program. `.boot0` outlives `ESP32.enableBLE`, which erases `.bootcde`. */
export const LOADER_FILE = ".boot0";
/** and "bear.1": the two places for a program, the first files of Storage; an update goes into the one that does not run */
export const PROGRAM_FILE = "bear.";
/** the setup of its Wi-Fi: a program that runs beside either of the two, and is no part of an update */
export const SETUP_FILE = "setup";
/** before the name of a clip: 8-bit unsigned sound at 8 kHz; without one the toy hums a note */
export const CLIP_PREFIX = "clip.";

/** bytes that the flash erases at once */
export const PAGE_BYTES = 4_096;
/** where Storage lies in the flash of Espruino's ESP32 build */
export const STORAGE_ADDRESS = 0x320000;
/** of a file of Storage, before its bytes */
const HEADER_BYTES = 32;
/** in its file, so that a program begins with a page and is erased without its neighbours */
export const PROGRAM_START = PAGE_BYTES - HEADER_BYTES;
/** 12 pages */
export const MAX_PROGRAM_BYTES = 49_152;
/** of a place, 13 pages: its file ends where the next one's header begins a page */
export const PLACE_BYTES = 53_248;
/** what a program begins with: the table of its shelf */
export const PROGRAM_MARK = "/*";

/** the partition `flash` of Espruino's ESP32 build, 16 pages that are left to programs */
export const PAGES_ADDRESS = 0x310000;
/** A page for each record, in this order: so one that is cut is never another. Eight characters a name. */
export const RECORDS =
  "id      wifi    secret  setup   boot0   boot1   prk0    prk1    rng0    rng1    done0   done1   set0    set1    use0    use1";
/** of a page, for each of them: to multiply by, for Espruino's division makes no integer, and no address */
export const RECORD_CHAR_BYTES = 512;
/** before a record's bytes: how many they are, u16 */
export const RECORD_HEAD_BYTES = 2;

/** JSON, `ToyFile`: from provisioning, as are `secret` and `setup` */
export const TOY_RECORD = "id";
/** JSON, `WifiFile`; a reset erases it */
export const WIFI_RECORD = "wifi";
/** which program runs, in two slots: `use0`, `use1` */
export const USE_RECORD = "use";

export interface ToyFile {
  id: string;
  /** `http://host:port`; the next one is asked after three failures */
  servers: string[];
}

export interface WifiFile {
  ssid: string;
  password: string;
}
