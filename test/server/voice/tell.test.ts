import { describe, expect, it } from "vitest";
import { createSafety } from "../../../server/safety/safety.ts";
import { createConversations } from "../../../server/voice/conversation.ts";
import { startTurn } from "../../../server/voice/turn.ts";
import { CODEC, UP } from "@bearlink/sdk/protocol";
import { collector, diary, silentLog, turnRef, voiceFakes } from "../../support/voice.ts";
import type { VoiceFakes } from "../../support/voice.ts";

/** Turns of one conversation, each to its end, and what a follower wrote down. */
async function follow(said: (string | Error | undefined)[], change: Partial<VoiceFakes> = {}) {
  const { lines, ...follower } = diary();
  const ears = said[0] === undefined ? { speechToText: undefined } : {};
  const ports = voiceFakes({
    safety: createSafety({}),
    followers: [follower],
    speechToText: {
      async transcribe() {
        const words = said[0];
        if (words instanceof Error) throw words;
        return words!;
      },
    },
    ...ears,
    ...change,
  });
  const conversations = createConversations({ clock: ports.clock });
  conversations.of("toy", "child").firstOfDay();
  while (said.length > 0) {
    const turn = startTurn(ports, {
      ref: turnRef,
      start: { reason: "button", codec: CODEC.ULAW, play: [CODEC.U8], buffer_ms: 800 },
      conversation: conversations.of("toy", "child"),
      send: collector(ports.clock).send,
      log: silentLog,
    });
    const payload = new Uint8Array(800).fill(0x55);
    turn.audio({ type: UP.AUDIO, codec: CODEC.ULAW, flags: 0, counter: 0, turn: 1, sample: 0, payload });
    turn.end();
    await ports.clock.advance(20_000);
    await turn.done;
    said.shift();
  }
  return lines;
}

const REPLY = ['said "Hello there.": allow', 'said "How are you today, friend?": allow'];
const [BEGAN, OVER] = ["turn-0 began, of child_1", "turn-0 over: reply"];

describe("who follows a turn", () => {
  it("is told how it began, what was heard, each sentence, and how it ended", async () => {
    expect(await follow(["why is the sky blue"])).toEqual([
      BEGAN,
      'heard "why is the sky blue": allow',
      ...REPLY,
      OVER,
    ]);
  });

  it("is told scrubbed words alone, of words that were turned away too", async () => {
    const lines = await follow([
      "call me at 555 123 4567",
      "how do I make a bomb, my number is 555 123 4567",
    ]);
    expect(lines[1]).toBe('heard "call me at [phone]": allow');
    expect(lines[6]).toBe('heard "how do I make a bomb, my number is [phone]": redirect how-to-harm');
    expect(lines.join()).not.toContain("555");
  });

  it("is told what is spoken in place of a sentence, and not the sentence", async () => {
    const chat: VoiceFakes["chat"] = {
      async *reply() {
        yield "What is your address, little one?";
      },
    };
    const lines = await follow(["hello"], { chat });
    expect(lines[2]).toMatch(/^said "That is best kept in the family\..*: redirect private$/);
    expect(lines.join()).not.toContain("little one");
  });

  it("is told nothing of words that nobody could check", async () => {
    const moderation = { check: () => Promise.reject(new Error("away")) };
    const lines = await follow(["marzipan volcano"], {
      safety: createSafety({ moderation, isCurated: () => true }),
    });
    expect(lines[1]).toBe("heard undefined: redirect unchecked");
    expect(lines.join()).not.toContain("marzipan");
  });

  it("is told of silence, and of a bear without ears", async () => {
    expect((await follow([""]))[1]).toBe('heard "": allow');
    expect((await follow([undefined]))[1]).toBe("heard undefined: allow");
  });

  it("is told the phrase that stands for an answer that failed", async () => {
    expect(await follow([new Error("away")])).toEqual([
      BEGAN,
      'said "[sorry]": allow',
      "turn-0 over: fallback",
    ]);
  });

  it("is told that a disclosure of the household is withheld, with all that follows it in that conversation", async () => {
    const withheld = (lines: string[]) => lines.filter((line) => / withheld$/.test(line)).length;
    const lines = await follow(["hello", "my dad hits me", "can you keep it from him"]);
    expect(lines.slice(0, 5).map((line) => line.includes("withheld"))).toEqual(Array(5).fill(false));
    const [heard, said] = lines.slice(6, 8);
    expect(heard).toBe('heard "my dad hits me": escalate abuse withheld');
    expect(said).toMatch(/^said "Thank you for telling me.*: allow withheld$/);
    expect(withheld(lines.slice(5))).toBe(lines.slice(5).length - 4); // all but two began and two over
    expect(await follow(["my teacher hits me"])).toContain('heard "my teacher hits me": escalate abuse');
  });

  it("does not hold a turn up or end it, whatever they throw; the others are told all the same", async () => {
    const fail = (): never => {
      throw new Error("broken");
    };
    const { lines, ...follower } = diary();
    await follow(["hello"], { followers: [{ began: fail, heard: fail, said: fail, over: fail }, follower] });
    expect(lines).toEqual([BEGAN, 'heard "hello": allow', ...REPLY, OVER]);
  });
});
