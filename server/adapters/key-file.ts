/** A secret in a file that only its owner can read: development's stand-in for one from the environment. */
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StartError } from "../errors.ts";
import { makeFile } from "./new-file.ts";

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
    mkdirSync(dirname(path), { recursive: true });
    // of two starts at once the later takes the key of the first
    makeFile(path, make() + "\n");
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
