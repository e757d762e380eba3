import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { faultOfConnection, retryAfterS } from "../../../../server/adapters/models/faults.ts";
import { MODEL_MS } from "../../../../server/bounds.ts";
import { ModelError } from "../../../../server/errors.ts";
import { fakeClock } from "../../../support/clock.ts";
import { all, NEVER, openTestModels, settingsFor, startStandIn, TEST_KEY } from "../../../support/models.ts";
import type { StandIn, StandInFault } from "../../../support/models.ts";

type TestModels = ReturnType<typeof openTestModels>;

const ASK: Record<string, (models: TestModels, signal: AbortSignal) => Promise<unknown>> = {
  "speech-to-text": (models, signal) => models.speechToText.transcribe(new Uint8Array(3_200), signal),
  chat: (models, signal) => all(models.chat.reply([{ role: "user", content: "hi" }], signal)),
  "text-to-speech": (models, signal) => all(models.textToSpeech.speak("Hello there.", signal)),
  moderation: (models, signal) => models.moderation.check("hello", signal),
};
const KINDS = Object.keys(ASK);

const FAULTS: [string, StandInFault, string][] = [
  ["401", { status: 401 }, "auth"],
  ["403", { status: 403 }, "auth"],
  ["402", { status: 402 }, "budget"],
  ["429", { status: 429 }, "limited"],
  ["429 without money", { status: 429, body: '{"error":{"code":"insufficient_quota"}}' }, "budget"],
  ["408", { status: 408 }, "timeout"],
  ["400", { status: 400 }, "garbage"],
  ["404", { status: 404 }, "garbage"],
  ["500", { status: 500 }, "away"],
  ["502", { status: 502 }, "away"],
  ["503", { status: 503, headers: { "retry-after": "9" } }, "away"],
  ["a redirect", { status: 307, headers: { location: "http://127.0.0.1:1/" } }, "garbage"],
  ["a connection lost before the answer", { cut: "headers" }, "away"],
  ["a connection lost in the answer", { cut: "body", after: 1 }, "cut"],
  ["an HTML page", { bytes: Buffer.from("<html>"), type: "text/html" }, "garbage"],
  ["JSON of another shape", { bytes: Buffer.from('{"hello":1}'), type: "application/json" }, "garbage"],
  ["JSON that ends early", { bytes: Buffer.from('{"choices":'), type: "application/json" }, "garbage"],
  ["an empty answer", { bytes: Buffer.alloc(0), type: "application/json" }, "garbage"],
];

let standIn: StandIn;
let models: TestModels;

beforeAll(async () => {
  standIn = await startStandIn();
});
afterEach(() => models.close());
afterAll(() => standIn.close());

