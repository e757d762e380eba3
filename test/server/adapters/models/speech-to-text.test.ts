import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Dialect } from "../../../../server/adapters/models/speech-to-text.ts";
import { openSpeechToText } from "../../../../server/adapters/models/speech-to-text.ts";
import { readWavHeader } from "../../../../server/adapters/models/wav.ts";
import { MAX_TRANSCRIPT_CHARS } from "../../../../server/bounds.ts";
import { NEVER, openTestModels, serviceOf, settingsFor, startStandIn } from "../../../support/models.ts";
import type { StandIn } from "../../../support/models.ts";

const PCM = Buffer.from(Array.from({ length: 3_200 }, (_, at) => (at * 7) % 256));
const DIALECTS: Dialect[] = ["openai", "openrouter", "chat"];

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn({ transcript: " why is the sky blue \n" });
});
beforeEach(() => {
  standIn.requests.length = 0;
});
afterAll(() => standIn.close());

async function transcribe(dialect: Dialect): Promise<string> {
  const { stt, ...others } = settingsFor(standIn.url);
  const models = openTestModels(standIn.url, {}, { ...others, stt: { ...stt, dialect, model: "ear-1" } });
  try {
    return await models.speechToText.transcribe(PCM, NEVER);
  } finally {
    await models.close();
  }
}

describe.each(DIALECTS)("speech-to-text in the dialect `%s`", (dialect) => {
  it("sends the utterance as a WAV file of 16 kHz, and answers with its words", async () => {
    expect(await transcribe(dialect)).toBe("why is the sky blue");
    const { wav, json } = standIn.requests[0]!;
    expect(readWavHeader(wav!)).toMatchObject({
      format: { rate: 16_000, channels: 1, bits: 16 },
      offset: 44,
    });
    expect(wav!.subarray(44)).toEqual(PCM);
    expect(json).toMatchObject({ model: "ear-1" });
    expect(Number(json["temperature"])).toBe(0);
  });

  it.each([
    ["limited", '{"error":{"code":429,"message":"sk-echo"}}'],
    ["away", '{"object":"error","message":"x"}'],
    ["garbage", '{"text":7}'],
    ["garbage", '{"choices":[]}'],
    ["garbage", "[]"],
  ])("is `%s` where the answer is %s", async (fault, body) => {
    const port = openSpeechToText(serviceOf([Buffer.from(body)]), "m", dialect);
    await expect(port.transcribe(PCM, NEVER)).rejects.toThrow(`model: ${fault}`);
  });

  it("is read no further than its bound, and may be empty", async () => {
    const say = (words: string) =>
      serviceOf([Buffer.from(JSON.stringify({ text: words, choices: [{ message: { content: words } }] }))]);
    const hear = (words: string) => openSpeechToText(say(words), "m", dialect).transcribe(PCM, NEVER);
    expect((await hear("x".repeat(5_000))).length).toBe(MAX_TRANSCRIPT_CHARS);
    expect(await hear(" ")).toBe("");
  });
});

it("a chat model that hears is told to write down and not to answer", async () => {
  await transcribe("chat");
  const { json, path } = standIn.requests[0]!;
  expect(path).toBe("/v1/chat/completions");
  expect(JSON.stringify(json["messages"])).toContain("do not answer");
});
