/** AWS KMS by its own HTTP API, each request signed with SigV4: two calls do not need an SDK. */
import { z } from "zod";
import type { Clock, Kms } from "../../ports.ts";
import { signed } from "../aws-signature.ts";
import type { AwsAccess } from "../aws-signature.ts";
import { ask, base64, fromBase64 } from "./ask.ts";

export interface AwsKey extends AwsAccess {
  /** ARN, id or alias */
  key: string;
  /** in place of the region's own */
  url?: string | undefined;
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
    const headers = signed(aws, {
      ...{ method: "POST", service: "kms", host: url.host, path: url.pathname, body, now: clock.now() },
      headers: { "content-type": TYPE, "x-amz-target": `TrentService.${action}` },
    });
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
