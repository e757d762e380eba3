import { CODEC, DOWN, UP } from "@bearlink/sdk/protocol";
import { describe, expect, it, vi } from "vitest";
import { ModelError, SoundError } from "../../../server/errors.ts";
import { createConversations } from "../../../server/voice/conversation.ts";
import { createSafety } from "../../../server/safety/safety.ts";
import { startTurn } from "../../../server/voice/turn.ts";
import { collector, queue, silentLog, turnRef, voiceFakes, wait } from "../../support/voice.ts";
import type { VoiceFakes } from "../../support/voice.ts";

const HANG = new Promise<never>(() => undefined);

async function* hang(): AsyncGenerator<never> {
  await HANG;
}

function begin(change: Partial<VoiceFakes> = {}, bufferMs = 800) {
  const ports = voiceFakes(change);
  const sent = collector(ports.clock);
  const conversations = createConversations({ clock: ports.clock, policy: "Be kind." });
  conversations.of("toy", "child").firstOfDay(); // so that it is not told at every test's first turn
  const turn = startTurn(ports, {
    ref: turnRef,
    start: { reason: "button", codec: CODEC.ULAW, play: [CODEC.U8], buffer_ms: bufferMs },
    conversation: conversations.of("toy", "child"),
    send: sent.send,
    log: silentLog,
  });
  let sample = 0;
  const speak = (samples = 800): boolean => {
    const taken = turn.audio({
      type: UP.AUDIO,
      codec: CODEC.ULAW,
      flags: 0,
      counter: 0,
      turn: 1,
      sample,
      payload: new Uint8Array(samples).fill(0x55),
    });
    sample += samples;
    return taken;
  };
  const endedAt = (): number => {
    turn.end();
    return ports.clock.now();
  };
  return { ...ports, ports, sent, turn, speak, endedAt, conversations };
}

