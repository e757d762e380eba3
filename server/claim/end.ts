/** Ending a session: SQL first, then what the cells share, then the links. PROTOCOL.md §4.5 */
import { REREAD_TOYS } from "../bounds.ts";
import { orUnavailable } from "../errors.ts";
import { watchLines } from "../line-watch.ts";
import type { LineWatch } from "../line-watch.ts";
import type { Alerts, Bus, Clock, Link, Log, Sessions, Toys } from "../ports.ts";
import type { Attempt } from "./desk.ts";

/** Bus channel; its text is the id of a toy whose session is no longer what it was. */
export const SESSION_ENDED = "session-ended";

interface EndPorts {
  toys: Toys;
  sessions: Sessions;
  bus: Bus;
  log: Log;
}

/** Ends a toy's session: disabled, unpaired, revoked. Throws the Refusal UNAVAILABLE where SQL could not be written. */
export async function endSession(ports: EndPorts, deviceId: string, reason: string): Promise<void> {
  await orUnavailable(ports.toys.endSession(deviceId));
  ports.log.info({ toy: deviceId, reason }, "session ended");
  await forgetSession(ports, deviceId);
}

/** Shuts a toy out until its owner lifts it: two devices hold its secret, or its flash was rolled back. §3.3 */
export async function quarantine(
  ports: EndPorts & { alerts: Pick<Alerts, "raiseSoon">; clock: Clock },
  attempt: Attempt,
): Promise<void> {
  const { deviceId, boot, seq } = attempt.claim;
  const entry = { at: ports.clock.now(), action: "toy_quarantined", outcome: "success" } as const;
  await orUnavailable(
    ports.toys.quarantine(deviceId, {
      ...{ ...entry, actor: deviceId, resource: deviceId },
      ...{ address: attempt.address, reason: "stale_pair" },
    }),
  );
  ports.log.warn({ toy: deviceId, requestId: attempt.requestId, boot, seq }, "toy quarantined");
  await forgetSession(ports, deviceId);
  const { ownerId: accountId, childId } = attempt.toy;
  if (accountId !== undefined)
    ports.alerts.raiseSoon({
      ...{ accountId, kind: "toy_quarantined", deviceId, ...(childId && { childId }) },
      dedupeKey: `toy_quarantined:${deviceId}:${attempt.toy.boot}:${attempt.toy.seq}`,
    });
}

/** SQL has it already: with the shared stores away, the re-reading of each cell closes the links. */
async function forgetSession(ports: EndPorts, deviceId: string): Promise<void> {
  await ports.sessions
    .end(deviceId)
    .catch((error: unknown) => ports.log.warn({ toy: deviceId, error }, "ended session not forgotten yet"));
  await announceEnd(ports, deviceId);
}

/** Tells every cell to look at its links of this toy again. */
export async function announceEnd(ports: { bus: Bus; log: Log }, deviceId: string): Promise<void> {
  await ports.bus
    .publish(SESSION_ENDED, deviceId)
    .catch((error: unknown) => ports.log.warn({ toy: deviceId, error }, "end of session not announced"));
}

/** Those of a cell's links that stand in no current session. Rejects where SQL is away. */
export async function endedLinks<L extends Pick<Link, "deviceId" | "sessionId">>(
  toys: Toys,
  links: readonly L[],
): Promise<L[]> {
  const ended: L[] = [];
  for (let from = 0; from < links.length; from += REREAD_TOYS) {
    const some = links.slice(from, from + REREAD_TOYS);
    const current = await toys.currentSessions(some.map((link) => link.deviceId));
    ended.push(...some.filter((link) => current.get(link.deviceId) !== link.sessionId));
  }
  return ended;
}

/** Closes a cell's links whose session has ended. */
export function watchSessions(
  ports: { toys: Toys; bus: Bus; clock: Clock; log: Log },
  links: () => readonly Link[],
): Promise<LineWatch> {
  return watchLines(ports, {
    channel: SESSION_ENDED,
    lines: links,
    keyOf: (link) => link.deviceId,
    ended: (some) => endedLinks(ports.toys, some),
    unread: "sessions could not be re-read",
  });
}
