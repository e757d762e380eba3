/** Azure Key Vault by its own HTTP API: a token of the app's own, then wrapkey and unwrapkey. */
import { z } from "zod";
import type { Kms } from "../../ports.ts";
import { ask, fromBase64 } from "./ask.ts";

export interface AzureKey {
  /** https://NAME.vault.azure.net/keys/KEY, with a version or without */
  key: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  /** in place of Microsoft's own */
  authority?: string | undefined;
}

const Token = z.object({ access_token: z.string().min(1) });
const Wrapped = z.object({ kid: z.string(), value: z.string().min(1) });
const Unwrapped = z.object({ value: z.string().min(1) });
const VERSION = "api-version=7.4";
const ALGORITHM = "RSA-OAEP-256";

export function azureKms(azure: AzureKey): Kms {
  const key = azure.key.replace(/\/+$/, "");
  const authority = (azure.authority ?? "https://login.microsoftonline.com").replace(/\/+$/, "");

  async function call(url: string, value: string): Promise<unknown> {
    const form = {
      grant_type: "client_credentials",
      scope: "https://vault.azure.net/.default",
      client_id: azure.clientId,
      client_secret: azure.clientSecret,
    };
    const token = await ask("Azure's sign-in", {
      url: `${authority}/${encodeURIComponent(azure.tenantId)}/oauth2/v2.0/token`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    });
    const authorization = `Bearer ${Token.parse(token).access_token}`;
    return ask("Azure Key Vault", {
      url: `${url}?${VERSION}`,
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ alg: ALGORITHM, value }),
    });
  }

  return {
    kek: `azure ${key}`,
    // with the version that wrapped it: after a rotation the newest one does not unwrap it
    async wrap(plain) {
      const { kid, value } = Wrapped.parse(
        await call(`${key}/wrapkey`, Buffer.from(plain).toString("base64url")),
      );
      return new Uint8Array(Buffer.from(JSON.stringify({ kid, value })));
    },
    async unwrap(wrapped) {
      const { kid, value } = wrappedOf(wrapped);
      // the token goes to the key that the settings name, whatever stands in the record
      if (kid !== key && !kid.startsWith(`${key}/`)) throw new Error("another key of Azure wrapped this");
      return fromBase64(Unwrapped.parse(await call(`${kid}/unwrapkey`, value)).value);
    },
  };
}

/** The error of a JSON parser would quote what it read. */
function wrappedOf(bytes: Uint8Array): z.infer<typeof Wrapped> {
  try {
    return Wrapped.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    throw new Error("Azure wrapped no such bytes");
  }
}
