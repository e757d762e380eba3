/** Espruino's Storage: files in flash, found by name. */

export const storage = espruino("Storage") as EspruinoStorage;
