/** Requests to AWS, and to whatever speaks its protocols, signed with SigV4. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
import { createHash, createHmac } from "node:crypto";

export interface AwsAccess {
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface Unsigned {
  method: "DELETE" | "GET" | "POST" | "PUT";
  /** kms, s3 */
  service: string;
  host: string;
  /** as it goes over the wire, without a query */
  path: string;
  /** by their lower-case names */
  headers: Record<string, string>;
  body: string;
  /** epoch ms */
  now: number;
}

/** The headers of the request: those that were given, host, time, and the signature over all of them. */
export function signed(
  aws: AwsAccess,
  { method, service, host, path, headers, body, now }: Unsigned,
): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${aws.region}/${service}/aws4_request`;
  const all: Record<string, string> = {
    ...headers,
    host,
    "x-amz-date": time,
    ...(aws.sessionToken && { "x-amz-security-token": aws.sessionToken }),
    // S3 wants it among the signed, and the others do not mind
    ...(service === "s3" && { "x-amz-content-sha256": sha256(body) }),
  };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${all[name]!.trim()}\n`).join("");
  const canonical = [method, path, "", lines, names.join(";"), sha256(body)].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = scope
    .split("/")
    .reduce<Buffer>((made, part) => hmac(made, part), Buffer.from(`AWS4${aws.secretAccessKey}`));
  const signature = hmac(key, text).toString("hex");
  const credential = `${aws.accessKeyId}/${scope}`;
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
