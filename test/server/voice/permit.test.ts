import { CODEC, decodeJson, DOWN, UP } from "@bearlink/sdk/protocol";
import { expect, it } from "vitest";
import type { Chat, TurnAsked, TurnLimiter, TurnPermit, TurnUsed } from "../../../server/ports.ts";
import { createConversations } from "../../../server/voice/conversation.ts";
import { startTurn } from "../../../server/voice/turn.ts";
import { settle } from "../../support/clock.ts";
import { collector, diary, silentLog, turnRef, voiceFakes } from "../../support/voice.ts";
import type { VoiceFakes } from "../../support/voice.ts";

async function talk(begin: TurnLimiter["begin"], change: Partial<VoiceFakes> = {}) {
  const followers = [diary()];
  const ports = voiceFakes({ followers, turnLimits: { begin }, ...change });
  const sent = collector(ports.clock);
  const turn = startTurn(ports, {
    ref: turnRef,
    start: { reason: "button", codec: CODEC.ULAW, play: [CODEC.U8], buffer_ms: 800 },
    conversation: createConversations({ clock: ports.clock }).of("toy", "child"),
    send: sent.send,
    log: silentLog,
    spent: () => 42,
  });
  const audio = { type: UP.AUDIO, codec: CODEC.ULAW, flags: 0, counter: 0, turn: 1, sample: 0 };
  turn.audio({ ...audio, payload: new Uint8Array(800).fill(0x55) });
  await settle();
  return { ...ports, sent, turn, diary: followers[0]!.lines };
}

const granted = (change: Partial<Extract<TurnPermit, { state: "granted" | "spent" }>> = {}) => ({
  state: "granted" as const,
  maxTokens: 4_000,
  over: () => undefined,
  ...change,
});

const silent: Chat = { reply: async function* () {} };

it("one that its limits refuse ends in REFUSED at once, asks no model and is told to nobody", async () => {
  const { sent, turn, asked, spoken, diary, meter, clock, sound } = await talk(async () => ({
    state: "refused",
    layer: "toy",
    retryAfterS: 1_800,
  }));
  expect(await turn.done).toBe("limited");
  expect(sent.story()).toEqual(["REFUSED RATE_LIMITED"]);
  expect(decodeJson(sent.frames[0]!.payload)).toEqual({
    code: "RATE_LIMITED",
    retry_after_s: 1_800,
    layer: "toy",
  });
  expect([...asked, ...spoken, ...diary]).toEqual([]);
  expect(meter.counts.get("turns_total limited")).toBe(1);
  expect(clock.waiting).toBe(0);
  expect(sound.open()).toBe(0);
});

it.each([true, false])("it is judged as one that asks models where it does: %s", async (asksModels) => {
  const judged: TurnAsked[] = [];
  const begin = async (turn: TurnAsked) => (judged.push(turn), granted());
  // a voice that is a service's is not told from one that is this server's own: its opener says
  const { turn } = await talk(begin, {
    speechToText: undefined,
    chat: { ...silent, curated: true },
    asksModels,
  });
  turn.cancel("cancelled");
  await turn.done;
  expect(judged).toMatchObject([{ deviceId: turnRef.deviceId, asksModels }]);
});

it("where nobody can say whether it may be, it is refused, and no model is asked", async () => {
  const { sent, turn, asked } = await talk(() => Promise.reject(new Error("away")));
  expect(await turn.done).toBe("refused");
  expect(sent.story()).toEqual(["REFUSED UNAVAILABLE"]);
  expect(asked).toEqual([]);
});

it("with the month's tokens used up the bear says so, and asks no model", async () => {
  const { sent, turn, asked, spoken, diary, clock } = await talk(async () => granted({ state: "spent" }));
  turn.end();
  await clock.advance(6_000);
  expect(await turn.done).toBe("budget_exhausted");
  expect(sent.story()).toEqual(["REPLY_START", "AUDIO", "REPLY_END"]);
  expect([...asked, ...spoken]).toEqual([]);
  expect(diary.at(-2)).toBe('said "[rest]": allow');
});

it("once it is over, its sound and its tokens are told, once", async () => {
  const used: TurnUsed[] = [];
  let told: unknown;
  const { turn, clock } = await talk(async () => granted({ over: (spent) => void used.push(spent) }), {
    chat: {
      async *reply(_messages, _signal, bounds) {
        told = bounds?.maxTokens;
        yield "Hello there. ";
      },
    },
  });
  turn.end();
  await clock.advance(6_000);
  expect(await turn.done).toBe("reply");
  expect(told).toBe(4_000);
  // 0.1 s of the child and two seconds of the bear, who says what it is at the first turn of a day
  expect(used).toEqual([{ seconds: 2.1, tokens: 42 }]);
});

it("one that is given up before it was judged gives its place back", async () => {
  let grant!: (permit: TurnPermit) => void;
  const used: TurnUsed[] = [];
  const { turn, sent, diary } = await talk(() => new Promise((resolve) => (grant = resolve)));
  turn.cancel("barge-in");
  grant(granted({ over: (spent) => void used.push(spent) }));
  expect(await turn.done).toBe("barge-in");
  await settle();
  expect(sent.frames.map(({ type }) => type)).toEqual([DOWN.STOP]);
  expect(used).toHaveLength(1);
  expect(diary).toEqual([]);
});
