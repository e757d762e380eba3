/** A desk of accounts on a real database in memory, with a clock that stands, mail that is kept, and passwords that are quick. */
import { systemChance } from "../../../../server/adapters/chance.ts";
import { systemHash } from "../../../../server/adapters/hash.ts";
import { sqlParentSessions } from "../../../../server/adapters/sql/account-sessions.ts";
import { auditRowOf, sqlAudit } from "../../../../server/adapters/sql/audit.ts";
import { sqlAccounts } from "../../../../server/adapters/sql/accounts.ts";
import { sqlPasskeys } from "../../../../server/adapters/sql/passkeys.ts";
import { openTokens } from "../../../../server/adapters/tokens.ts";
import { sqlGuardians } from "../../../../server/adapters/sql/guardians.ts";
import type { GuardianDesk } from "../../../../server/family/account/guardian.ts";
import { register, verify } from "../../../../server/family/account/register.ts";
import type { SignedIn } from "../../../../server/family/account/session.ts";
import { rememberStanding } from "../../../../server/family/account/standing.ts";
import { createSignInLimiter } from "../../../../server/limiter/limiter.ts";
import type { Language, Letter, PasskeyCeremony, Passwords } from "../../../../server/ports.ts";
import { startPglite } from "../../../support/pglite.ts";
import { house } from "../../claim/support.ts";

export const PUBLIC_URL = "https://bears.example.org";
export const PASSWORD = "a tractor, four geese";
export const FROM = { address: "203.0.113.7", device: "Firefox" };

/** Tells how often it worked, which is what takes its time. */
export function quickPasswords(): Passwords & { worked: number } {
  return {
    worked: 0,
    async hash(password) {
      this.worked++;
      return `hash of ${password}`;
    },
    async matches(passwordHash, password) {
      this.worked++;
      return passwordHash === `hash of ${password}`;
    },
  };
}

/** A browser's key that answers with what it was asked: `response.response.signature` is its counter. */
function toyCeremony(): PasskeyCeremony {
  let asked = 0;
  const invite = async () => {
    const challenge = `challenge-${++asked}`;
    return { challenge, options: { challenge } };
  };
  type Response = { id: string; response: { clientDataJSON: string; signature?: string } };
  const holds = (challenge: string, response: unknown) =>
    (response as Response).response.clientDataJSON === challenge;
  return {
    registrationOptions: invite,
    signInOptions: invite,
    async register(_site, challenge, response) {
      const publicKey = new Uint8Array([1]);
      if (!holds(challenge, response)) return undefined;
      return { id: (response as Response).id, publicKey, counter: 0, transports: [] };
    },
    async signIn(_site, challenge, response) {
      if (!holds(challenge, response)) return undefined;
      return { counter: Number((response as Response).response.signature) };
    },
  };
}

/** Opened once for a file of tests; each test makes people of its own. */
export async function accountHouse() {
  const at = house();
  const database = await startPglite();
  const letters: Letter[] = [];
  const silenced: string[] = [];
  const passwords = quickPasswords();
  const { clock, stores } = at;
  const chance = systemChance;
  const desk: GuardianDesk = {
    guardians: sqlGuardians(database),
    accounts: sqlAccounts(database),
    // as a cell has it: whoever ends a session is held to it
    parentSessions: rememberStanding(sqlParentSessions(database), stores.revocations),
    revocations: stores.revocations,
    passkeys: sqlPasskeys(database),
    ceremony: toyCeremony(),
    passwords,
    tokens: openTokens(
      { clock, chance },
      { secret: "s".repeat(32), formerSecret: undefined, issuer: PUBLIC_URL },
    ),
    mail: { send: (letter) => void letters.push(letter) },
    signInLimits: createSignInLimiter({ counters: stores.counters, hash: systemHash }),
    nonces: stores.nonces,
    alerts: at.ports.alerts,
    audit: sqlAudit(database),
    bus: stores.bus,
    clock,
    chance,
    hash: systemHash,
    log: at.ports.log,
    publicUrl: () => PUBLIC_URL,
    silenceToy: async (deviceId) => void silenced.push(deviceId),
  };
  let made = 0;
  let read = 0;

  return {
    at,
    desk,
    letters,
    silenced,
    passwords,
    database,
    close: database.close,
    newEmail: () => `parent-${++made}@example.org`,
    /** The key in the newest mail to an address. */
    secretFor: (email: string): string | undefined =>
      letters
        .filter((letter) => letter.to === email)
        .at(-1)
        ?.text.match(/#([0-9a-f]{64})/)?.[1],
    /** What came into the trail since this was asked last. */
    async trail() {
      const rows = await database.db
        .selectFrom("audit")
        .selectAll()
        .where("id", ">", read)
        .orderBy("id")
        .execute();
      read = rows.at(-1)?.id ?? read;
      return rows.map(auditRowOf);
    },
    /** A person with an account, signed in. */
    async newParent(from = FROM, language: Language = "en"): Promise<SignedIn> {
      const email = this.newEmail();
      await register(desk, { email, name: "Ada", password: PASSWORD, language });
      return verify(desk, { secret: this.secretFor(email)!, password: PASSWORD }, from);
    },
  };
}

export type AccountHouse = Awaited<ReturnType<typeof accountHouse>>;
