/** Opens the setup that lies in Storage beside the program: it takes a Wi-Fi from whoever holds the pairing code. PROTOCOL.md §12 */
import { SETUP_FILE } from "../record.ts";
import { storage } from "./storage.ts";

/** It asks nothing of this program, and lets itself go: only while it listens does it take memory. */
export function openSetup(): void {
  try {
    espruinoEval(storage.read(SETUP_FILE)!);
  } catch {
    // none was flashed, or it has no room: the toy goes on without
  }
}