describe.each(KINDS)("%s", (kind) => {
  const ask = ASK[kind]!;

  it.each(FAULTS)("names the fault of %s", async (_name, fault, named) => {
    standIn.options.fault = () => fault;
    models = openTestModels(standIn.url);
    const error: unknown = await ask(models, NEVER).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ModelError);
    expect((error as ModelError).fault).toBe(named);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("sk-");
    expect(models.results).toEqual([`${kind} ${named}`]);
  });

  it("hands on when to come back", async () => {
    standIn.options.fault = () => ({ status: 429, headers: { "retry-after": "12" } });
    models = openTestModels(standIn.url);
    await expect(ask(models, NEVER)).rejects.toMatchObject({ fault: "limited", retryAfterS: 12 });
  });

  it.each([
    ["a connection lost before the answer", { cut: "headers" }, 2],
    ["502", { status: 502 }, 2],
    ["503 that says when to come back", { status: 503, headers: { "retry-after": "1" } }, 1],
    ["429", { status: 429 }, 1],
    ["401", { status: 401 }, 1],
    ["a connection lost in the answer", { cut: "body", after: 1 }, 1],
  ] as [string, StandInFault, number][])("after %s asks %i times in all", async (_name, fault, times) => {
    standIn.requests.length = 0;
    standIn.options.fault = () => fault;
    models = openTestModels(standIn.url);
    await expect(ask(models, NEVER)).rejects.toThrow("model: ");
    expect(standIn.requests.length).toBe(times);
  });

  it("answers where the second asking goes well", async () => {
    let asked = 0;
    standIn.options.fault = () => (asked++ === 0 ? { cut: "headers" } : undefined);
    models = openTestModels(standIn.url);
    await ask(models, NEVER);
    expect(models.results).toEqual([`${kind} ok`]);
  });

  it("is `away` where nobody listens", async () => {
    models = openTestModels(`http://127.0.0.1:${await closedPort()}/v1`);
    await expect(ask(models, NEVER)).rejects.toThrow("model: away");
  });

  it.each([
    ["never answers", { hang: "headers" }],
    ["stops in the answer", { hang: "body", after: 1 }],
  ] as [string, StandInFault][])("is `timeout` where the service %s", async (_name, fault) => {
    standIn.requests.length = 0;
    standIn.options.fault = () => fault;
    const clock = fakeClock();
    models = openTestModels(standIn.url, { clock });
    const asked = ask(models, NEVER).catch((error: unknown) => error);
    await expect.poll(() => standIn.requests.length).toBe(1);
    await clock.advance(MODEL_MS);
    expect(await asked).toMatchObject({ fault: "timeout" });
    await expect.poll(() => standIn.requests[0]!.times.left).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it.each([
    ["before it is sent", undefined],
    ["while it waits", { hang: "headers" }],
    ["in the answer", { hang: "body", after: 1 }],
  ] as [string, StandInFault | undefined][])("given up %s, frees its connection", async (_name, fault) => {
    standIn.requests.length = 0;
    standIn.options.fault = () => fault;
    const clock = fakeClock();
    models = openTestModels(standIn.url, { clock });
    const stop = new AbortController();
    const reason = new Error("the child spoke again");
    if (!fault) stop.abort(reason);
    const asked = ask(models, stop.signal).catch((error: unknown) => error);
    if (fault) {
      await expect.poll(() => standIn.requests.length).toBe(1);
      stop.abort(reason);
      await expect.poll(() => standIn.requests[0]!.times.left).toBe(true);
    }
    expect(await asked).toBe(reason);
    expect(standIn.requests.length).toBe(fault ? 1 : 0);
    expect(models.results).toEqual([`${kind} cancelled`]);
    expect(clock.waiting).toBe(0);
  });

  it("is `timeout` where its signal says so", async () => {
    standIn.options.fault = () => ({ hang: "headers" });
    models = openTestModels(standIn.url);
    await expect(ask(models, AbortSignal.timeout(20))).rejects.toThrow("model: timeout");
  });

  it("sends its key in one header and nowhere else, and none where there is none", async () => {
    standIn.requests.length = 0;
    standIn.options.fault = undefined;
    models = openTestModels(standIn.url);
    await ask(models, NEVER);
    const { headers, ...rest } = standIn.requests[0]!;
    expect(headers["authorization"]).toBe(`Bearer ${TEST_KEY}`);
    const others = { ...rest, authorization: "", headers: { ...headers, authorization: "" } };
    expect(JSON.stringify(others)).not.toContain(TEST_KEY);
    await models.close();

    const { url } = standIn;
    models = openTestModels(url, {}, { chat: { url }, stt: { url }, tts: { url }, moderation: { url } });
    await ask(models, NEVER);
    expect(standIn.requests[1]!.authorization).toBeUndefined();
  });

  it("has its key nowhere where it may be seen", () => {
    models = openTestModels(standIn.url);
    expect(inspect(models, { depth: 9, showHidden: true })).not.toContain(TEST_KEY);
    expect(JSON.stringify(settingsFor("x"))).toContain(TEST_KEY); // the look above would have found it
  });
});

describe("an error of the connection", () => {
  it.each([
    ["ENOTFOUND", "away", "cut"],
    ["EAI_AGAIN", "away", "cut"],
    ["ECONNREFUSED", "away", "cut"],
    ["ECONNRESET", "away", "cut"],
    ["CERT_HAS_EXPIRED", "away", "cut"],
    ["UND_ERR_SOCKET", "away", "cut"],
    ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "away", "cut"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout", "timeout"],
    ["ETIMEDOUT", "timeout", "timeout"],
    ["HPE_INVALID_CONSTANT", "garbage", "garbage"],
    ["UND_ERR_HEADERS_OVERFLOW", "garbage", "garbage"],
  ])("%s is `%s` before the answer and `%s` in it", (code, before, within) => {
    expect(faultOfConnection({ code }, false)).toBe(before);
    expect(faultOfConnection({ code }, true)).toBe(within);
  });

  it("without a code is `away`", () => {
    expect(faultOfConnection(undefined, false)).toBe("away");
    expect(faultOfConnection(new Error("x"), false)).toBe("away");
  });
});

describe("Retry-After", () => {
  const now = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");
  it.each([
    [undefined, undefined],
    ["7", 7],
    ["Wed, 21 Oct 2026 07:28:30 GMT", 30],
    ["Wed, 21 Oct 2026 07:00:00 GMT", 0],
    ["soon", undefined],
    ["-3", undefined],
  ])("of %j is %j s", (header, seconds) => {
    expect(retryAfterS(header, now)).toBe(seconds);
  });
});

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
