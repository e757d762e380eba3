/** Credentials that run out: their owner is told a week before, and then their values are erased. MISSION B36 */
import { CREDENTIAL_WARNING_MS, CREDENTIALS_SWEEP_MS, MAX_SWEPT_CREDENTIALS } from "../bounds.ts";
import { TENANT } from "../ports.ts";
import type { Bus, Clock, Credential, CredentialNotices, Credentials, Log } from "../ports.ts";
import { CREDENTIALS_CHANGED } from "./credentials.ts";

export interface ExpiryPorts {
  credentials: Credentials;
  notices: CredentialNotices;
  bus: Bus;
  clock: Clock;
  log: Log;
}

/** One look at all there are. */
export async function sweepCredentials(ports: ExpiryPorts): Promise<void> {
  const { credentials, notices, bus, clock } = ports;
  const now = clock.now();
  const expiring = await credentials.takeExpiring(now, now + CREDENTIAL_WARNING_MS, MAX_SWEPT_CREDENTIALS);
  for (const one of expiring) if (one.ownerId !== TENANT) notices.raiseSoon(noticeOf(one));
  const entry = { at: now, action: "credential_expired", outcome: "success" as const };
  const ended = await credentials.endExpired(now, MAX_SWEPT_CREDENTIALS, ({ id, ownerId }) => ({
    ...{ ...entry, actor: "expiry", resource: id },
    ...(ownerId !== TENANT && { accountId: ownerId }),
  }));
  for (const { ownerId } of ended) await bus.publish(CREDENTIALS_CHANGED, ownerId).catch(() => undefined);
}

function noticeOf({ id, ownerId, provider, version, expiresAt }: Credential) {
  return {
    accountId: ownerId,
    kind: "credential_expiring" as const,
    dedupeKey: `credential_expiring/${id}/${version}`,
    details: { provider, credential_id: id, expires_at: new Date(expiresAt!).toISOString() },
  };
}

/** Looks at once and then every CREDENTIALS_SWEEP_MS; the answer stops it. */
export function watchExpiry(ports: ExpiryPorts): () => Promise<void> {
  let stopped = false;
  let cancel = (): void => {};
  let running = Promise.resolve();

  function look(): void {
    running = sweepCredentials(ports)
      .catch((error: unknown) => ports.log.warn({ error }, "credentials were not looked through"))
      .then(() => {
        if (!stopped) cancel = ports.clock.after(CREDENTIALS_SWEEP_MS, look);
      });
  }

  look();
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}
