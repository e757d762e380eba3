/** Programs as the cell starts them, and a look at those that run. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, expect, vi } from "vitest";
import { openPrograms } from "../../server/adapters/programs/programs.ts";

export const programs = openPrograms();
afterAll(() => programs.close());

/** Process ids of the running programs of this name that `programs` started for this process. */
export function running(name: string): number[] {
  const hosts = new Set(processes().flatMap(({ pid, parent }) => (parent === process.pid ? [pid] : [])));
  return processes().flatMap((one) =>
    one.name === name && one.state !== "Z" && hosts.has(one.parent) ? [one.pid] : [],
  );
}

/** Waits until so many of them run; answers with their ids. */
export async function untilRunning(name: string, count: number): Promise<number[]> {
  await vi.waitFor(() => expect(running(name)).toHaveLength(count), { timeout: 10_000 });
  return running(name);
}

interface Process {
  pid: number;
  name: string;
  state: string;
  parent: number;
}

function processes(): Process[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const found = /^\d+ \((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "latin1"));
      if (!found) return [];
      return [{ pid: Number(pid), name: found[1]!, state: found[2]!, parent: Number(found[3]) }];
    } catch {
      return []; // it ended meanwhile, or is no process
    }
  });
}
