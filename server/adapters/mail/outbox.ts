/** Mail in development: each letter a file that `bear outbox` shows, the newest hundred kept. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Letter, Mail } from "../../ports.ts";
import { makeFile } from "../new-file.ts";

const MOST = 100;
const ENDING = ".json";

export interface Posted extends Letter {
  /** RFC 3339 */
  at: string;
}

/** Writes into `folder`, which this user alone can read: links in letters are keys. */
export function outboxMail({ clock }: { clock: Clock }, folder: string): Mail {
  let count = 0;
  return {
    send(letter) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const at = new Date(clock.now()).toISOString();
      const name = `${at.replaceAll(":", "-")}-${process.pid}-${String(++count).padStart(6, "0")}${ENDING}`;
      makeFile(join(folder, name), JSON.stringify({ at, ...letter } satisfies Posted) + "\n");
      for (const old of names(folder).slice(0, -MOST)) rmSync(join(folder, old), { force: true });
    },
  };
}

/** Removes the letters to an address; answers how many. */
export function emptyOutbox(folder: string, to: string): number {
  const theirs = names(folder).filter((name) => read(folder, name).to === to);
  for (const name of theirs) rmSync(join(folder, name), { force: true });
  return theirs.length;
}

const read = (folder: string, name: string): Posted =>
  JSON.parse(readFileSync(join(folder, name), "utf8")) as Posted;

/** What was posted, oldest first. */
export function readOutbox(folder: string): Posted[] {
  return names(folder).map((name) => read(folder, name));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ENDING))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
