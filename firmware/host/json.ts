/** A record of JSON, or undefined where there is none or it does not read. */
import { store } from "./store.ts";

export function readJson(name: string): unknown {
  try {
    return JSON.parse(E.toString(store.get(name)!));
  } catch {
    return undefined;
  }
}
