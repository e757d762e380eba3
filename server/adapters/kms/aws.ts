/** AWS KMS by its own HTTP API, each request signed with SigV4: two calls do not need an SDK. */
import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import type { Clock, Kms } from "../../ports.ts";
import { ask, base64, fromBase64 } from "./ask.ts";

export interface AwsKey {
  /** ARN, id or alias */
  key: string;
  region: string;
  /** in place of the region's own */
  url?: string | undefined;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

const Encrypted = z.object({ CiphertextBlob: z.string().min(1) });
const Decrypted = z.object({ Plaintext: z.string().min(1) });
/** authenticated with what is wrapped */
const CONTEXT = { use: "bearlink master key" };
const TYPE = "application/x-amz-json-1.1";

export function awsKms(aws: AwsKey, { clock }: { clock: Clock }): Kms {
  const url = new URL(aws.url ?? `https://kms.${aws.region}.amazonaws.com/`);

  function call(action: string, fields: object): Promise<unknown> {
    const body = JSON.stringify({ KeyId: aws.key, EncryptionContext: CONTEXT, ...fields });
    const target = `TrentService.${action}`;
    const headers = signed(aws, { host: url.host, path: url.pathname, target, body, now: clock.now() });
    return ask("AWS KMS", { url: url.href, headers, body });
  }

  return {
    kek: `aws ${aws.key}`,
    wrap: async (plain) =>
      fromBase64(Encrypted.parse(await call("Encrypt", { Plaintext: base64(plain) })).CiphertextBlob),
    unwrap: async (wrapped) =>
      fromBase64(Decrypted.parse(await call("Decrypt", { CiphertextBlob: base64(wrapped) })).Plaintext),
  };
}

interface Unsigned {
  host: string;
  path: string;
  target: string;
  body: string;
  /** epoch ms */
  now: number;
}

/** The headers of a signed POST. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function signed(aws: AwsKey, { host, path, target, body, now }: Unsigned): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${aws.region}/kms/aws4_request`;
  const headers: Record<string, string> = {
    "content-type": TYPE,
    host,
    "x-amz-date": time,
    ...(aws.sessionToken && { "x-amz-security-token": aws.sessionToken }),
    "x-amz-target": target,
  };
  const names = Object.keys(headers); // sorted as they are written
  const lines = names.map((name) => `${name}:${headers[name]!.trim()}\n`).join("");
  const canonical = ["POST", path, "", lines, names.join(";"), sha256(body)].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = scope
    .split("/")
    .reduce<Buffer>((made, part) => hmac(made, part), Buffer.from(`AWS4${aws.secretAccessKey}`));
  const signature = hmac(key, text).toString("hex");
  const credential = `${aws.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
