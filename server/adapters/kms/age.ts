/** age, https://age-encryption.org: master keys wrapped to an identity that the operator keeps. Its package is loaded only here. */
import { StartError } from "../../errors.ts";
import type { Kms } from "../../ports.ts";

/** What of the package is used. */
interface Age {
  identityToRecipient(identity: string): Promise<string>;
  Encrypter: new () => { addRecipient(to: string): void; encrypt(plain: Uint8Array): Promise<Uint8Array> };
  Decrypter: new () => { addIdentity(of: string): void; decrypt(file: Uint8Array): Promise<Uint8Array> };
}

const PACKAGE = "age-encryption";

/** Throws StartError KMS where the package is not installed, or `identity`, which `setting` holds, is none. */
export async function ageKms(identity: string, setting = "AGE_IDENTITY", load = loadAge): Promise<Kms> {
  const age = await load();
  const recipient = await age.identityToRecipient(identity).catch(() => {
    throw new StartError("KMS", `${setting} is no identity of age: one begins with AGE-SECRET-KEY-1`);
  });
  return {
    kek: `age ${recipient}`,
    wrap(plain) {
      const encrypter = new age.Encrypter();
      encrypter.addRecipient(recipient);
      return encrypter.encrypt(plain);
    },
    unwrap(wrapped) {
      const decrypter = new age.Decrypter();
      decrypter.addIdentity(identity);
      return decrypter.decrypt(wrapped);
    },
  };
}

async function loadAge(): Promise<Age> {
  try {
    // by a name in a variable: the check of types must not ask for an optional package
    return (await import(PACKAGE)) as Age;
  } catch (cause) {
    throw new StartError("KMS", `age needs the package ${PACKAGE}: npm install ${PACKAGE}`, cause);
  }
}
