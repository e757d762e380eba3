/** What was said, kept for a parent to read: turns become conversations, and what one must never read goes to the operator. MISSION A06–A08; SAFETY S8 */
import type { AuditEntry } from "./audit.ts";
import type { TurnVerdict } from "./turn-news.ts";

/** Bus channel; its text is the id of a toy that must not remember what it talked about. */
export const TALK_FORGOTTEN = "talk-forgotten";

export interface SealedMessage {
  role: "child" | "bear";
  /** under `sealContext.message(turnId, role)` */
  sealedText: Uint8Array;
  /** epoch ms */
  at: number;
  action: TurnVerdict["action"];
  reason: string;
}

/** A turn as it is written down. */
export interface SealedTurn {
  turnId: string;
  deviceId: string;
  childId: string;
  accountId: string;
  /** epoch ms at which it began */
  at: number;
  messages: readonly SealedMessage[];
}

export interface KeptConversation {
  conversationId: string;
  childId: string;
  deviceId: string;
  /** epoch ms */
  startedAt: number;
  lastAt: number;
  turns: number;
  /** something in it was turned away */
  flagged: boolean;
}

export type KeptMessage = SealedMessage & { turnId: string };

/** Where a list goes on: after this conversation, newest first. */
export interface ListPlace {
  lastAt: number;
  conversationId: string;
}

/** Every question of a parent names the family: another's conversation is as good as none. */
export interface KeptConversations {
  /** Whose words a child's are, and whether they may be kept now; undefined where there is no such child. */
  keeperOf(childId: string): Promise<{ accountId: string; keeps: boolean } | undefined>;
  /** Adds a turn to the toy's newest conversation with the child, or begins `newId`; its id, or undefined where it may not be kept at this moment. Harmless when repeated. */
  keep(turn: SealedTurn, newId: string): Promise<string | undefined>;
  list(
    accountId: string,
    asked: { childId: string | undefined; after: ListPlace | undefined; most: number },
  ): Promise<KeptConversation[]>;
  find(accountId: string, conversationId: string): Promise<KeptConversation | undefined>;
  /** oldest first */
  messages(conversationId: string): Promise<KeptMessage[]>;
  /** With its audit row; the toy it was with, or undefined where there was none. */
  remove(accountId: string, conversationId: string, entry: AuditEntry): Promise<string | undefined>;
  /** All words of a child; how many conversations went. */
  purge(childId: string): Promise<number>;
}
