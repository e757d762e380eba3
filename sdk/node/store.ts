/** Where a virtual bear keeps its records: in memory, or in a folder that survives a cut at any write. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { ToyStore } from "@bearlink/sdk/toy";

/** Gone with the process. */
export function memoryStore(): ToyStore {
  const records = new Map<string, Uint8Array>();
  return {
    get: (name) => records.get(name)?.slice(),
    set: (name, bytes) => void records.set(name, bytes.slice()),
    erase: (name) => void records.delete(name),
  };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function flush(path: string, bytes?: Uint8Array): void {
  const file = openSync(path, bytes ? "w" : "r", 0o600);
  try {
    if (bytes) writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A file a record in `folder`, which is made if missing, for its owner's eyes only. */
export function folderStore(folder: string): ToyStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    get(name) {
      try {
        return new Uint8Array(readFileSync(join(folder, name)));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    set(name, bytes) {
      const path = join(folder, name);
      flush(`${path}.new`, bytes);
      renameSync(`${path}.new`, path);
      flush(folder);
    },
    erase(name) {
      const path = join(folder, name);
      try {
        flush(path, new Uint8Array(statSync(path).size));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      rmSync(path, { force: true });
      flush(folder);
    },
  };
}
