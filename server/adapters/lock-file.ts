/** A folder that one process may use at a time, told by a file with that process's id. */
import { readFileSync, rmSync } from "node:fs";
import { StartError } from "../errors.ts";
import { makeFile } from "./new-file.ts";

/**
 * Takes the lock; the answer gives it back. A file left behind by a process that has died is taken over.
 * Throws StartError DATA_DIR_IN_USE while its process lives.
 */
export function lockFile(path: string): () => void {
  const mine = `${process.pid} ${startOf(process.pid)}\n`;
  if (!makeFile(path, mine)) {
    const holder = holderOf(path);
    if (holder === undefined) rmSync(path, { force: true });
    if (holder !== undefined || !makeFile(path, mine))
      throw new StartError(
        "DATA_DIR_IN_USE",
        `DATA_DIR is in use by process ${holder ?? holderOf(path)} (${path}); stop it, or choose another DATA_DIR`,
      );
  }
  return () => rmSync(path, { force: true });
}

/** The id of the living process that holds the lock. */
function holderOf(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const [pid, start] = text.trim().split(" ");
  return isAlive(Number(pid)) && startOf(Number(pid)) === (start ?? "") ? Number(pid) : undefined;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process started, in ticks since boot; "" where the system does not say. An id alone is used again: in a container the server is always process 1. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the name, in brackets, may hold spaces; the start is field 22, proc(5)
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
