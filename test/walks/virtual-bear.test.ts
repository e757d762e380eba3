/** A whole cell as its neighbours see it: a virtual bear that talks, a stranger's MQTT client, and whoever watches over it. */
import { randomBytes } from "node:crypto";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openBear } from "@bearlink/sdk/node";
import { CODEC } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import { askChallenge, claimRequest, readClaimAnswer } from "../second-bear/claim.ts";
import { post } from "../second-bear/post.ts";
import { TYPES } from "../second-bear/turn.ts";
import * as wire from "../second-bear/wire.ts";
import { newFolder, startCellProcess } from "../support/processes.ts";
import type { CellProcess } from "../support/processes.ts";
import { expectSound, newToy, QUESTION, startModels } from "./support.ts";
import type { Models } from "./support.ts";

// processes start, and sound takes its time
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const METRICS_TOKEN = randomBytes(16).toString("hex");
const folder = newFolder();
let models: Models;
let cell: CellProcess;
/** of toys that claimed: five, and more where a test had to be tried again */
let attempts = 0;

beforeAll(async () => {
  // its ears and its thoughts are a stand-in's, its voice is this machine's own
  models = await startModels({ reply: "Bears sleep all winter." });
  const { STT_URL = "", CHAT_URL = "" } = models.env;
  cell = await startCellProcess({
    ...{ STT_URL, CHAT_URL, CHAT_MODEL: "stand-in", STT_MODEL: "stand-in" },
    METRICS_TOKEN,
    DATA_DIR: folder.path,
  });
});
afterAll(async () => {
  await cell?.stop();
  await models?.close();
  folder.remove();
});

describe("a virtual bear", () => {
  test.concurrent.each([
    ["over TCP, as small as a toy", () => cell.url, [CODEC.U8]],
    ["over WebSocket, with a good speaker", () => `${cell.url.replace("http", "ws")}/mqtt`, [CODEC.S16]],
    ["over WebSocket, in µ-law", () => `${cell.url.replace("http", "ws")}/mqtt`, [CODEC.ULAW]],
  ] satisfies [string, () => string, Codec[]][])("%s: talks, and hears sound", async (_, url, play) => {
    attempts++;
    const bear = await openBear({ url: url(), toy: await newToy(cell), play });
    try {
      await bear.ready();
      const answer = await bear.talk({ samples: QUESTION });
      expect(answer).toMatchObject({ outcome: "reply", lost: 0, underruns: 0 });
      expect(answer.first_audio_ms).toBeLessThan(6_000);
      // what it was told to say, and what it is
      expect(answer.heard.length / answer.rate).toBeGreaterThan(2);
      expectSound(answer.heard, answer.rate);
      expect(bear.counters.dropped).toEqual({});
    } finally {
      await bear.close();
    }
  });
});

describe("the mqtt client of npm, with what a claim gave", () => {
  test.each([
    ["over TCP", () => `mqtt://127.0.0.1:${cell.mqttPort}`],
    ["over WebSocket", () => `${cell.url.replace("http", "ws")}/mqtt`],
  ])("%s: asks, and is answered", async (_, url) => {
    attempts++;
    const { device_id: deviceId, device_secret } = await newToy(cell, { paired: false });
    const prk = wire.firstPrk(Buffer.from(device_secret, "hex"));
    const auth = wire.authKey(prk, deviceId);
    const claimant = { deviceId, boot: 1, seq: 0, firmwareVersion: "3.0.0" };
    const attempt = await askChallenge(cell.url, wire.rngKey(prk, deviceId), claimant);
    const claimed = await post(`${cell.url}/api/v1/pair/claim`, claimRequest(auth, attempt));
    const { mqtt } = readClaimAnswer(claimed.body, auth, attempt);
    const secret = wire.sessionSecret(auth, attempt);
    const key = wire.mqttKey(secret, deviceId, attempt.sessionId);
    const keys = wire.frameKeys(secret, deviceId, attempt.sessionId, 1);

    const credentials = {
      clientId: deviceId,
      username: `${deviceId}:${wire.hex(attempt.sessionId)}:1`,
      password: wire.connectPassword(key, deviceId, attempt.sessionId, 1),
      protocolVersion: 4 as const,
      reconnectPeriod: 0,
    };
    const client = await connectAsync(url(), credentials);
    try {
      const told = new Promise<Buffer>((resolve) =>
        client.once("message", (_topic, bytes) => resolve(bytes)),
      );
      expect(await client.subscribeAsync(mqtt.down)).toEqual([{ topic: mqtt.down, qos: 0 }]);
      const start = { reason: "button", codec: 1, play: [0], buffer_ms: 800 };
      const frame = { codec: 0, flags: 0, counter: 1, turn: 1, sample: 0 };
      const payload = Buffer.from(JSON.stringify(start));
      await client.publishAsync(mqtt.up, wire.seal({ ...frame, type: TYPES.TURN_START, payload }, keys.up));
      const answer = wire.open(await told, keys.down, 0) as wire.Frame;
      expect(answer).toMatchObject({ type: TYPES.REFUSED, turn: 1 });
      expect(JSON.parse(Buffer.from(answer.payload).toString())).toEqual({ code: "NOT_PAIRED" });
    } finally {
      await client.endAsync();
    }
    await expect(connectAsync(url(), credentials)).rejects.toMatchObject({ code: 4 });
  });
});

