/** Counts turns as they end: how many, how long, in how many conversations, and how often the bear led away or called for help. Not a word is kept. MISSION C51 */
import { CONVERSATION_GAP_MS, MAX_TURNS } from "../../bounds.ts";
import type { Clock, Log, TurnNews, TurnRef, TurnVerdict, Usage } from "../../ports.ts";

interface UnderWay {
  redirected: boolean;
  escalated: boolean;
  talked: boolean;
}

/** Of a moment, in UTC: "2026-11-28". */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** A turn in which a child said nothing is none. */
export function countTurns({ usage, clock, log }: { usage: Usage; clock: Clock; log: Log }): TurnNews {
  const turns = new Map<string, UnderWay>();

  function note({ turnId }: TurnRef, { action, withheld }: TurnVerdict): void {
    const turn = turns.get(turnId);
    // a number could tell, too, what is never shown to that account. SAFETY "Conversation"
    if (!turn || withheld) return;
    turn.redirected ||= action === "redirect";
    turn.escalated ||= action === "escalate";
  }

  return {
    began({ turnId }) {
      // twice as many as run at once: one whose end was never told leaves in the end
      for (const oldest of turns.keys()) {
        if (turns.size < 2 * MAX_TURNS) break;
        turns.delete(oldest);
      }
      turns.set(turnId, { redirected: false, escalated: false, talked: false });
    },
    heard(turn, words, verdict) {
      const known = turns.get(turn.turnId);
      if (known && words !== "") known.talked = true;
      note(turn, verdict);
    },
    said: (turn, _sentence, verdict) => note(turn, verdict),
    over({ turnId, childId, at }) {
      const turn = turns.get(turnId);
      turns.delete(turnId);
      if (!turn?.talked) return;
      const { redirected, escalated } = turn;
      const counted = { childId, beganAt: at, overAt: clock.now(), redirected, escalated };
      usage
        .add(counted, dayOf(at), CONVERSATION_GAP_MS)
        .catch((error: unknown) => log.warn({ requestId: turnId, error }, "a turn was not counted"));
    },
  };
}
