/** The key that a service is asked with: another's at each request, the one before it where it is refused, and who is told. MISSION A18, B12 */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../../server/adapters/clock.ts";
import { openChat } from "../../../../server/adapters/models/chat.ts";
import { json, openService } from "../../../../server/adapters/models/http.ts";
import type { KeyedService, ModelService } from "../../../../server/adapters/models/http.ts";
import { openModeration } from "../../../../server/adapters/models/moderation.ts";
import { openPool } from "../../../../server/adapters/models/pool.ts";
import type { ConnectionPool } from "../../../../server/adapters/models/pool.ts";
import { openSpeechToText } from "../../../../server/adapters/models/speech-to-text.ts";
import { openTextToSpeech } from "../../../../server/adapters/models/text-to-speech.ts";
import { MAX_MODEL_REQUESTS } from "../../../../server/bounds.ts";
import { ModelError } from "../../../../server/errors.ts";
import { all, NEVER } from "../../../support/models.ts";
import { until } from "../../../support/wait.ts";

const { signal } = new AbortController();
const seen: string[] = [];
const refused: string[] = [];
const UNANSWERED = 0;
let statuses: Record<string, number>;
/** by key, with a status of 200: a media type, and what is said */
let answers: Record<string, [type: string, body: string]>;
let server: Server;
let pool: ConnectionPool;
let service: KeyedService;

