/** A secret in a file that only its owner can read: development's stand-in for one from the environment. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { StartError } from "../errors.ts";

const OTHERS = 0o077;
const MAX_BYTES = 1_024;

/**
 * The one line of the file; where there is no file, `make` gives the line and it is kept there (mode 0600).
 * Throws StartError KEY_FILE where others may read it, or it holds nothing: a new secret in its place would lose what the old one sealed.
 *
 *     const masterKey = readKeyFile(join(dataDir, "master-key"), () => toHex(chance.bytes(32)));
 */
export function readKeyFile(path: string, make: () => string): string {
  const there = statSync(path, { throwIfNoEntry: false });
  if (!there) {
    makeKeyFile(path, make());
    return readKeyFile(path, make);
  }
  // Windows has no such modes
  if (process.platform !== "win32" && (there.mode & OTHERS) !== 0)
    throw new StartError("KEY_FILE", `${path} can be read by others; run: chmod 600 ${path}`);
  const line = there.isFile() && there.size <= MAX_BYTES ? readFileSync(path, "utf8").trim() : "";
  if (line === "")
    throw new StartError("KEY_FILE", `${path} holds no key; restore it, or remove it to make a new one`);
  return line;
}

/** Written whole before it has its name: a start that is cut short leaves no half of a key, and of two starts at once one wins. */
function makeKeyFile(path: string, line: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, line + "\n");
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    closeSync(file);
    rmSync(draft);
  }
}
