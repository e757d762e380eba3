/** The chain's heads in an object store that speaks S3: for each day its newest head, and its sealed one, which nothing writes over. */
import { MAX_HEAD_BYTES } from "../../bounds.ts";
import type { Clock, HeadStore } from "../../ports.ts";
import { openBucket } from "./bucket.ts";
import type { ObjectStore } from "./bucket.ts";
import { readHead, writeHead } from "./head-form.ts";

const DAY_MS = 86_400_000;
/** objects that are read at once */
const AT_ONCE = 8;
const TYPE = "application/json";

/** What the bucket itself keeps of former versions, or locks, is what makes it a second witness. */
export function headObjects(store: ObjectStore, ports: { clock: Clock }): HeadStore {
  const bucket = openBucket(store, ports, MAX_HEAD_BYTES);

  return {
    name: bucket.name,

    put: (head) => bucket.put(`${head.day}/${head.sealed ? "sealed" : "head"}.json`, TYPE, writeHead(head)),

    async read(from, to) {
      const names: string[] = [];
      for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) {
        const day = new Date(at).toISOString().slice(0, 10);
        names.push(`${day}/head.json`, `${day}/sealed.json`);
      }
      const heads = [];
      for (let at = 0; at < names.length; at += AT_ONCE) {
        const texts = await Promise.all(names.slice(at, at + AT_ONCE).map((name) => bucket.get(name)));
        heads.push(...texts.flatMap((text) => (text === undefined ? [] : (readHead(text) ?? []))));
      }
      return heads;
    },
  };
}
