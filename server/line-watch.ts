/** Lines that stay open longer than what let them in: looked at again at each notice, every REREAD_MS, and after a lost subscription. PROTOCOL.md §4.5, MISSION D10 */
import { REREAD_MS } from "./bounds.ts";
import type { Bus, Clock, Log } from "./ports.ts";

/** A toy's link, or a parent's live feed. */
interface OpenLine {
  close(reason: string): void;
}

export interface LineWatch {
  /** Looks at the lines of one key now: after a line was opened, since its session may have ended meanwhile. */
  look(key: string): Promise<void>;
  stop(): Promise<void>;
}

export interface WatchedLines<L extends OpenLine> {
  /** Bus channel; its text is the key of lines to look at */
  channel: string;
  lines: () => readonly L[];
  keyOf(line: L): string;
  /** Those whose session has ended; rejects where the record is away, and then every line stays until the next look. */
  ended(some: readonly L[]): Promise<readonly L[]>;
  /** for the log */
  unread: string;
}

/** Closes lines whose session has ended. */
export async function watchLines<L extends OpenLine>(
  { bus, clock, log }: { bus: Bus; clock: Clock; log: Log },
  { channel, lines, keyOf, ended, unread }: WatchedLines<L>,
): Promise<LineWatch> {
  let stopped = false;
  let cancel = (): void => {};

  const closeEnded = async (some: readonly L[]): Promise<void> => {
    try {
      for (const line of await ended(some)) line.close("session ended");
    } catch (error) {
      log.warn({ error }, unread);
    }
  };
  const look = (key: string): Promise<void> => closeEnded(lines().filter((line) => keyOf(line) === key));
  const reread = (): void => {
    void closeEnded(lines()).then(() => {
      if (!stopped) cancel = clock.after(REREAD_MS, reread);
    });
  };

  const unsubscribe = await bus.subscribe(
    channel,
    (key) => void look(key),
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
