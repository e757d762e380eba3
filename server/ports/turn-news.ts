/** What a turn tells of itself while it runs, for those who follow it: the record, and a parent's live feed. */
import type { Recipient } from "./family.ts";

export interface TurnRef {
  /** a UUID, which its log lines bear too */
  turnId: string;
  deviceId: string;
  childId: string;
  /** epoch ms at which it began */
  at: number;
  /** those whom the child's words and their answers may go to; `transcripts`: they may be kept, and shown to a parent */
  recipients: ReadonlySet<Recipient>;
}

/** What the safety port thought of words or of a sentence. */
export interface TurnVerdict {
  action: "allow" | "redirect" | "escalate";
  /** rule or category, never words; "unchecked" where nobody could say. "" where allowed */
  reason: string;
  /** A disclosure that names someone of the household, or what came after one: neither text nor verdict is ever shown to that account. SAFETY "Conversation" */
  withheld: boolean;
}

/** None of these may wait or throw; what one throws is logged, and the turn goes on. A turn that is refused tells nothing. */
export interface TurnNews {
  began(turn: TurnRef): void;
  /** `words` as they were scrubbed: "" where none were said, undefined where this bear has no ears for them or they could not be checked. */
  heard(turn: TurnRef, words: string | undefined, verdict: TurnVerdict): void;
  /** A sentence that goes to the voice next, as it is spoken: where it was turned away, what is said instead. */
  said(turn: TurnRef, sentence: string, verdict: TurnVerdict): void;
  /** `outcome`: reply, fallback, held-back, barge-in, cancelled, lost or revoked. */
  over(turn: TurnRef, outcome: string): void;
}
