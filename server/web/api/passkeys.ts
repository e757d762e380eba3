/** Passkeys in the browser: the server's invitation to `navigator.credentials`, and its answer back, as base64url both ways. */
import type { Ask } from "./ask.ts";
import type { Passkey, SignIn } from "./types.ts";

/** JSON both ways is the browser's own since 2024–25. A number is no name, and a passkey is bound to one. */
export function passkeysWork(): boolean {
  return (
    typeof PublicKeyCredential !== "undefined" &&
    "parseRequestOptionsFromJSON" in PublicKeyCredential &&
    !/^[\d.]+$|^\[/.test(location.hostname)
  );
}

interface Invitation {
  options: never;
  ticket: string;
}

/** Undefined where the parent, or the browser, said no. */
async function touched(work: Promise<Credential | null>): Promise<object | undefined> {
  const made = await work.catch(() => null);
  return made instanceof PublicKeyCredential ? (made.toJSON() as object) : undefined;
}

export async function signInWithPasskey(ask: Pick<Ask, "open">): Promise<SignIn | undefined> {
  const { options, ticket } = await ask.open<Invitation>("/api/v1/auth/passkeys/login/options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const response = await touched(navigator.credentials.get({ publicKey }));
  return response && ask.open<SignIn>("/api/v1/auth/passkeys/login", { ticket, response });
}

export async function addPasskey(ask: Pick<Ask, "post">, name: string): Promise<Passkey | undefined> {
  const { options, ticket } = await ask.post<Invitation>("/api/v1/auth/passkeys/options");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const response = await touched(navigator.credentials.create({ publicKey }));
  return response && ask.post<Passkey>("/api/v1/auth/passkeys", { ticket, name, response });
}
