/** Google Cloud KMS by its own HTTP API, as a service account or as the machine it runs on. */
import { importPKCS8, SignJWT } from "jose";
import { z } from "zod";
import { StartError } from "../../errors.ts";
import type { Clock, Kms } from "../../ports.ts";
import { ask, base64, fromBase64 } from "./ask.ts";

export interface GoogleKey {
  /** projects/P/locations/L/keyRings/R/cryptoKeys/K */
  key: string;
  /** the JSON of a service account's key; without it the metadata server is asked */
  account?: string | undefined;
  /** in place of Google's own */
  url?: string | undefined;
  metadataUrl?: string | undefined;
}

const Account = z.object({ client_email: z.string(), private_key: z.string(), token_uri: z.url() });
type Account = z.infer<typeof Account>;
const Token = z.object({ access_token: z.string().min(1) });
const Encrypted = z.object({ ciphertext: z.string().min(1) });
const Decrypted = z.object({ plaintext: z.string().min(1) });
/** authenticated with what is wrapped */
const CONTEXT = base64(Buffer.from("bearlink master key"));
const SCOPE = "https://www.googleapis.com/auth/cloudkms";
const TOKEN_S = 300;

/** Throws StartError KMS where `account` is no service account's. */
export function googleKms(google: GoogleKey, { clock }: { clock: Clock }): Kms {
  const account = google.account === undefined ? undefined : accountOf(google.account);
  const base = (google.url ?? "https://cloudkms.googleapis.com").replace(/\/+$/, "");

  async function token(): Promise<string> {
    return Token.parse(await (account ? asAccount(account) : asMachine())).access_token;
  }

  async function asAccount(account: Account): Promise<unknown> {
    const now = Math.floor(clock.now() / 1000);
    const assertion = await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: "RS256", typ: "JWT" })
      .setIssuer(account.client_email)
      .setAudience(account.token_uri)
      .setIssuedAt(now)
      .setExpirationTime(now + TOKEN_S)
      .sign(await importPKCS8(account.private_key, "RS256").catch(noAccount));
    return ask("Google's sign-in", {
      url: account.token_uri,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion,
      }).toString(),
    });
  }

  function asMachine(): Promise<unknown> {
    const host = google.metadataUrl ?? "http://metadata.google.internal";
    return ask("Google's metadata server", {
      url: `${host}/computeMetadata/v1/instance/service-accounts/default/token`,
      method: "GET",
      headers: { "metadata-flavor": "Google" },
    });
  }

  async function call(verb: string, fields: object): Promise<unknown> {
    return ask("Google Cloud KMS", {
      url: `${base}/v1/${google.key}:${verb}`,
      headers: { "content-type": "application/json", authorization: `Bearer ${await token()}` },
      body: JSON.stringify({ ...fields, additionalAuthenticatedData: CONTEXT }),
    });
  }

  return {
    kek: `google ${google.key}`,
    wrap: async (plain) =>
      fromBase64(Encrypted.parse(await call("encrypt", { plaintext: base64(plain) })).ciphertext),
    unwrap: async (wrapped) =>
      fromBase64(Decrypted.parse(await call("decrypt", { ciphertext: base64(wrapped) })).plaintext),
  };
}

function accountOf(json: string): Account {
  try {
    return Account.parse(JSON.parse(json));
  } catch {
    return noAccount();
  }
}

/** Without its cause, which may quote the file. */
function noAccount(): never {
  throw new StartError("KMS", "GOOGLE_APPLICATION_CREDENTIALS is no service account's JSON");
}
