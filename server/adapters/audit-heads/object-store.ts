/** The chain's heads in an object store that speaks S3: for each day its newest head, and its sealed one, which nothing writes over. */
import { request } from "undici";
import { AUDIT_STORE_MS, MAX_HEAD_BYTES } from "../../bounds.ts";
import type { Clock, HeadStore } from "../../ports.ts";
import { signed } from "../aws-signature.ts";
import type { AwsAccess } from "../aws-signature.ts";
import { readHead, writeHead } from "./form.ts";

export interface ObjectStore extends AwsAccess {
  /** of the bucket, and perhaps a folder in it: https://s3.eu-central-1.amazonaws.com/bucket/audit */
  url: string;
}

const DAY_MS = 86_400_000;
/** objects that are read at once */
const AT_ONCE = 8;
const TYPE = "application/json";

/** What the bucket itself keeps of former versions, or locks, is what makes it a second witness. */
export function headObjects(store: ObjectStore, { clock }: { clock: Clock }): HeadStore {
  const base = new URL(store.url);

  async function ask(method: "GET" | "PUT", name: string, body = ""): Promise<string | undefined> {
    const path = `${base.pathname.replace(/\/$/, "")}/${name}`;
    const headers = signed(store, {
      ...{ method, service: "s3", host: base.host, path, body, now: clock.now() },
      headers: method === "PUT" ? { "content-type": TYPE } : {},
    });
    const answer = await request(`${base.origin}${path}`, {
      ...{ method, headers, body: method === "PUT" ? body : null },
      signal: AbortSignal.timeout(AUDIT_STORE_MS),
    });
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of answer.body as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > MAX_HEAD_BYTES) throw new Error("the object store answers at too great a length");
      pieces.push(piece);
    }
    if (answer.statusCode === 404 && method === "GET") return undefined;
    if (answer.statusCode < 200 || answer.statusCode > 299)
      throw new Error(`the object store refuses with status ${answer.statusCode}`);
    return Buffer.concat(pieces).toString();
  }

  return {
    name: `${base.host}${base.pathname}`,

    async put(head) {
      await ask("PUT", `${head.day}/${head.sealed ? "sealed" : "head"}.json`, writeHead(head));
    },

    async read(from, to) {
      const names: string[] = [];
      for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) {
        const day = new Date(at).toISOString().slice(0, 10);
        names.push(`${day}/head.json`, `${day}/sealed.json`);
      }
      const heads = [];
      for (let at = 0; at < names.length; at += AT_ONCE) {
        const texts = await Promise.all(names.slice(at, at + AT_ONCE).map((name) => ask("GET", name)));
        heads.push(...texts.flatMap((text) => (text === undefined ? [] : (readHead(text) ?? []))));
      }
      return heads;
    },
  };
}
