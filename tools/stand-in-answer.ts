/** What a stand-in answers, when, and how it fails. */
import type { ServerResponse } from "node:http";
import { now } from "./stand-in-request.ts";
import type { StandInRequest } from "./stand-in-request.ts";

/** ms, beside what the machine itself takes */
export interface StandInDelays {
  /** from the utterance to its words */
  transcribe: number;
  /** from the question to the reply's first token */
  firstToken: number;
  /** from one token to the next */
  token: number;
  /** from a sentence to the first sound of it */
  speech: number;
  /** from one 100 ms of sound to the next; 0 sends all at once */
  sound: number;
  /** from a text to the verdict on it */
  moderation: number;
}

/** How one request goes wrong. `after` counts tokens, or pieces of sound, that still come. */
export type StandInFault =
  | { status: number; headers?: Record<string, string>; body?: string }
  | { hang: "headers" | "body"; after?: number }
  /** the connection is lost */
  | { cut: "headers" | "body"; after?: number }
  /** the stream ends as if all were well, without a word on why */
  | { end: "silent" | "done"; after?: number }
  /** one event, or the whole body, in place of what would come next */
  | { say: string; after?: number }
  /** another answer with 200 */
  | { bytes: Uint8Array; type: string }
  /** another reason to end; the rest of the stream `restMs` after it */
  | { finish: string; restMs?: number }
  /** all goes well, in pieces of `pieces` bytes, with a comment before each event where asked for */
  | { pieces: number; comments?: boolean };

export interface StandInOptions {
  port?: number;
  delays?: Partial<StandInDelays>;
  transcript?: string;
  reply?: string;
  /** categories that a text falls under */
  flags?: (text: string) => string[];
  /** asked once a request; undefined lets it go well */
  fault?: (request: StandInRequest) => StandInFault | undefined;
  /** keeps the times of each request, not what was in it */
  forget?: boolean;
}

/** Hz */
const RATE = 24_000;
const NO_DELAYS: StandInDelays = {
  transcribe: 0,
  firstToken: 0,
  token: 0,
  speech: 0,
  sound: 0,
  moderation: 0,
};
/** One second of 440 Hz at a quarter of full scale: whole periods, so it may be repeated. */
const TONE = Buffer.alloc(RATE * 2);
for (let index = 0; index < RATE; index++) {
  TONE.writeInt16LE(Math.round(8_192 * Math.sin((2 * Math.PI * 440 * index) / RATE)), index * 2);
}

/** s16le mono 24 kHz: what `text` sounds like here, 60 ms a character. */
export function toneFor(text: string): Buffer {
  const bytes = text.length * 0.06 * RATE * 2;
  const seconds = Math.ceil(bytes / TONE.length);
  return Buffer.concat(Array.from({ length: seconds }, () => TONE)).subarray(0, Math.round(bytes / 2) * 2);
}

/** The tokens of a reply: words with the space before them. */
export function tokensOf(reply: string): string[] {
  return reply.match(/\s*\S+/g) ?? [];
}

export async function answer(
  options: StandInOptions,
  request: StandInRequest,
  response: ServerResponse,
): Promise<void> {
  const delays = { ...NO_DELAYS, ...options.delays };
  const fault: StandInFault = options.fault?.(request) ?? { pieces: 0 };
  if ("status" in fault) {
    return void response.writeHead(fault.status, fault.headers).end(fault.body ?? "the key sk-echo was seen");
  }
  if ("hang" in fault && fault.hang === "headers") return;
  if ("cut" in fault && fault.cut === "headers") return void response.destroy();
  if ("bytes" in fault) return void response.writeHead(200, { "content-type": fault.type }).end(fault.bytes);
  const plain = request.kind === "transcribe" || request.kind === "moderation";
  if (!plain) return stream(options, delays, fault, request, response);

  await until(request.times.receivedAt + delays[request.kind as "transcribe" | "moderation"]);
  const text = "say" in fault ? fault.say : JSON.stringify(plainAnswer(options, request));
  request.times.firstAt = now();
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  if ("hang" in fault || "cut" in fault) {
    response.write(text.slice(0, 5));
    if ("cut" in fault) setTimeout(() => response.destroy(), 20);
    return;
  }
  response.end(text);
}

