/** An object store that speaks S3, as far as the audit trail needs it: objects by name, put, got and deleted. */
import { request } from "undici";
import { AUDIT_STORE_MS } from "../../bounds.ts";
import type { Clock } from "../../ports.ts";
import { signed } from "../aws-signature.ts";
import type { AwsAccess } from "../aws-signature.ts";
import { boundedBody } from "../bounded-body.ts";

export interface ObjectStore extends AwsAccess {
  /** of the bucket, and perhaps a folder in it: https://s3.eu-central-1.amazonaws.com/bucket/audit */
  url: string;
}

/** Each rejects where the store refuses, does not answer, or answers with more than `mostBytes`. */
export interface Bucket {
  name: string;
  put(name: string, type: string, body: string): Promise<void>;
  /** undefined where there is none */
  get(name: string): Promise<string | undefined>;
  /** Harmless where there is none. */
  remove(name: string): Promise<void>;
}

export function openBucket(store: ObjectStore, { clock }: { clock: Clock }, mostBytes: number): Bucket {
  const base = new URL(store.url);

  async function ask(
    method: "DELETE" | "GET" | "PUT",
    name: string,
    { type, body = "" }: { type?: string; body?: string } = {},
  ): Promise<string | undefined> {
    const path = `${base.pathname.replace(/\/$/, "")}/${name}`;
    const headers = signed(store, {
      ...{ method, service: "s3", host: base.host, path, body, now: clock.now() },
      headers: type === undefined ? {} : { "content-type": type },
    });
    const answer = await request(`${base.origin}${path}`, {
      ...{ method, headers, body: method === "PUT" ? body : null },
      signal: AbortSignal.timeout(AUDIT_STORE_MS),
    });
    const text = await boundedBody(answer, mostBytes, "the object store");
    // of a bucket that is gone there is no telling what it had
    if (answer.statusCode === 404 && method !== "PUT" && !text.includes("NoSuchBucket")) return undefined;
    if (answer.statusCode < 200 || answer.statusCode > 299)
      throw new Error(`the object store refuses with status ${answer.statusCode}`);
    return text;
  }

  return {
    name: `${base.host}${base.pathname}`,
    async put(name, type, body) {
      await ask("PUT", name, { type, body });
    },
    get: (name) => ask("GET", name),
    async remove(name) {
      await ask("DELETE", name);
    },
  };
}
