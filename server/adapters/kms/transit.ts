/** HashiCorp Vault's transit engine, by HTTP. */
import { z } from "zod";
import type { Kms } from "../../ports.ts";
import { ask, base64, fromBase64 } from "./ask.ts";

export interface TransitKey {
  /** name of the key, or mount/name where the engine is not mounted at `transit` */
  key: string;
  /** https://vault.example.org:8200 */
  address: string;
  token: string;
  namespace?: string | undefined;
}

const Encrypted = z.object({ data: z.object({ ciphertext: z.string().regex(/^vault:v\d+:/) }) });
const Decrypted = z.object({ data: z.object({ plaintext: z.string().min(1) }) });

export function transitKms({ key, address, token, namespace }: TransitKey): Kms {
  const slash = key.lastIndexOf("/");
  const mount = slash < 0 ? "transit" : key.slice(0, slash);
  const name = encodeURIComponent(key.slice(slash + 1));
  const base = `${address.replace(/\/+$/, "")}/v1/${mount}`;

  const call = (verb: "encrypt" | "decrypt", fields: object): Promise<unknown> =>
    ask("Vault", {
      url: `${base}/${verb}/${name}`,
      headers: {
        "content-type": "application/json",
        "x-vault-token": token,
        ...(namespace && { "x-vault-namespace": namespace }),
      },
      body: JSON.stringify(fields),
    });

  return {
    kek: `vault ${mount}/${name}`,
    async wrap(plain) {
      const { data } = Encrypted.parse(await call("encrypt", { plaintext: base64(plain) }));
      return new Uint8Array(Buffer.from(data.ciphertext));
    },
    async unwrap(wrapped) {
      const ciphertext = Buffer.from(wrapped).toString();
      const { data } = Decrypted.parse(await call("decrypt", { ciphertext }));
      return fromBase64(data.plaintext);
    },
  };
}