describe("a turn", () => {
  it("answers with REPLY_START, sound and REPLY_END", async () => {
    const { clock, turn, sent, speak, spoken, sound } = begin();
    speak();
    turn.end();
    await clock.advance(6000);
    expect(await turn.done).toBe("reply");
    expect(sent.story()).toEqual(["REPLY_START", "AUDIO", "REPLY_END"]);
    expect(spoken).toEqual(["Hello there.", "How are you today, friend?"]);
    expect(sent.samples()).toBe(16_000);
    expect(sound.open()).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it("speaks the first clause while the rest is still being written", async () => {
    const tokens = queue<string>();
    const { clock, turn, sent, speak, endedAt } = begin({ chat: { reply: () => tokens.out } });
    speak();
    const at = endedAt();
    await clock.advance(100); // hearing
    tokens.push("Once upon a time, ");
    await clock.advance(30);
    expect(sent.frames[0]).toMatchObject({ type: DOWN.REPLY_START });
    expect(sent.frames[1]!.at - at).toBe(120); // hearing 100 ms, speech 20 ms, and nothing of ours
    tokens.push("there was a bear.");
    tokens.end();
    await clock.advance(6000);
    expect(await turn.done).toBe("reply");
  });

  it("asks the model for nothing before the words are allowed", async () => {
    const { clock, turn, speak, asked, spoken } = begin({
      safety: {
        words: () => Promise.resolve({ action: "redirect", text: "Let us sing instead.", reason: "rule" }),
        sentence: (text) => Promise.resolve({ action: "allow", text, reason: "" }),
      },
    });
    speak();
    turn.end();
    await clock.advance(6000);
    expect(asked).toEqual([]);
    expect(spoken).toEqual(["Let us sing instead."]);
  });

  it("speaks nothing that was not checked: the rest of a reply ends at the first bad sentence", async () => {
    const { clock, turn, speak, spoken } = begin({
      safety: {
        words: (text) => Promise.resolve({ action: "allow", text, reason: "" }),
        sentence: (text) =>
          Promise.resolve(
            text.startsWith("How")
              ? { action: "redirect", text: "Shall we play?", reason: "rule" }
              : { action: "allow", text, reason: "" },
          ),
      },
    });
    speak();
    turn.end();
    await clock.advance(8000);
    expect(spoken).toEqual(["Hello there.", "Shall we play?"]);
  });

  it("judges the second half of a sentence with the first, which is spoken already", async () => {
    const { clock, turn, speak, spoken } = begin({
      safety: createSafety({}),
      chat: {
        async *reply() {
          yield* ["Let us go and kill, ", "your brother with a smile today."];
        },
      },
    });
    speak();
    turn.end();
    await clock.advance(8000);
    expect(spoken[0]).toBe("Let us go and kill,");
    expect(spoken.join(" ")).not.toMatch(/brother/);
  });

  it("tells the next turn's model only words that were allowed, as they were scrubbed", async () => {
    const said = ["call me at 555 123 4567", "my dad hits me", "hello again"];
    const { clock, ports, conversations, asked } = begin({
      safety: createSafety({}),
      speechToText: { transcribe: () => Promise.resolve(said.shift()!) },
    });
    for (const turnAt of [0, 1, 2]) {
      const turn = startTurn(ports, {
        ref: turnRef,
        start: { reason: "button", codec: CODEC.ULAW, play: [CODEC.U8], buffer_ms: 800 },
        conversation: conversations.of("toy", "child"),
        send: () => true,
        log: silentLog,
      });
      const payload = new Uint8Array(800);
      turn.audio({
        type: UP.AUDIO,
        codec: CODEC.ULAW,
        flags: 0,
        counter: 0,
        turn: turnAt,
        sample: 0,
        payload,
      });
      turn.end();
      await clock.advance(8000);
      await turn.done;
    }
    const told = asked.at(-1)!.map(({ content }) => content);
    expect(asked).toHaveLength(2); // the disclosure went to no model
    expect(told).toContain("call me at [phone]");
    expect(told.join()).not.toMatch(/555|hits/);
  });

  it("ends its utterance 20 s after it began, though frames without sound keep coming", async () => {
    const { clock, turn, speak, asked } = begin();
    for (let ms = 0; ms < 19_800; ms += 600) {
      speak(0);
      await clock.advance(600);
    }
    expect(asked).toEqual([]);
    for (let ms = 0; ms < 3_000; ms += 600) {
      speak(0);
      await clock.advance(600);
    }
    await clock.advance(8_000);
    expect(await turn.done).toBe("reply");
    expect(clock.waiting).toBe(0);
  });

  it("with the checker away it tells a curated piece only if that passes, and else a phrase", async () => {
    const away = (): Promise<never> => Promise.reject(new Error("away"));
    const { clock, turn, sent, speak, asked, spoken } = begin({ safety: { words: away, sentence: away } });
    speak();
    turn.end();
    await clock.advance(8000);
    expect(await turn.done).toBe("fallback");
    expect(asked).toEqual([]);
    expect(spoken).toEqual([]);
    expect(sent.story()).toEqual(["REPLY_START", "AUDIO", "REPLY_END"]);
  });

  it("without ears it says so and offers the shelf; it never pretends", async () => {
    const { clock, turn, speak, asked, spoken } = begin({ speechToText: undefined });
    speak();
    turn.end();
    await clock.advance(12_000);
    expect(spoken).toEqual(["[cannot-understand]", "Piece 0 of kind story.", "It has two sentences."]);
    expect(asked).toEqual([]);
  });

  it("an utterance without sound is asked for again", async () => {
    const { clock, turn, spoken } = begin();
    turn.end();
    await clock.advance(3000);
    await turn.done;
    expect(spoken).toEqual(["[say-again]"]);
  });

  it("closes the utterance after 700 ms without a frame", async () => {
    const { clock, turn, speak, spoken } = begin();
    speak();
    await clock.advance(699);
    expect(spoken).toEqual([]);
    await clock.advance(6000);
    await turn.done;
    expect(spoken.length).toBe(2);
  });

  it("closes the utterance at 15 s of sound, and drops what comes after", async () => {
    const { clock, turn, speak } = begin();
    for (let s = 0; s < 149; s++) {
      expect(speak()).toBe(true);
      await clock.advance(100);
    }
    expect(speak(1600)).toBe(true); // past the end: cut
    expect(speak()).toBe(false);
    await clock.advance(6000);
    expect(await turn.done).toBe("reply");
  });

  it("sends a CUE when nothing is audible after 900 ms", async () => {
    const { clock, turn, sent, speak, endedAt } = begin({
      speechToText: { transcribe: (_pcm, signal) => wait(clock, 2000, signal).then(() => "hello") },
    });
    speak();
    const at = endedAt();
    await clock.advance(8000);
    await turn.done;
    expect(sent.story()).toEqual(["CUE thinking", "REPLY_START", "AUDIO", "REPLY_END"]);
    expect(sent.frames[0]!.at - at).toBe(900);
  });

  const hanging: [string, Partial<VoiceFakes>][] = [
    ["speech-to-text", { speechToText: { transcribe: () => HANG } }],
    ["the check of the words", { safety: { words: () => HANG, sentence: () => HANG } }],
    ["chat", { chat: { reply: hang } }],
    ["text-to-speech", { textToSpeech: { rate: 8000, speak: hang } }],
  ];
  it.each(hanging)("%s hangs: something is heard within 6 s, and the turn ends", async (_name, change) => {
    const { clock, turn, sent, speak, endedAt, sound } = begin(change);
    speak();
    const at = endedAt();
    await clock.advance(20_000);
    expect(["reply", "fallback"]).toContain(await turn.done);
    const first = sent.frames.find(({ type }) => type === DOWN.AUDIO)!;
    expect(first.at - at).toBeLessThanOrEqual(6000);
    expect(sent.frames.at(-1)!.type).toBe(DOWN.REPLY_END);
    expect(sound.open()).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it("the ears' process hangs: a phrase within 6 s", async () => {
    const fakes = voiceFakes();
    const stuck = { ...fakes.sound, hear: () => ({ write() {}, end() {}, destroy() {}, out: hang() }) };
    const { clock, turn, sent, speak, endedAt } = begin({ clock: fakes.clock, sound: stuck });
    speak();
    const at = endedAt();
    await clock.advance(20_000);
    expect(await turn.done).toBe("fallback");
    expect(sent.frames.find(({ type }) => type === DOWN.AUDIO)!.at - at).toBeLessThanOrEqual(6000);
  });

  const failing: [string, Partial<VoiceFakes>][] = [
    ["speech-to-text", { speechToText: { transcribe: () => Promise.reject(new ModelError("auth")) } }],
    [
      "chat",
      {
        chat: {
          reply: () => {
            throw new ModelError("budget");
          },
        },
      },
    ],
    [
      "text-to-speech",
      {
        textToSpeech: {
          rate: 8000,
          speak: () => {
            throw new ModelError("away");
          },
        },
      },
    ],
    [
      "all sound",
      {
        sound: {
          hear: () => {
            throw new SoundError("process");
          },
          voice: () => {
            throw new SoundError("process");
          },
          open: () => 0,
        },
      },
    ],
  ];
  it.each(failing)("%s fails: the turn still ends in words", async (_name, change) => {
    const { clock, turn, sent, speak } = begin(change);
    speak();
    turn.end();
    await clock.advance(12_000);
    expect(["reply", "fallback"]).toContain(await turn.done);
    expect(sent.story().slice(-3)).toEqual(["REPLY_START", "AUDIO", "REPLY_END"]);
  });

  it("a model's first sentence that cannot be checked is not spoken: a piece of the shelf is", async () => {
    const written = "A dragon sleeps in the hills.";
    const spoken: string[] = [];
    const { clock, turn, speak } = begin({
      chat: {
        async *reply() {
          yield await Promise.resolve(written);
        },
      },
      safety: {
        words: (text) => Promise.resolve({ action: "allow", text, reason: "" }),
        sentence: (text) =>
          text === written
            ? Promise.reject(new ModelError("away"))
            : Promise.resolve({ action: "allow", text, reason: "" }),
      },
      textToSpeech: {
        rate: 8000,
        async *speak(text) {
          spoken.push(text);
          yield await Promise.resolve(new Uint8Array(1600));
        },
      },
    });
    speak();
    turn.end();
    await clock.advance(12_000);
    expect(await turn.done).toBe("reply");
    expect(spoken.join(" ")).not.toContain("dragon");
    expect(spoken.length).toBeGreaterThan(0);
  });

  it("a reply cut in the middle is finished with a phrase", async () => {
    const { clock, turn, sent, speak } = begin({
      textToSpeech: {
        rate: 8000,
        async *speak() {
          yield await Promise.resolve(new Uint8Array(8000));
          throw new ModelError("cut");
        },
      },
    });
    speak();
    turn.end();
    await clock.advance(8000);
    expect(await turn.done).toBe("fallback");
    expect(sent.story()).toEqual(["REPLY_START", "AUDIO", "REPLY_END"]);
    expect(sent.samples()).toBeGreaterThan(4000); // its own samples go on where the others ended
  });

  it.each([
    ["while the child speaks", 0, false],
    ["while it thinks", 50, true],
    ["while it speaks", 600, true],
  ])("cancelled %s it sends STOP at once and frees everything", async (_name, ms, ended) => {
    const { clock, turn, sent, speak, sound, plainSound } = begin();
    speak();
    if (ended) turn.end();
    await clock.advance(ms);
    turn.cancel("barge-in");
    expect(sent.frames.at(-1)!.type).toBe(DOWN.STOP);
    expect(await turn.done).toBe("barge-in");
    await clock.advance(10_000);
    expect(sent.frames.filter(({ type }) => type === DOWN.STOP).length).toBe(1);
    expect(sent.frames.at(-1)!.type).toBe(DOWN.STOP);
    expect(sound.open() + plainSound.open()).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it("a lost line is told nothing", async () => {
    const { clock, turn, sent, speak } = begin();
    speak();
    turn.end();
    await clock.advance(600);
    const before = sent.frames.length;
    turn.cancel("lost");
    await clock.advance(10_000);
    expect(sent.frames.length).toBe(before);
    expect(await turn.done).toBe("lost");
  });

  it("cancelled after REPLY_END it sends no STOP", async () => {
    const { clock, turn, sent, speak } = begin();
    speak();
    turn.end();
    await clock.advance(10_000);
    turn.cancel("barge-in");
    expect(sent.frames.at(-1)!.type).toBe(DOWN.REPLY_END);
  });

  it("a toy that holds its credit back for 30 s gets STOP", async () => {
    const { clock, turn, sent, speak } = begin({
      chat: {
        curated: true,
        reply: async function* () {
          for (let i = 0; i < 60; i++) yield await Promise.resolve(`Line ${i}.`);
        },
      },
    });
    speak();
    turn.end();
    for (let ms = 0; ms < 45_000; ms += 400) {
      turn.credit({ next: 0, underruns: 0 });
      await clock.advance(400);
    }
    expect(await turn.done).toBe("held-back");
    expect(sent.frames.at(-1)!.type).toBe(DOWN.STOP);
  });

  it("at most three sentences of a model are spoken; a curated reply is spoken whole", async () => {
    const lines = [
      "One is a number. ",
      "Two is another number. ",
      "Three is one more number. ",
      "Four is too many now. ",
    ];
    const chat = {
      reply: async function* () {
        for (const line of lines) yield await Promise.resolve(line);
      },
    };
    const model = begin({ chat });
    model.speak();
    model.turn.end();
    await model.clock.advance(10_000);
    expect(model.spoken.length).toBe(3);
    const curated = begin({ chat: { ...chat, curated: true } });
    curated.speak();
    curated.turn.end();
    await curated.clock.advance(10_000);
    expect(curated.spoken).toEqual(lines);
  });

  it("what was said is in the next question to the model", async () => {
    const { clock, ports, conversations, turn, speak, asked } = begin();
    speak();
    turn.end();
    await clock.advance(8000);
    await turn.done;
    const again = startTurn(ports, {
      ref: turnRef,
      start: { reason: "button", codec: CODEC.ULAW, play: [CODEC.U8], buffer_ms: 800 },
      conversation: conversations.of("toy", "child"),
      send: () => true,
      log: silentLog,
    });
    again.audio({
      type: 2,
      codec: 1,
      flags: 0,
      counter: 0,
      turn: 2,
      sample: 0,
      payload: new Uint8Array(800),
    });
    again.end();
    await clock.advance(8000);
    expect(asked[1]!.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user", "system"]);
    expect(asked[1]![2]!.content).toBe("Hello there. How are you today, friend?");
  });

  it("warms its models while the child still speaks", () => {
    const warm = vi.fn();
    const fakes = voiceFakes();
    begin({ chat: { ...fakes.chat, warm }, textToSpeech: { ...fakes.textToSpeech, warm } });
    expect(warm).toHaveBeenCalledTimes(2);
  });
});
