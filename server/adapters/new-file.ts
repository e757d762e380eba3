/** A private file that appears whole under its name or not at all, and that only one of many makers makes. */
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from "node:fs";

/** Mode 0600; false where the name is taken already. */
export function makeFile(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    closeSync(file);
    rmSync(draft);
  }
}
