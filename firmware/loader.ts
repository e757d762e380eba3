/** Chooses a program at each start, before any of it runs: the one in use, or once, a new one on trial. PROTOCOL.md §10 */
import { hash } from "./host/hash.ts";
import { store } from "./host/store.ts";
import { chooseProgram, keepUse, readUse } from "./host/use.ts";
import { storage } from "./host/storage.ts";
import { PROGRAM_FILE, PROGRAM_MARK, PROGRAM_START } from "./record.ts";

/** s within which a program must begin to feed the watchdog */
const START_S = 60;
/** ms within which a program on trial must have claimed */
const TRIAL_MS = 120_000;
/** ms before another start, where none of the two programs runs */
const AGAIN_MS = 10_000;

function isThere(program: number): boolean {
  return storage.read(PROGRAM_FILE + program, PROGRAM_START, PROGRAM_MARK.length) === PROGRAM_MARK;
}

/** After a program threw as it started: the next start runs the other one, where there is one. */
function fallBack(): void {
  if (!TRIAL && isThere(1 - PROGRAM)) {
    const use = readUse(store, hash);
    keepUse(store, hash, { running: 1 - PROGRAM, trial: 0, failures: use.failures, digest: use.digest });
  }
  setTimeout(() => E.reboot(), TRIAL ? 0 : AGAIN_MS);
}

E.enableWatchdog(START_S, false);
const chosen = chooseProgram(store, hash, isThere);
Object.assign(global, { PROGRAM: chosen.program, TRIAL: chosen.trial, FALL_BACK: fallBack });
if (chosen.trial) {
  setTimeout(() => {
    if (TRIAL) E.reboot();
  }, TRIAL_MS);
}
