/** The end of a session, told to every cell: HTTP asks the record at each request; lines that stay open are closed from here. */
import { REREAD_MS, REREAD_TOYS } from "../../bounds.ts";
import type { Bus, Clock, Log, ParentSessions } from "../../ports.ts";

/** Bus channel; its text is the id of a parent's session that has ended. */
export const PARENT_SESSION_ENDED = "parent-session-ended";

/** After SQL has it: where the bus is away, the re-reading of each cell closes the lines. */
export async function announceEnds(
  { bus, log }: { bus: Bus; log: Log },
  sessionIds: readonly string[],
): Promise<void> {
  const told = await Promise.allSettled(sessionIds.map((id) => bus.publish(PARENT_SESSION_ENDED, id)));
  for (const { status } of told)
    if (status === "rejected") log.warn({}, "the end of a parent's session was not announced");
}

/** A line that stays open for a signed-in parent, such as the live feed. */
export interface ParentLine {
  sessionId: string;
  close(reason: string): void;
}

export interface ParentWatch {
  /** Looks at one session's lines now: after a line was opened, since its session may have ended meanwhile. */
  look(sessionId: string): Promise<void>;
  stop(): Promise<void>;
}

/** Closes lines whose session has ended: at each notice, every REREAD_MS, and after a lost subscription. */
export async function watchParents(
  ports: { parentSessions: ParentSessions; bus: Bus; clock: Clock; log: Log },
  lines: () => readonly ParentLine[],
): Promise<ParentWatch> {
  const { parentSessions, bus, clock, log } = ports;
  let stopped = false;
  let cancel = (): void => {};

  const closeEnded = async (some: readonly ParentLine[]): Promise<void> => {
    try {
      for (let from = 0; from < some.length; from += REREAD_TOYS) {
        const part = some.slice(from, from + REREAD_TOYS);
        const ids = [...new Set(part.map((line) => line.sessionId))];
        const standing = await parentSessions.standingOf(ids, clock.now());
        for (const line of part) if (!standing.has(line.sessionId)) line.close("session ended");
      }
    } catch (error) {
      log.warn({ error }, "parents' sessions could not be re-read");
    }
  };
  const look = (sessionId: string): Promise<void> =>
    closeEnded(lines().filter((line) => line.sessionId === sessionId));
  const reread = (): void => {
    void closeEnded(lines()).then(() => {
      if (!stopped) cancel = clock.after(REREAD_MS, reread);
    });
  };

  const unsubscribe = await bus.subscribe(
    PARENT_SESSION_ENDED,
    (sessionId) => void look(sessionId),
    () => void closeEnded(lines()),
  );
  cancel = clock.after(REREAD_MS, reread);
  return {
    look,
    async stop() {
      stopped = true;
      cancel();
      await unsubscribe();
    },
  };
}
