/** The archive of the audit trail in an object store that speaks S3, beside the chain's heads. */
import { MAX_ARCHIVE_BYTES } from "../../bounds.ts";
import type { AuditArchive, Clock } from "../../ports.ts";
import { openBucket } from "./bucket.ts";
import type { ObjectStore } from "./bucket.ts";
import { readPart, writePart } from "./part-form.ts";
import { partOf } from "./parts.ts";

const TYPE = "application/x-ndjson";

/** Where the bucket keeps former versions, its own rules must end them: a deleted part is one. */
export function archiveObjects(store: ObjectStore, ports: { clock: Clock }): AuditArchive {
  const bucket = openBucket(store, ports, MAX_ARCHIVE_BYTES);
  const nameOf = (day: string, part: number): string => `archive/${day}/${partOf(day, part).file}`;

  return {
    name: bucket.name,
    put: async (day, part, links) => bucket.put(nameOf(day, part), TYPE, writePart(links)),
    async read(day, part) {
      const text = await bucket.get(nameOf(day, part));
      return text === undefined ? undefined : readPart(day, text);
    },
    remove: async (day, part) => bucket.remove(nameOf(day, part)),
  };
}
