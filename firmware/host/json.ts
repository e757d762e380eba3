/** A file of JSON in Storage, or undefined where there is none or it does not read. */
import { storage } from "./storage.ts";

export function readJson(name: string): unknown {
  try {
    return JSON.parse(storage.read(name)!);
  } catch {
    return undefined;
  }
}
