/** Who is asked with a child's words: each service by its own consent, and none of them without. SAFETY S2 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemClock } from "../../../server/adapters/clock.ts";
import { readConfig } from "../../../server/config.ts";
import { openVoices } from "../../../server/main/voices.ts";
import type { Voices } from "../../../server/main/voices.ts";
import { RECIPIENTS } from "../../../server/ports.ts";
import type { Recipient } from "../../../server/ports.ts";
import type { TurnVoices } from "../../../server/voice/caller.ts";
import { programs } from "../../support/programs.ts";
import { countingMeter, silentLog } from "../../support/voice.ts";
import { startModels } from "../../walks/support.ts";
import type { Models } from "../../walks/support.ts";

const { signal } = new AbortController();
let models: Models;
let voices: Voices;
/** the keys that a child's family brought along */
let brought: (childId: string, provider: string | undefined) => string[];
const refused: string[] = [];
/** requests that opening them made */
let askedAtStart: number;

beforeAll(async () => {
  models = await startModels({ reply: "Bears sleep all winter.", transcript: "hello bear" });
  const base = { clock: systemClock, chance: systemChance, meter: countingMeter(), log: silentLog };
  voices = await openVoices(readConfig(models.env), {
    ...base,
    programs,
    keysOf: (childId) => async (provider) => ({
      values: brought(childId, provider),
      refused: (fault) => void refused.push(fault),
    }),
  });
  askedAtStart = models.requests.length;
});
afterAll(async () => {
  await voices.close();
  await models.close();
});
beforeEach(() => {
  models.requests.length = 0;
  refused.length = 0;
  brought = () => [];
});

/** What a turn asks of its voices, one after another; the kinds of service that heard of it. */
async function asked(recipients: readonly Recipient[]): Promise<Set<string>> {
  const { speechToText, chat, textToSpeech, safety }: TurnVoices = voices.voicesFor(
    new Set(recipients),
    "pip",
  );
  for (const model of [speechToText, chat, textToSpeech, safety]) model?.warm?.();
  await speechToText?.transcribe(new Uint8Array(16_000), signal);
  await safety.words("what do bears do", signal);
  const messages = [{ role: "user" as const, content: "what do bears do" }];
  for await (const piece of chat.reply(messages, signal)) await safety.sentence(piece, signal);
  const sound = textToSpeech.speak("Hmm, let me think.", signal)[Symbol.asyncIterator]();
  await sound.next();
  await sound.return?.();
  return new Set(models.requests.map(({ kind }) => kind));
}

const SERVICES = ["speech_in", "chat", "speech_out", "moderation"] as const;
const KINDS = {
  speech_in: "transcribe",
  chat: "chat",
  speech_out: "speech",
  moderation: "moderation",
} as const;

test("what is tried at the start is tried on nobody", () => {
  expect(askedAtStart).toBe(0);
  expect(refused).toEqual([]);
});

test("a child's keys are looked up when the turn begins, before anything is asked", () => {
  const looked: string[] = [];
  brought = (childId, provider) => {
    looked.push(`${childId} ${provider}`);
    return [];
  };
  const { speechToText, chat } = voices.voicesFor(new Set(SERVICES), "pip");
  speechToText?.warm?.();
  chat?.warm?.();
  expect(looked).toEqual(["pip openai_compatible", "pip openai_compatible"]);
  expect(models.requests).toEqual([]);
});

describe("with four services configured", () => {
  test("each is a third party, by host and model", () => {
    expect(voices.thirdParties.map(({ recipient }) => recipient)).toEqual(SERVICES);
    for (const { name } of voices.thirdParties) expect(name).toMatch(/^127\.0\.0\.1/);
  });

  test("all are asked where all are allowed", async () => {
    expect([...(await asked(RECIPIENTS))].sort()).toEqual(Object.values(KINDS).sort());
  });

  test("none is asked where only the voice itself is allowed: no request at all", async () => {
    await asked(["voice", "transcripts"]);
    expect(models.requests).toEqual([]);
  });

  test.each<[string, readonly Recipient[]]>([
    ["true", RECIPIENTS],
    ["true", ["voice", "speech_in"]],
    ["true", ["voice", "chat", "moderation"]],
    ["true", ["voice", "speech_out"]],
    ["false", ["voice", "transcripts"]],
    // neither heard words nor a model's are there to be looked at
    ["false", ["voice", "moderation"]],
    ["false", ["voice", "chat"]],
  ])("whether a turn asks models is said: %s for %j", (said, recipients) => {
    expect(String(voices.voicesFor(new Set(recipients), "pip").asksModels)).toBe(said);
  });

  test.each(SERVICES)("%s, switched off, gets no request", async (off) => {
    const kinds = await asked(RECIPIENTS.filter((recipient) => recipient !== off));
    expect(kinds).not.toContain(KINDS[off]);
    // what a model writes is not spoken unchecked
    if (off === "moderation") expect(kinds).not.toContain("chat");
    else expect(kinds.size).toBe(3);
  });
});

describe("a key that the child's family brought along", () => {
  const keysSeen = () => new Set(models.requests.map(({ authorization }) => authorization));

  test("is what every service is asked with, and the platform's own is not", async () => {
    const asking: string[] = [];
    brought = (...who) => {
      asking.push(who.join(" "));
      return ["the-familys"];
    };
    await asked(RECIPIENTS);
    expect(keysSeen()).toEqual(new Set(["Bearer the-familys"]));
    expect(new Set(asking)).toEqual(new Set(["pip openai_compatible"]));
    expect(refused).toEqual([]);
  });

  test("is not there: each service is asked with the platform's own", async () => {
    await asked(RECIPIENTS);
    expect([...keysSeen()].sort()).toEqual(models.keys.map((key) => `Bearer ${key}`).sort());
  });

  test("is not asked for a turn that no child's is", async () => {
    brought = () => ["the-familys"];
    const { chat } = voices.voicesFor(new Set(RECIPIENTS), undefined);
    for await (const piece of chat.reply([{ role: "user", content: "hello" }], signal)) void piece;
    expect(keysSeen()).not.toContain("Bearer the-familys");
  });
});
