/** What every step of an account is handed: the record, the slow parts, and where the app stands. */
import type { Hash } from "@bearlink/sdk/protocol";
import { orUnavailable, Refusal } from "../../errors.ts";
import type {
  Accounts,
  Alerts,
  Allowance,
  AuditEntry,
  AuditTrail,
  Bus,
  Chance,
  Clock,
  Log,
  Mail,
  Nonces,
  ParentSessions,
  PasskeyCeremony,
  Passkeys,
  Passwords,
  Revocations,
  SignInLimiter,
  Tokens,
} from "../../ports.ts";

export interface AccountDesk {
  accounts: Accounts;
  parentSessions: ParentSessions;
  passkeys: Passkeys;
  ceremony: PasskeyCeremony;
  passwords: Passwords;
  tokens: Tokens;
  mail: Mail;
  signInLimits: SignInLimiter;
  nonces: Nonces;
  revocations: Revocations;
  audit: AuditTrail;
  alerts: Pick<Alerts, "raiseSoon">;
  bus: Bus;
  clock: Clock;
  chance: Chance;
  hash: Hash;
  log: Log;
  /** where links in mails lead: the app's origin, in development known once the port is */
  publicUrl: () => string;
  /** Ends a toy's session at once; asked when its family leaves. */
  silenceToy: (deviceId: string) => Promise<void>;
}

/** Where a request comes from. */
export interface From {
  address: string;
  /** what the browser calls itself */
  device: string;
}

export async function refuseAbove(asked: Promise<Allowance>): Promise<void> {
  const { allowed, retryAfterS } = await orUnavailable(asked);
  if (!allowed) throw new Refusal("RATE_LIMITED", { retry_after_s: retryAfterS, layer: "account" });
}

/** What the trail says of an act that is about to be done; it is written with the act, or neither is. */
export function done(
  { clock }: Pick<AccountDesk, "clock">,
  entry: Omit<AuditEntry, "at" | "outcome">,
): AuditEntry {
  return { at: clock.now(), outcome: "success", ...entry };
}

/** Of what was not done: where it cannot be written, the answer says so. */
export async function recordRefusal(
  { audit, clock }: Pick<AccountDesk, "audit" | "clock">,
  entry: Omit<AuditEntry, "at" | "outcome">,
): Promise<void> {
  await orUnavailable(audit.append({ at: clock.now(), outcome: "refused", ...entry }));
}