/** So many, and as many more as there were attempts that nobody expected. */
function expectCount(counted: number, expected: number): void {
  expect(counted).toBeGreaterThanOrEqual(expected);
  expect(counted).toBeLessThanOrEqual(expected + attempts - 5);
}

describe("who watches", () => {
  const get = async (path: string, token?: string) => {
    const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` });
    const answer = await fetch(cell.url + path, { headers });
    return { status: answer.status, text: await answer.text() };
  };

  test("asks whether it is up, and whether it is ready", async () => {
    expect(JSON.parse((await get("/healthz")).text)).toEqual({ status: "ok" });
    const { status, ok, data } = JSON.parse((await get("/health")).text) as Record<string, unknown>;
    expect({ status, ok, data }).toMatchObject({ status: "healthy", ok: true, data: { version: "0.1.0" } });
    expect(Math.abs((data as { timestamp: number }).timestamp - Date.now())).toBeLessThan(60_000);
    const ready = await get("/readyz");
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.text)).toMatchObject({
      status: "ready",
      checks: { database: "embedded", redis: "embedded", schema: "ok", vault: "ok", broker: "ok" },
    });
  });

  test("reads the metrics with their token or the developer key, and with nothing else", async () => {
    expect((await get("/metrics")).status).toBe(401);
    expect((await get("/metrics", "x".repeat(32))).status).toBe(401);
    expect((await get(`/metrics?token=${METRICS_TOKEN}`)).status).toBe(401);
    expect((await get("/metrics", cell.developerKey)).status).toBe(200);
    expect((await get("/metrics", METRICS_TOKEN)).status).toBe(200);
    expect((await get("/api/v1/dev/migrations", METRICS_TOKEN)).status).toBe(401);
  });

  test("finds what happened in them, and no more series than there are routes", async () => {
    for (let i = 0; i < 30; i++)
      await get(`/api/v1/dev/toys/bear-${String(i).padStart(16, "0")}/last-turn`, cell.developerKey);
    const { text } = await get("/metrics", METRICS_TOKEN);
    const series = readSeries(text);
    const sum = (pattern: RegExp) =>
      series.reduce((total, { name, value }) => (pattern.test(name) ? total + value : total), 0);
    expectCount(sum(/^turns_total\{outcome="reply"\}$/), 3);
    expectCount(sum(/^turns_total\{outcome="refused"\}$/), 2);
    expectCount(sum(/^claim_attempts_total\{result="accepted"\}$/), 5);
    expect(sum(/^mqtt_frames_total\{.*direction="up"/)).toBeGreaterThan(3 * 7);
    expect(sum(/^mqtt_frames_total\{.*direction="down"/)).toBeGreaterThan(3 * 20);
    // CREDIT for what still played when the turn was over
    expect(sum(/^frames_dropped_total\{(?!reason="turn-over")/)).toBe(0);
    expect(series).toContainEqual({ name: "toys_connected", value: 0 });
    expectCount(sum(/^model_requests_total\{.*kind="chat"/), 3);
    expectCount(sum(/^turn_stage_seconds_count\{stage="first_sound"\}$/), 3);
    expect(sum(/^audit_events_total\{/)).toBeGreaterThanOrEqual(5);
    expectCount(sum(/^http_requests_total\{.*method="POST".*claim.*status="200"/), 5);
    const asked = series.filter(({ name }) => /^http_requests_total\{.*last-turn/.test(name));
    expect(asked).toEqual([
      { name: expect.stringContaining("/:device_id/") as string, value: expect.any(Number) as number },
    ]);
    // all of them, in each attempt at this test
    expect(asked[0]!.value % 30).toBe(0);
    const buckets = series.filter(({ name }) => /^turn_stage_seconds_bucket\{.*stage="listen"/.test(name));
    expect(buckets.at(-1)?.name).toContain('le="+Inf"');
    expect(buckets.map(({ value }) => value)).toEqual(
      buckets.map(({ value }) => value).sort((a, b) => a - b),
    );
  });

  test("and every line of the log is JSON with a time, a level and a message", () => {
    const lines = cell.log();
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines)
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        level: expect.stringMatching(/^(info|warn|error)$/) as string,
        msg: expect.any(String) as string,
      });
    expectCount(lines.filter(({ stage }) => stage === "first_sound").length, 3);
  });
});

/** Prometheus text, every line of it of a known form. */
function readSeries(text: string): { name: string; value: number }[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !/^# (HELP|TYPE) [a-z_]+ /.test(line))
    .map((line) => {
      const [, name, value] =
        /^([a-z_]+(?:\{(?:[a-z_]+="[^"\n]*",?)*\})?) ([-+\d.e]+|\+Inf|NaN)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`not of Prometheus's form: ${line}`);
      return { name, value: Number(value) };
    });
}
