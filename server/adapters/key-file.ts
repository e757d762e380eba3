/** A 32-byte key in a file that only its owner can read: development's stand-in for a secret from the environment. */
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
import { fromHex, toHex } from "@bearlink/sdk/protocol";
import { StartError } from "../errors.ts";
import type { Chance } from "../ports.ts";

const KEY_BYTES = 32;
const OTHERS = 0o077;

/**
 * The key of the file, which is made (mode 0600) where there is none.
 * Throws StartError KEY_FILE where others may read it, or where it holds no key: what was sealed under it would be lost silently.
 *
 *     const masterKey = keyFile(join(dataDir, "master-key"), systemChance);
 */
export function keyFile(path: string, chance: Chance): Uint8Array {
  const there = statSync(path, { throwIfNoEntry: false });
  if (!there) {
    makeKeyFile(path, chance);
    return keyFile(path, chance);
  }
  // Windows has no such modes
  if (process.platform !== "win32" && (there.mode & OTHERS) !== 0)
    throw new StartError("KEY_FILE", `${path} can be read by others; run: chmod 600 ${path}`);
  const key = there.isFile() ? fromHex(readFileSync(path, "utf8").trim(), KEY_BYTES) : undefined;
  if (!key) throw new StartError("KEY_FILE", `${path} does not hold a key of 64 hex characters; restore it`);
  return key;
}

/** Written whole before it has its name: a start that is cut short leaves no half of a key, and of two starts at once one wins. */
function makeKeyFile(path: string, chance: Chance): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${toHex(chance.bytes(8))}`;
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, toHex(chance.bytes(KEY_BYTES)) + "\n");
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    closeSync(file);
    rmSync(draft);
  }
}
