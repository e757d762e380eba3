import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openModels } from "../../../../server/adapters/models/catalog.ts";
import type { Models, ModelSettings } from "../../../../server/adapters/models/catalog.ts";
import type { ModelKeys } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { all, NEVER, startStandIn } from "../../../support/models.ts";
import type { StandIn } from "../../../support/models.ts";

let models: Models;
afterEach(() => models.close());

function described(settings: Partial<ModelSettings>): (string | undefined)[] {
  models = openModels(
    { chat: {}, stt: {}, tts: {}, moderation: {}, ...settings },
    { clock: fakeClock(), meter: { count: () => undefined } },
  );
  const { speechToText, chat, textToSpeech, moderation } = models;
  return [speechToText, chat, textToSpeech, moderation].map((offer) => offer?.description);
}

const OPENROUTER = [
  "openrouter.ai openai/whisper-large-v3",
  "openrouter.ai openai/gpt-4o-mini",
  "openrouter.ai hexgrad/kokoro-82m",
];
const OPENAI = [
  "api.openai.com gpt-4o-mini-transcribe",
  "api.openai.com gpt-4o-mini",
  "api.openai.com gpt-4o-mini-tts",
  "api.openai.com omni-moderation-latest",
];

describe("the model services", () => {
  it.each<[string, Partial<ModelSettings>, (string | undefined)[]]>([
    ["none without a key", {}, [undefined, undefined, undefined, undefined]],
    ["none for an empty key", { openrouterKey: "", chat: { url: "", key: "" } }, Array(4).fill(undefined)],
    ["none for a model alone", { chat: { model: "m" } }, Array(4).fill(undefined)],
    ["OpenRouter's for its key", { openrouterKey: "k" }, [...OPENROUTER, undefined]],
    ["OpenAI's for its key", { openaiKey: "k" }, OPENAI],
    ["OpenRouter's before OpenAI's", { openrouterKey: "k", openaiKey: "k" }, [...OPENROUTER, OPENAI[3]]],
    [
      "OpenRouter's for a key of chat",
      { chat: { key: "k" } },
      [undefined, OPENROUTER[1], undefined, undefined],
    ],
    [
      "OpenAI's for a key of moderation",
      { moderation: { key: "k" } },
      [undefined, undefined, undefined, OPENAI[3]],
    ],
    [
      "of the model that is named",
      { openrouterKey: "k", chat: { model: "a/b" } },
      [OPENROUTER[0], "openrouter.ai a/b", OPENROUTER[2], undefined],
    ],
    [
      "at the address that is named, key or none",
      { openaiKey: "k", tts: { url: "http://127.0.0.1:9/v1", model: "piper" } },
      [OPENAI[0], OPENAI[1], "127.0.0.1 piper", OPENAI[3]],
    ],
    [
      "with a moderation that chooses for itself at an address we do not know",
      { moderation: { url: "http://localhost:9/v1" } },
      [undefined, undefined, undefined, "localhost"],
    ],
  ])("are %s", (_name, settings, expected) => {
    expect(described(settings)).toEqual(expected);
  });

  it("are never described with a key", () => {
    const url = "https://sk-user:sk-pass@example.org/v1?key=sk-query";
    expect(described({ chat: { url, key: "sk-a" }, openaiKey: "sk-b" }).join()).not.toContain("sk-");
  });

  it("get an account's key only at that account's address", async () => {
    const standIn = await startStandIn();
    described({ openrouterKey: "sk-or", openaiKey: "sk-oa", chat: { url: `${standIn.url}/` } });
    await all(models.chat!.port.reply([], NEVER));
    expect(standIn.requests[0]).toMatchObject({ authorization: undefined, path: "/v1/chat/completions" });
    await standIn.close();
  });

  describe("at addresses we do not know, with a key that a family brought along for one", () => {
    let here: StandIn;
    let there: StandIn;
    beforeEach(async () => {
      here = await startStandIn();
      there = await startStandIn();
    });
    afterEach(() => Promise.all([here.close(), there.close()]));

    const KEYS = { openai_compatible: "the-familys", openai: "for-openai", openrouter: "for-openrouter" };
    const familys: ModelKeys = async (provider) => ({
      values: provider ? [KEYS[provider]] : [],
      refused: () => undefined,
    });
    const platforms = ({ url }: StandIn) => ({ url, key: "the-platforms" });

    async function ask(): Promise<void> {
      const { chat, speechToText, textToSpeech, moderation } = models;
      if (chat) await all(chat.askedWith(familys).reply([], NEVER));
      await speechToText?.askedWith(familys).transcribe(new Uint8Array(320), NEVER);
      if (textToSpeech) await all(textToSpeech.askedWith(familys).speak("Hello.", NEVER));
      await moderation?.askedWith(familys).check("hello", NEVER);
    }
    const keysAt = ({ requests }: StandIn): string[] =>
      requests.map(({ kind, authorization }) => `${kind} ${authorization}`);

    it("ask the chat's with it, and all else that is there", async () => {
      described({
        stt: platforms(there),
        chat: platforms(here),
        tts: platforms(here),
        moderation: platforms(there),
      });
      await ask();
      expect(keysAt(here)).toEqual(["chat Bearer the-familys", "speech Bearer the-familys"]);
      expect(keysAt(there)).toEqual(["transcribe Bearer the-platforms", "moderation Bearer the-platforms"]);
    });

    it("ask the first of the others with it where the chat is at none", async () => {
      described({ openrouterKey: "k", tts: platforms(here), moderation: platforms(there) });
      models.chat = models.speechToText = undefined;
      await ask();
      expect(keysAt(here)).toEqual(["speech Bearer the-familys"]);
      expect(keysAt(there)).toEqual(["moderation Bearer the-platforms"]);
    });

    it("take another port, or another scheme, for another service", async () => {
      described({
        chat: { url: here.url.replace("http:", "https:") },
        stt: platforms(here),
        tts: {},
        moderation: {},
      });
      models.chat = undefined;
      await ask();
      expect(keysAt(here)).toEqual(["transcribe Bearer the-platforms"]);
    });
  });
});
