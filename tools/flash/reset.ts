/** A board is started anew by the wire that its adapter's RTS pulls: EN. */
import { setTimeout as wait } from "node:timers/promises";
import type { SerialLine } from "./line.ts";

/** ms that EN is held low */
const RESET_MS = 100;

/** Starts the board anew, with its own program. */
export async function startBoard(line: SerialLine): Promise<void> {
  await line.signals({ dtr: false, rts: true });
  await wait(RESET_MS);
  await line.signals({ dtr: false, rts: false });
}
