/** The accounts of a cell: who hashes, signs, sends and asks for keys, and where parents find the app. */
import { outboxMail } from "../adapters/mail/outbox.ts";
import { smtpMail } from "../adapters/mail.ts";
import { passkeyCeremony } from "../adapters/passkeys.ts";
import { openPasswords } from "../adapters/passwords.ts";
import { openTokens } from "../adapters/tokens.ts";
import { endSession } from "../claim/end.ts";
import type { ClaimPorts } from "../claim/desk.ts";
import { isLoopback, isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import type { GuardianDesk } from "../family/account/guardian.ts";
import { createSignInLimiter } from "../limiter/limiter.ts";
import { TOY_CHANGED } from "../ports.ts";
import type { Mail } from "../ports.ts";
import { reachable } from "./addresses.ts";
import { outboxFolder } from "./outbox.ts";
import type { Secrets } from "./secrets.ts";
import type { Stores } from "./stores.ts";

export interface CellAccounts {
  desk: GuardianDesk;
  /** Called once the port is known: without PUBLIC_URL links in mails lead there. */
  listensOn(port: number): void;
  close(): Promise<void>;
}

/** The issuer of tokens where no address is public. */
const NO_URL = "bearlink";

export async function openAccounts(
  config: Config,
  parts: Omit<ClaimPorts, "limits"> & Stores,
  { jwtSecret }: Secrets,
): Promise<CellAccounts> {
  const { clock, chance, hash, log } = parts;
  const mail = openMail(config, parts);
  let publicUrl = config.PUBLIC_URL ?? "";
  const desk: GuardianDesk = {
    ...parts,
    mail,
    passwords: await openPasswords({ chance }),
    ceremony: passkeyCeremony({ chance, log }),
    tokens: openTokens(
      { clock, chance },
      {
        secret: jwtSecret,
        formerSecret: config.JWT_SECRET_PREVIOUS,
        issuer: config.PUBLIC_URL ?? NO_URL,
      },
    ),
    signInLimits: createSignInLimiter({ counters: parts.counters, hash }),
    publicUrl: () => publicUrl,
    async silenceToy(deviceId) {
      await parts.bus.publish(TOY_CHANGED, deviceId);
      await endSession(parts, deviceId, "family left");
    },
  };
  return {
    desk,
    listensOn(port) {
      // by name where it has one: passkeys are bound to names
      const host = isLoopback(config.HOST) ? "localhost" : reachable(config.HOST);
      publicUrl = config.PUBLIC_URL ?? `http://${host}:${port}`;
    },
    close: () => mail.close(),
  };
}

function openMail(config: Config, ports: Parameters<typeof smtpMail>[0]): Mail & { close(): Promise<void> } {
  if (config.MAIL_URL === undefined)
    return { ...outboxMail(ports, outboxFolder(config)), close: () => Promise.resolve() };
  const host = config.PUBLIC_URL ? new URL(config.PUBLIC_URL).hostname : "localhost";
  return smtpMail(ports, {
    url: config.MAIL_URL,
    from: config.MAIL_FROM ?? `Bearlink <bearlink@${host}>`,
    // links in mails are keys
    requireTls: isProduction(config) && !isLoopback(new URL(config.MAIL_URL).hostname),
  });
}