function plainAnswer(
  { transcript = "what is the moon", flags }: StandInOptions,
  request: StandInRequest,
): object {
  if (request.kind === "moderation") {
    const found = flags?.(String(request.json["input"])) ?? [];
    const categories = Object.fromEntries(
      ["violence", "self-harm", ...found].map((name) => [name, found.includes(name)]),
    );
    return { id: "modr-1", model: "stand-in", results: [{ flagged: found.length > 0, categories }] };
  }
  if (!request.path.endsWith("/chat/completions")) return { text: transcript, usage: { cost: 0 } };
  return {
    choices: [{ index: 0, message: { role: "assistant", content: transcript }, finish_reason: "stop" }],
  };
}

const REPLY = "The moon is a big round rock. It goes around the earth, and it shines because the sun does!";

/** Tokens as events, or a tone as PCM: each piece at its own moment, whenever the one before was really sent. */
async function stream(
  options: StandInOptions,
  delays: StandInDelays,
  fault: StandInFault,
  { kind, json, times }: StandInRequest,
  response: ServerResponse,
): Promise<void> {
  const chat = kind === "chat";
  const tokens = chat ? tokensOf(options.reply ?? REPLY) : [];
  const tone = chat ? Buffer.alloc(0) : toneFor(String(json["input"]));
  const step = delays.sound > 0 ? RATE / 5 : 48_000;
  const count = chat ? tokens.length : Math.ceil(tone.length / step);
  const after = "after" in fault ? (fault.after ?? 0) : Infinity;
  const send = (bytes: Buffer): Promise<void> =>
    write(response, bytes, "pieces" in fault && fault.pieces > 0 ? fault.pieces : Infinity);
  const event = (data: string): Promise<void> =>
    send(Buffer.from(`${"comments" in fault && fault.comments ? ": still at it\n\n" : ""}data: ${data}\n\n`));
  const delta = (content: object, reason: string | null): string =>
    JSON.stringify({
      id: "c-1",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: content, finish_reason: reason }],
    });

  response.writeHead(200, { "content-type": chat ? "text/event-stream" : "audio/pcm" });
  response.flushHeaders();
  if (chat) await event(delta({ role: "assistant", content: null }, null));
  if (chat) times.tokens = [];
  for (let index = 0; index < count && index < after; index++) {
    const wait = chat ? delays.firstToken + index * delays.token : delays.speech + index * delays.sound;
    await until(times.receivedAt + wait);
    if (response.destroyed) return;
    times.firstAt ??= now();
    times.tokens?.push({ at: now(), text: tokens[index]! });
    await (chat
      ? event(delta({ content: tokens[index] }, null))
      : send(tone.subarray(index * step, (index + 1) * step)));
  }
  if ("hang" in fault) return;
  if ("cut" in fault) return void setTimeout(() => response.destroy(), 20);
  if ("say" in fault)
    return void (chat ? await event(fault.say) : await send(Buffer.from(fault.say)), response.end());
  if (chat && !("end" in fault)) await event(delta({}, "finish" in fault ? fault.finish : "stop"));
  if ("restMs" in fault) await until(now() + (fault.restMs ?? 0));
  if (chat && !("end" in fault && fault.end === "silent")) await event("[DONE]");
  response.end();
}

/** Sends `bytes` in pieces of `size`, each in a packet of its own as far as the system lets us. */
async function write(response: ServerResponse, bytes: Buffer, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, Math.min(bytes.length, at + size)));
    if (size !== Infinity) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until then, never less: a timer alone may be a fraction of a millisecond early. */
async function until(at: number): Promise<void> {
  for (let ms = at - now(); ms > 0; ms = at - now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.ceil(ms)));
  }
}
