/** The end of a session, told to every cell: HTTP asks the record at each request; lines that stay open are closed from here. */
import { REREAD_TOYS, STANDING_MS } from "../../bounds.ts";
import { watchLines } from "../../line-watch.ts";
import type { LineWatch } from "../../line-watch.ts";
import type { Bus, Clock, Log, ParentSessions, Revocations } from "../../ports.ts";

/** Bus channel; its text is the id of a parent's session that has ended. */
export const PARENT_SESSION_ENDED = "parent-session-ended";

/** After SQL has it: no cell remembers otherwise when this returns. Where the bus is away, the re-reading of each cell closes the lines. */
export async function announceEnds(
  { bus, revocations, clock, log }: { bus: Bus; revocations: Revocations; clock: Clock; log: Log },
  sessionIds: readonly string[],
): Promise<void> {
  if (sessionIds.length === 0) return;
  await revocations.changed().catch(async (error: unknown) => {
    log.warn({ error }, "the end of a session waits until no cell can remember it");
    await new Promise<void>((resolve) => void clock.after(STANDING_MS, resolve));
  });
  const told = await Promise.allSettled(sessionIds.map((id) => bus.publish(PARENT_SESSION_ENDED, id)));
  for (const { status } of told)
    if (status === "rejected") log.warn({}, "the end of a parent's session was not announced");
}

/** A line that stays open for a signed-in parent, such as the live feed. */
export interface ParentLine {
  sessionId: string;
  close(reason: string): void;
}

/** Those of these lines whose session no longer stands. Rejects where SQL is away. */
async function endedLines(
  { parentSessions, clock }: { parentSessions: ParentSessions; clock: Clock },
  lines: readonly ParentLine[],
): Promise<ParentLine[]> {
  const ended: ParentLine[] = [];
  for (let from = 0; from < lines.length; from += REREAD_TOYS) {
    const some = lines.slice(from, from + REREAD_TOYS);
    const ids = [...new Set(some.map((line) => line.sessionId))];
    const standing = await parentSessions.standingOf(ids, clock.now());
    ended.push(...some.filter((line) => !standing.has(line.sessionId)));
  }
  return ended;
}

/** Closes lines whose parent's session has ended. */
export function watchParents(
  ports: { parentSessions: ParentSessions; bus: Bus; clock: Clock; log: Log },
  lines: () => readonly ParentLine[],
): Promise<LineWatch> {
  return watchLines(ports, {
    channel: PARENT_SESSION_ENDED,
    lines,
    keyOf: (line) => line.sessionId,
    ended: (some) => endedLines(ports, some),
    unread: "parents' sessions could not be re-read",
  });
}
