/** Passwords as argon2id: slow on purpose, so few at once and few that wait. */
import { hash, verify } from "@node-rs/argon2";
import { toHex } from "@bearlink/sdk/protocol";
import { MAX_HASHES, MAX_HASHES_WAITING } from "../bounds.ts";
import type { Chance, Passwords } from "../ports.ts";

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** NIST SP 800-63B-4 §3.1.1.2: one form, however a keyboard composes its letters */
const oneForm = (password: string): string => password.normalize("NFKC");

/** Runs so many at once and lets so many wait; rejects the rest. */
function lane(most: number, mostWaiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= most) {
      if (waiting.length >= mostWaiting) throw new Error("too many passwords wait to be hashed");
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      // whoever comes next takes this one's place
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/**
 *     const passwords = await openPasswords({ chance });
 *     await passwords.matches(account?.passwordHash, password);
 */
export async function openPasswords({ chance }: { chance: Chance }): Promise<Passwords> {
  const inLane = lane(MAX_HASHES, MAX_HASHES_WAITING);
  // what a password is held against where there is no account: nobody knows its word
  const decoy = await hash(toHex(chance.bytes(32)), COST);
  return {
    hash: (password) => inLane(() => hash(oneForm(password), COST)),
    async matches(passwordHash, password) {
      const same = await inLane(() => verify(passwordHash ?? decoy, oneForm(password)));
      return same && passwordHash !== undefined;
    },
  };
}
