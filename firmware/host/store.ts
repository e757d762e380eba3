/** The toy's records in Storage: a name, and bytes that are either whole or fail their digest. */
import type { ToyStore } from "@bearlink/sdk/toy";
import { STORE_PREFIX } from "../record.ts";
import { wipe } from "./wipe.ts";
import { storage } from "./storage.ts";

export const store: ToyStore = {
  get: (name) => {
    const text = storage.read(STORE_PREFIX + name);
    // a copy: what was read lies in flash, and goes with the file
    return text === undefined ? undefined : E.toUint8Array(text);
  },
  set: (name, bytes) => {
    wipe(STORE_PREFIX + name); // what is replaced may be a former key
    if (!storage.write(STORE_PREFIX + name, E.toString(bytes))) throw new Error("not kept");
  },
  erase: (name) => {
    wipe(STORE_PREFIX + name);
    storage.erase(STORE_PREFIX + name);
  },
};
