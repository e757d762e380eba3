/** Writes turns down where the family keeps them: sealed, one after another, and never in a turn's way. MISSION C44, C46; SAFETY S8 */
import { utf8 } from "@bearlink/sdk/protocol";
import type { Chance } from "../../ports.ts";
import { toHex } from "@bearlink/sdk/protocol";
import { KEEP_STOP_MS, MAX_KEPT_CHARS, MAX_KEPT_WAITING } from "../../bounds.ts";
import { sealContext } from "../../ports.ts";
import type {
  Clock,
  FamilyVault,
  KeptConversations,
  Log,
  Meter,
  SealedMessage,
  TurnNews,
  TurnRef,
  TurnVerdict,
} from "../../ports.ts";

export interface RecordPorts {
  conversations: Pick<KeptConversations, "keeperOf" | "keep">;
  familyVault: Pick<FamilyVault, "seal">;
  clock: Clock;
  chance: Chance;
  meter: Meter;
  log: Log;
  /** What became of each turn: in which conversation it is kept, or undefined where it is in none. */
  kept?(turn: TurnRef, conversationId: string | undefined): void;
}

export interface Recorder extends TurnNews {
  /** Settles when what waits is written down, or after a while. */
  close(): Promise<void>;
}

interface Message {
  role: "child" | "bear";
  text: string;
  at: number;
  verdict: TurnVerdict;
}

interface Turn extends TurnRef {
  messages: Message[];
}

const ID_BYTES = 12;

/** Follows turns. What cannot be written down is dropped and counted, and what waits is bounded. */
export function createRecorder(ports: RecordPorts): Recorder {
  const { conversations, familyVault, clock, chance, meter, log } = ports;
  const under = new Map<TurnRef, Message[]>();
  const waiting: Turn[] = [];
  let writing: Promise<void> | undefined;

  const count = (result: string): void => meter.count("turns_kept_total", { result });
  const tell = (turn: TurnRef, conversationId?: string): void => ports.kept?.(turn, conversationId);

  function note(turn: TurnRef, role: Message["role"], text: string, verdict: TurnVerdict): void {
    const messages = under.get(turn);
    const last = messages?.at(-1);
    if (last?.role !== role) return void messages?.push({ role, text, at: clock.now(), verdict });
    // a reply is one message, and what was thought of its last sentence stands for it: nothing follows a bad one
    last.text = `${last.text} ${text}`.slice(0, MAX_KEPT_CHARS);
    last.verdict = verdict;
  }

  async function write({ messages, ...turn }: Turn): Promise<{ result: string; conversationId?: string }> {
    const { turnId, childId, deviceId, at, recipients } = turn;
    // it is the operator's alone, in the safety queue. SAFETY "Conversation"
    if (messages.some(({ verdict }) => verdict.withheld)) return { result: "withheld" };
    const keeper = await conversations.keeperOf(childId);
    if (!keeper?.keeps || !recipients.has("transcripts")) return { result: "not_kept" };
    const { accountId } = keeper;
    const seal = async ({ role, text, at, verdict }: Message): Promise<SealedMessage> => {
      const plain = utf8(text.slice(0, MAX_KEPT_CHARS));
      const sealedText = await familyVault.seal(accountId, plain, sealContext.message(turnId, role));
      return { role, sealedText, at, action: verdict.action, reason: verdict.reason };
    };
    const sealed = {
      turnId,
      childId,
      deviceId,
      accountId,
      at,
      messages: await Promise.all(messages.map(seal)),
    };
    const conversationId = await conversations.keep(sealed, toHex(chance.bytes(ID_BYTES)));
    return conversationId === undefined ? { result: "not_kept" } : { result: "kept", conversationId };
  }

  async function writeAll(): Promise<void> {
    for (let turn = waiting.shift(); turn; turn = waiting.shift())
      try {
        const { result, conversationId } = await write(turn);
        count(result);
        tell(turn, conversationId);
      } catch (fault) {
        count("dropped");
        tell(turn);
        const name = fault instanceof Error ? fault.constructor.name : "unknown";
        log.warn({ requestId: turn.turnId, fault: name }, "a turn could not be written down");
      }
  }

  return {
    began: (turn) => void under.set(turn, []),
    heard(turn, words, verdict) {
      // silence says nothing, nor does a bear without ears; that words could not be checked is told without them
      if (words || verdict.reason !== "") note(turn, "child", words ?? "", verdict);
    },
    said: (turn, sentence, verdict) => note(turn, "bear", sentence, verdict),
    over(turn) {
      const messages = under.get(turn) ?? [];
      under.delete(turn);
      if (messages.length === 0) return tell(turn);
      if (waiting.length >= MAX_KEPT_WAITING) {
        count("dropped");
        return tell(turn);
      }
      waiting.push({ ...turn, messages });
      writing ??= writeAll().finally(() => (writing = undefined));
    },
    async close() {
      if (!writing) return;
      let cancel = (): void => undefined;
      await Promise.race([
        writing,
        new Promise<void>((resolve) => (cancel = clock.after(KEEP_STOP_MS, resolve))),
      ]);
      cancel();
    },
  };
}
