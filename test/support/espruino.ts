/** What Espruino cannot take, found in a room's syntax tree: the gate that a firmware's build passes. */
export { notForToys } from "../../tools/firmware/gate.ts";
