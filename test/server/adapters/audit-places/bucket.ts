/** A bucket in memory that believes nobody who does not sign as S3's documentation says. */
import { createHash, createHmac } from "node:crypto";
import { startStub } from "../kms/stubs.ts";
import type { Stub } from "../kms/stubs.ts";

export const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
export const ACCESS = { region: "eu-central-1", accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET };

const sha = (text: string): string => createHash("sha256").update(text).digest("hex");

export function startBucket(objects: Map<string, string>): Promise<Stub> {
  return startStub(({ method, path, headers, body }) => {
    const [, scope, names, signature] =
      /Credential=AKIDEXAMPLE\/([^,]+), SignedHeaders=([^,]+), Signature=(\w{64})$/.exec(
        headers.authorization!,
      )!;
    if (!/^\d{8}\/eu-central-1\/s3\/aws4_request$/.test(scope!)) return { status: 403 };
    for (const name of ["host", "x-amz-content-sha256", "x-amz-date"])
      if (!names!.split(";").includes(name)) return { status: 403 };
    const lines = names!.split(";").map((name) => `${name}:${headers[name] as string}\n`);
    const canonical = `${method}\n${path}\n\n${lines.join("")}\n${names!}\n${sha(body)}`;
    const text = `AWS4-HMAC-SHA256\n${headers["x-amz-date"] as string}\n${scope!}\n${sha(canonical)}`;
    let key: Buffer = Buffer.from(`AWS4${SECRET}`);
    for (const part of scope!.split("/")) key = createHmac("sha256", key).update(part).digest();
    if (createHmac("sha256", key).update(text).digest("hex") !== signature) return { status: 403 };
    if (headers["x-amz-content-sha256"] !== sha(body)) return { status: 403 };
    if (method === "PUT") return (objects.set(path, body), { text: "" });
    if (method === "DELETE") return (objects.delete(path), { status: 204, text: "" });
    const found = objects.get(path);
    return found === undefined ? { status: 404, text: "<Error/>" } : { text: found };
  });
}
