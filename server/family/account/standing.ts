/** Who a session is of, remembered while no session has ended anywhere: SQL is asked again after each end, and after two seconds. MISSION D09 */
import { MAX_KNOWN_TOKENS, STANDING_MS } from "../../bounds.ts";
import type { ParentSessions, ParentStanding, Revocations } from "../../ports.ts";

interface Known {
  standing: ParentStanding;
  mark: string;
  /** epoch ms */
  until: number;
}

/**
 * Never past a revocation: whoever ends a session changes the mark after SQL has it and before answering
 * (`announceEnds`), and what is remembered is of the mark as it was before SQL was read. Where the mark
 * cannot be had, nothing remembered counts.
 */
export function rememberStanding(parentSessions: ParentSessions, revocations: Revocations): ParentSessions {
  const known = new Map<string, Known>();

  function remember(sessionId: string, entry: Known): void {
    known.delete(sessionId);
    for (const oldest of known.keys()) {
      if (known.size < MAX_KNOWN_TOKENS) break;
      known.delete(oldest);
    }
    known.set(sessionId, entry);
  }

  return {
    ...parentSessions,
    async standing(sessionId, now) {
      const mark = await revocations.mark().catch(() => undefined);
      const there = known.get(sessionId);
      if (there && there.mark === mark && there.until > now) return there.standing;
      const standing = await parentSessions.standing(sessionId, now);
      if (standing && mark !== undefined) remember(sessionId, { standing, mark, until: now + STANDING_MS });
      else known.delete(sessionId);
      return standing;
    },
  };
}
