/** Tells those who follow a turn what becomes of it: nothing that they do holds it up or ends it. */
import type { Log, TurnNews, TurnRef, TurnVerdict, Verdict } from "../ports.ts";
import type { Conversation } from "./conversation.ts";

/** A turn's voice towards its followers. */
export interface Telling {
  began(): void;
  heard(words: string | undefined, verdict: Told): void;
  said(sentence: string, verdict: Told): void;
  over(outcome: string): void;
}

type Told = Pick<Verdict, "action" | "reason" | "withheld">;

/** `conversation`: what follows a disclosure of the household may speak of it, and is withheld with it. */
export function tellOf(
  followers: readonly TurnNews[],
  turn: TurnRef,
  conversation: Pick<Conversation, "withheld">,
  log: Log,
): Telling {
  function tell(news: (follower: TurnNews) => void): void {
    for (const follower of followers)
      try {
        news(follower);
      } catch (fault) {
        log.error(
          { fault: fault instanceof Error ? fault.constructor.name : "unknown" },
          "a follower failed",
        );
      }
  }
  function toldOf({ action, reason, withheld = false }: Told): TurnVerdict {
    conversation.withheld ||= withheld;
    return { action, reason, withheld: conversation.withheld };
  }

  return {
    began: () => tell((follower) => follower.began(turn)),
    heard(words, verdict) {
      const told = toldOf(verdict);
      tell((follower) => follower.heard(turn, words, told));
    },
    said(sentence, verdict) {
      const told = toldOf(verdict);
      tell((follower) => follower.said(turn, sentence, told));
    },
    over: (outcome) => tell((follower) => follower.over(turn, outcome)),
  };
}
