/** The archive of the audit trail in a folder: one for each day, a file for each part, each whole or not at all, and on the disk before we go on. */
import { mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { MAX_ARCHIVE_BYTES } from "../../bounds.ts";
import type { AuditArchive } from "../../ports.ts";
import { readPart, writePart } from "./part-form.ts";
import { DAY, partOf } from "./parts.ts";

/** `folder`: that of the heads. Made where it is not there, for this user alone. */
export function archiveFiles(folder: string): Required<AuditArchive> {
  const root = join(folder, "archive");

  return {
    name: folder,

    async put(of, part, links) {
      const { day, file } = partOf(of, part);
      const text = writePart(links);
      const place = join(root, day);
      await mkdir(place, { recursive: true, mode: 0o700 });
      const draft = join(place, `${file}.draft`);
      // a draft of a process that ended in the midst may be there, of whatever mode
      await rm(draft, { force: true });
      const made = await open(draft, "wx", 0o600);
      try {
        await made.writeFile(text);
        await made.sync();
      } finally {
        await made.close();
      }
      await rename(draft, join(place, file));
      for (const one of [place, root, folder]) await syncFolder(one);
    },

    async read(of, part) {
      const { day, file } = partOf(of, part);
      const kept = await open(join(root, day, file)).catch(unlessGone);
      if (!kept) return undefined;
      try {
        const { size } = await kept.stat();
        if (size > MAX_ARCHIVE_BYTES) throw new Error("a part of the archive is too long");
        return readPart(day, await kept.readFile("utf8"));
      } finally {
        await kept.close();
      }
    },

    async remove(of, part) {
      const { day, file } = partOf(of, part);
      const place = join(root, day);
      for (const name of [file, `${file}.draft`]) await rm(join(place, name), { force: true });
      await rmdir(place).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT" && error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      });
    },

    async removeBefore(first, but) {
      const days = ((await readdir(root).catch(unlessGone)) ?? []).filter((name) => DAY.test(name));
      for (const day of days)
        if (day < first && !but.has(day)) await rm(join(root, day), { recursive: true, force: true });
    },
  };
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** A name that was made stays after the end of a machine only where its folder was written too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
