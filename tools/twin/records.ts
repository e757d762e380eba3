/** A twin's records kept in a store of the Node host's, so that one toy is the same toy on either. */
import type { ToyStore } from "@bearlink/sdk/toy";
import { putFile, readFile } from "./flash.ts";
import type { Flash } from "./flash.ts";

/** before a record's name in Storage */
const PREFIX = "bear.";
const SLOTS = ["boot", "done", "prk", "set"];
const NAMES = ["secret", ...SLOTS.flatMap((name) => [`${name}0`, `${name}1`])];

/** Puts the store's records into the flash, and from then on each change of them back into the store. */
export function keepRecords(flash: Flash, store: ToyStore): void {
  const kept = new Map<string, string>();
  for (const name of NAMES) {
    const bytes = store.get(name);
    if (!bytes) continue;
    putFile(flash, PREFIX + name, bytes);
    kept.set(name, Buffer.from(bytes).toString("hex"));
  }
  flash.changed = () => {
    for (const name of NAMES) {
      const bytes = readFile(flash, PREFIX + name);
      const now = bytes && Buffer.from(bytes).toString("hex");
      if (now === kept.get(name)) continue;
      if (bytes) store.set(name, bytes);
      else store.erase(name);
      if (now === undefined) kept.delete(name);
      else kept.set(name, now);
    }
  };
}