beforeAll(async () => {
  server = createServer((request, response) => {
    const key = String(request.headers.authorization).replace("Bearer ", "");
    seen.push(key);
    if (statuses[key] === UNANSWERED) return;
    const [type, body] = answers[key] ?? ["application/json", "{}"];
    const headers = { "content-type": type };
    request.resume().once("end", () => response.writeHead(statuses[key] ?? 200, headers).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  pool = openPool(new URL(url).origin);
  service = openService({ url, key: "platform" }, pool, systemClock);
});
afterAll(async () => {
  await pool.close();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
  refused.length = 0;
  statuses = {};
  answers = {};
});

async function ask(values: string[] | undefined): Promise<string> {
  const key = async () => ({ values: values ?? [], refused: (fault: string) => void refused.push(fault) });
  const asked = values === undefined ? service : service.askedWith(key);
  return faultOf(asked.post("/x", json({}), 1_000, signal, (answer) => answer.json()));
}

const faultOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => "ok",
    (error: unknown) => (error instanceof ModelError ? error.fault : String(error)),
  );

test("a service is asked with its own key, with another's where there is one, with the former where that is refused", async () => {
  expect(await ask(undefined)).toBe("ok");
  expect(await ask([])).toBe("ok");
  expect(await ask(["family"])).toBe("ok");
  statuses = { family: 401 };
  expect(await ask(["family", "former"])).toBe("ok");
  expect(seen).toEqual(["platform", "platform", "family", "family", "former"]);
  expect(refused).toEqual([]);
});

test("whoever brought a key is told where none of it is taken, and the platform's own is not tried instead", async () => {
  statuses = { family: 401, former: 403, platform: 200 };
  expect(await ask(["family"])).toBe("auth");
  expect(await ask(["family", "former"])).toBe("auth");
  expect(seen).toEqual(["family", "family", "former"]);
  expect(refused).toEqual(["auth", "auth"]);
});

test("a service that is away or out of money is not asked with the former key", async () => {
  statuses = { family: 402 };
  expect(await ask(["family", "former"])).toBe("budget");
  expect(seen).toEqual(["family"]);
  expect(refused).toEqual(["budget"]);
});

test("where nobody can say whose key it is, nothing is asked", async () => {
  const asked = service.askedWith(() => Promise.reject(new ModelError("away")));
  await expect(asked.post("/x", json({}), 1_000, signal, async () => 1)).rejects.toMatchObject({
    fault: "away",
  });
  expect(seen).toEqual([]);
});

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const STREAM = "text/event-stream";
const said = (content: string, finish_reason: string | null = null): string =>
  event({ choices: [{ delta: { content }, finish_reason }] });
const chat = (service: ModelService) => all(openChat(service, "m").reply([], signal));

describe.each<[string, (service: ModelService) => Promise<unknown>, [type: string, body: string]]>([
  [
    "a chat",
    chat,
    ["application/json", '{"choices":[{"message":{"content":"Hi."},"finish_reason":"stop"}]}'],
  ],
  ["a chat that streams", chat, [STREAM, said("Hi.", "stop")]],
  [
    "speech recognition",
    (service) => openSpeechToText(service, "m", "openai").transcribe(new Uint8Array(320), signal),
    ["application/json", '{"text":"hi"}'],
  ],
  [
    "a voice",
    (service) => all(openTextToSpeech(service, { model: "m", voice: "v" }).speak("Hi.", signal)),
    ["audio/pcm", "\0\x01".repeat(100)],
  ],
  [
    "moderation",
    (service) => openModeration(service, "m").check("hi", signal),
    ["application/json", '{"results":[{"flagged":false}]}'],
  ],
])("to %s, a key that is refused with a status of 200", (_name, asked, answer) => {
  const type = answer[0] === STREAM ? STREAM : "application/json";
  const refusing = (code: number | string): [string, string] => {
    const error = { error: { code, message: "no" } };
    return [type, type === STREAM ? event(error) : JSON.stringify(error)];
  };
  const askedWith = (...values: string[]): Promise<string> =>
    faultOf(asked(service.askedWith(async () => ({ values, refused: (fault) => void refused.push(fault) }))));

  test("is followed by the former one, which serves", async () => {
    answers = { family: refusing(401), former: answer };
    expect(await askedWith("family", "former")).toBe("ok");
    expect(seen).toEqual(["family", "former"]);
    expect(refused).toEqual([]);
  });

  test("is told, once none of it is taken", async () => {
    answers = { family: refusing(401), former: refusing(403) };
    expect(await askedWith("family", "former")).toBe("auth");
    expect(seen).toEqual(["family", "former"]);
    expect(refused).toEqual(["auth"]);
  });

  test.each([402, "insufficient_quota"])("for want of money is told: %s", async (code) => {
    answers = { family: refusing(code) };
    expect(await askedWith("family", "former")).toBe("budget");
    expect(seen).toEqual(["family"]);
    expect(refused).toEqual(["budget"]);
  });
});

const REFUSING: [type: string, body: string] = ["application/json", '{"error":{"code":401}}'];
const checkedWith = (values: string[], signal: AbortSignal): Promise<unknown> => {
  const key = { values, refused: () => undefined };
  return openModeration(
    service.askedWith(async () => key),
    "m",
  ).check("hi", signal);
};

test("a request whose keys are refused leaves its place to the next", async () => {
  answers = { family: REFUSING, former: REFUSING };
  const asked = Array.from({ length: MAX_MODEL_REQUESTS }, () =>
    faultOf(checkedWith(["family", "former"], NEVER)),
  );
  expect(new Set(await Promise.all(asked))).toEqual(new Set(["auth"]));
  expect(await ask([])).toBe("ok");
});

test("a request with the former key ends with its asker's signal", async () => {
  answers = { family: REFUSING };
  statuses = { former: UNANSWERED };
  const asker = new AbortController();
  const asked = faultOf(checkedWith(["family", "former"], asker.signal));
  await until("the former key is tried", () => seen.length === 2);
  asker.abort("enough");
  expect(await asked).toBe("enough");
});

test("a reply whose key is refused before its first word is asked for again", async () => {
  const role = event({ choices: [{ delta: { role: "assistant" } }] });
  answers = {
    family: [STREAM, role + event({ error: { code: 401 } })],
    former: [STREAM, role + said("Hi.") + said("", "stop")],
  };
  const asked = service.askedWith(async () => ({ values: ["family", "former"], refused: () => undefined }));
  expect(await chat(asked)).toEqual(["Hi."]);
});

test("a reply whose key is refused after words is told, and is not said twice", async () => {
  answers = { family: [STREAM, said("Once ") + event({ error: { code: 402 } })] };
  const key = { values: ["family", "former"], refused: (fault: string) => void refused.push(fault) };
  const got: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const piece of openChat(
      service.askedWith(async () => key),
      "m",
    ).reply([], signal))
      got.push(piece);
  };
  expect(await faultOf(reading())).toBe("budget");
  expect(got).toEqual(["Once "]);
  expect(seen).toEqual(["family"]);
  expect(refused).toEqual(["budget"]);
});
