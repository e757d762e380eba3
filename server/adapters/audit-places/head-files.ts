/** The chain's heads in a folder: a file for each day, to which lines are added and nothing else; on the disk before we go on. */
import { mkdir, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HeadStore } from "../../ports.ts";
import { readHead, writeHead } from "./head-form.ts";

const FILE = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;

/** Made where it is not there, for this user alone. Best on another disk than the database's, or on none of this machine. */
export function headFiles(folder: string): HeadStore {
  // one after another: of two at once the second would begin in the midst of a line
  let last: Promise<unknown> = Promise.resolve();

  async function append(name: string, line: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(join(folder, name), "a+", 0o600);
    try {
      const { size } = await file.stat();
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      // a line that was cut off by the end of a machine stays alone
      const start = size > 0 && buffer[0] !== 0x0a ? "\n" : "";
      await file.appendFile(`${start}${line}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  return {
    name: folder,

    put(head) {
      const done = last.then(() => append(`${head.day}.jsonl`, writeHead(head)));
      last = done.catch(() => undefined);
      return done;
    },

    async read(from, to) {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      });
      const days = names.filter((name) => {
        const day = FILE.exec(name)?.[1];
        return day !== undefined && day >= from && day <= to;
      });
      const texts = await Promise.all(days.map((name) => readFile(join(folder, name), "utf8")));
      return texts.flatMap((text) => text.split("\n").flatMap((line) => readHead(line) ?? []));
    },
  };
}
