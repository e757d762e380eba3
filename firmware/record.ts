/** What a toy's Storage holds, by name: its own record, written once at provisioning, its programs, and what it keeps itself. */

/** Runs at every start: chooses a program. `.boot0` outlives `ESP32.enableBLE`, which erases `.bootcde`. */
export const LOADER_FILE = ".boot0";
/** and "bear.1": the two places for a program; an update goes into the one that does not run */
export const PROGRAM_FILE = "bear.";
/** the setup of its Wi-Fi: a program that runs beside either of the two, and is no part of an update */
export const SETUP_FILE = "setup";
/** JSON, `ToyFile` */
export const TOY_FILE = "bear.id";
/** JSON, `WifiFile`; a reset erases it */
export const WIFI_FILE = "bear.wifi";
/** before each name of a `ToyStore`: `bear.secret` (32 bytes, from provisioning), `bear.boot0`, `bear.prk1` … */
export const STORE_PREFIX = "bear.";
/** which program runs, in two slots: `bear.use0`, `bear.use1` */
export const USE_RECORD = "use";
/** before the name of a clip: 8-bit unsigned sound at 8 kHz; without one the toy hums a note */
export const CLIP_PREFIX = "clip.";

export interface ToyFile {
  id: string;
  /** `http://host:port`; the next one is asked after three failures */
  servers: string[];
}

export interface WifiFile {
  ssid: string;
  password: string;
}
