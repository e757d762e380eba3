/** What is slow the first time is done once before a child speaks: expressions are compiled, filters made, loops made fast. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CODEC } from "@bearlink/sdk/protocol";
import { openModels } from "../adapters/models/catalog.ts";
import type { Clock, Safety, Sound, SoundPipe } from "../ports.ts";
import { createSafety } from "../safety/safety.ts";

/** Hz of what a service speaks in */
const SPEECH_RATE = 24_000;
/** bytes of a frame, and how many: enough for the compiler to take notice */
const FRAME_BYTES = 800;
const FRAMES = 20;
/** how often a request is made, for the same reason */
const TURNS = 5;

const token = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: null }] })}\n\n`;

/** What a service of OpenAI's kind says, by the path it is asked at. */
const ANSWERS: Record<string, string | Buffer> = {
  "/audio/transcriptions": JSON.stringify({ text: "Hello." }),
  "/chat/completions": `${"Hello there, little one. ".split(" ").map(token).join("")}data: ${JSON.stringify({
    choices: [{ delta: {}, finish_reason: "stop" }],
  })}\n\ndata: [DONE]\n\n`,
  "/audio/speech": Buffer.alloc(FRAMES * FRAME_BYTES),
};

/** Takes a moment, which the first turn would have taken longer; asks no service anything. Rejects where a player fails. */
export async function warmVoices({ players, clock }: { players: Sound[]; clock: Clock }): Promise<void> {
  await warmRules(createSafety({}));
  await warmRequests(clock);
  for (const { hear, voice } of players)
    await Promise.all([warmPipe(hear(CODEC.ULAW)), warmPipe(voice(SPEECH_RATE, CODEC.U8))]);
}

/** An expression is compiled for good only at its second use. */
async function warmRules(rules: Safety): Promise<void> {
  const { signal } = new AbortController();
  for (const text of ["What is the moon?", "It is a big round rock."]) {
    await rules.words(text, signal);
    await rules.sentence(text, signal);
  }
}

/** A turn's three requests, asked of nobody but ourselves: an HTTP parser is compiled at its first answer. */
async function warmRequests(clock: Clock): Promise<void> {
  const echo = createServer((request, response) => {
    request.resume().once("end", () => response.end(ANSWERS[request.url ?? ""]));
  });
  await new Promise<void>((resolve, reject) => {
    echo.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const own = { url, key: undefined };
  const models = openModels(
    { chat: own, stt: own, tts: own, moderation: {} },
    { clock, meter: { count: () => undefined } },
  );
  const { signal } = new AbortController();
  try {
    for (let turn = 0; turn < TURNS; turn++) {
      await models.speechToText!.port.transcribe(new Uint8Array(FRAMES * FRAME_BYTES), signal);
      for await (const piece of models.chat!.port.reply([], signal)) void piece;
      for await (const sound of models.textToSpeech!.port.speak("Hello there,", signal)) void sound;
    }
  } finally {
    await models.close();
    echo.closeAllConnections();
    await new Promise((resolve) => echo.close(resolve));
  }
}

async function warmPipe(pipe: SoundPipe): Promise<void> {
  for (let frame = 0; frame < FRAMES; frame++) pipe.write(new Uint8Array(FRAME_BYTES));
  pipe.end();
  for await (const sound of pipe.out) void sound;
}
