import { expect, test } from "vitest";
import { z } from "zod";
import { toHex } from "@bearlink/sdk/protocol";
import type { ClaimRequest } from "../../../server/claim/claim.ts";
import { addBear, away, bear, house, MQTT, prepare, spoilt } from "../claim/support.ts";
import { openServer } from "./support.ts";

const CHALLENGE = "/api/v1/esp32/challenge";
const CLAIM = "/api/v1/pair/claim";

/** MISSION A10: the one envelope. */
const envelope = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
  requestId: z.uuid(),
});

async function home() {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  const { app, lines } = openServer({ at });
  const post = (url: string, payload: unknown, headers = {}) =>
    app.inject({
      method: "POST",
      url,
      payload: typeof payload === "string" ? payload : JSON.stringify(payload),
      headers: { "content-type": "application/json", ...headers },
    });
  return { at, toy, row, app, lines, post };
}

type Home = Awaited<ReturnType<typeof home>>;

/** Each row of §3.3: what to do before, the body, and what is answered. */
const rows: [string, number, string, (h: Home) => Promise<ClaimRequest>][] = [
  ["a right claim", 200, "", (h) => prepare(h.at, h.toy, 1, 0)],
  [
    "an unknown field",
    422,
    "INVALID_REQUEST",
    async (h) => ({ ...(await prepare(h.at, h.toy, 1, 0)), extra: 1 }) as ClaimRequest,
  ],
  [
    "another suite",
    422,
    "INVALID_REQUEST",
    async (h) => ({ ...(await prepare(h.at, h.toy, 1, 0)), suite: "S2" }) as unknown as ClaimRequest,
  ],
  ["a bad proof", 401, "CLAIM_REFUSED", async (h) => spoilt(await prepare(h.at, h.toy, 1, 0))],
  ["an unknown toy", 401, "CLAIM_REFUSED", (h) => prepare(h.at, bear("bear-0000000000000000"), 1, 0)],
  [
    "a forged nonce",
    401,
    "CLAIM_REFUSED",
    async (h) => ({ ...(await prepare(h.at, h.toy, 1, 0)), nonce: "00".repeat(32) }),
  ],
  [
    "an expired nonce",
    401,
    "CLAIM_REFUSED",
    async (h) => {
      const body = await prepare(h.at, h.toy, 1, 0);
      await h.at.clock.advance(60_001);
      return body;
    },
  ],
  [
    "a sixth failure under one id",
    429,
    "RATE_LIMITED",
    async (h) => {
      const body = spoilt(await prepare(h.at, h.toy, 1, 0));
      for (let i = 0; i < 5; i++) await h.post(CLAIM, body);
      return body;
    },
  ],
  [
    "a nonce used before",
    409,
    "CLAIM_REPLAYED",
    async (h) => {
      const body = await prepare(h.at, h.toy, 1, 0);
      await h.post(CLAIM, body);
      return body;
    },
  ],
  [
    "a pair not above the last",
    409,
    "CLAIM_STALE",
    async (h) => {
      await h.post(CLAIM, await prepare(h.at, h.toy, 5, 0));
      return prepare(h.at, h.toy, 5, 0);
    },
  ],
  [
    "a disabled toy",
    403,
    "TOY_DISABLED",
    async (h) => {
      h.row.disabled = true;
      return prepare(h.at, h.toy, 1, 0);
    },
  ],
  [
    "a quarantined toy",
    403,
    "TOY_DISABLED",
    async (h) => {
      h.row.quarantined = true;
      return prepare(h.at, h.toy, 1, 0);
    },
  ],
  [
    "the nonce store away",
    503,
    "UNAVAILABLE",
    async (h) => {
      const body = await prepare(h.at, h.toy, 1, 0);
      h.at.desk.nonces = away(h.at.desk.nonces);
      return body;
    },
  ],
  [
    "the database away",
    503,
    "UNAVAILABLE",
    async (h) => {
      const body = await prepare(h.at, h.toy, 1, 0);
      h.at.desk.toys = away(h.at.desk.toys);
      return body;
    },
  ],
];

test.each(rows)("%s is %i %s", async (_name, status, code, bodyOf) => {
  const h = await home();
  const response = await h.post(CLAIM, await bodyOf(h));
  expect(response.statusCode).toBe(status);
  expect(response.payload.length).toBeLessThanOrEqual(1024);
  if (!code) return;
  const { error, requestId } = envelope.parse(response.json());
  expect(error.code).toBe(code);
  expect(response.headers["x-request-id"]).toBe(requestId);
  if (status === 429) {
    expect(error.details).toEqual({ retry_after_s: 900, layer: "failures" });
    expect(response.headers["retry-after"]).toBe("900");
  }
  if (code === "CLAIM_STALE" || status === 403)
    expect(error.details).toMatchObject({
      floor: h.row.boot,
      proof_hex: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  if (status === 401) expect(error.details).toBeUndefined();
});

test("401 is one answer: of a bad proof, an unknown toy, a forged and an old nonce only the request id differs", async () => {
  const answers = new Set<string>();
  for (const [, status, , bodyOf] of rows.filter((row) => row[1] === 401)) {
    const h = await home();
    const response = await h.post(CLAIM, await bodyOf(h));
    expect(response.statusCode).toBe(status);
    const { error } = envelope.parse(response.json());
    // the time is another's where a nonce had to grow old
    const time = { date: "", "x-ratelimit-reset": "" };
    answers.add(JSON.stringify([error, { ...response.headers, "x-request-id": "", ...time }]));
  }
  expect(answers.size).toBe(1);
});

test("a limited challenge is 429, and one without counters 503", async () => {
  const h = await home();
  const body = { device_id: h.toy.deviceId, device_nonce: "00".repeat(16) };
  for (let i = 0; i < 600; i++) await h.at.desk.limits.request("127.0.0.1");
  const limited = await h.post(CHALLENGE, body);
  expect(limited.statusCode).toBe(429);
  expect(limited.headers["retry-after"]).toBe("60");
  h.at.desk.limits = away(h.at.desk.limits);
  expect((await h.post(CHALLENGE, body)).statusCode).toBe(503);
});

test("a forged Host changes nothing in the answer: it is refused, and the address comes from config", async () => {
  const h = await home();
  const body = await prepare(h.at, h.toy, 1, 0);
  const forged = await h.post(CLAIM, body, { host: "evil.example.org" });
  expect(forged.statusCode).toBe(421);
  expect(envelope.parse(forged.json()).error.code).toBe("MISDIRECTED");
  for (const host of ["localhost:1", MQTT.host.toUpperCase()]) {
    const asked = await prepare(h.at, h.toy, 1, host.length);
    const { mqtt } = (await h.post(CLAIM, asked, { host, "x-forwarded-host": "evil.example.org" })).json();
    expect(mqtt).toMatchObject(MQTT);
  }
});

const long = (n: number) => "a".repeat(n);
/** Each bound, just inside and just outside; the path that the refusal names. */
const bounds: [keyof ClaimRequest, unknown[], unknown[]][] = [
  [
    "device_id",
    ["bear-7q2m9xk4d8wr3hbn"],
    [
      "bear-7q2m9xk4d8wr3hb",
      "bear-7q2m9xk4d8wr3hbnn",
      "BEAR-7q2m9xk4d8wr3hbn",
      "bear-7Q2m9xk4d8wr3hbn",
      "bear-7q2m9xk4d8wr3hbu",
      1,
      null,
    ],
  ],
  ["device_nonce", [long(32)], [long(31), long(33), "A".repeat(32), "g".repeat(32), 1]],
  ["session_id", [long(16)], [long(15), long(17), "A".repeat(16)]],
  ["nonce", [long(64)], [long(63), long(65)]],
  ["boot", [0, 4294967295], [-1, 4294967296, 0.5, "1", null]],
  ["seq", [0, 4294967295], [-1, 4294967296, 1.5, "0"]],
  ["firmware_version", ["1", long(32), "1.0 ~"], ["", long(33), "1.0é", "1\n0", 1]],
  ["suite", ["S1"], ["s1", "S2", "", 1]],
  ["hmac_hex", [long(64)], [long(63), long(65), "A".repeat(64)]],
];

test.each(bounds)("%s has its bounds, and is required", async (field, inside, outside) => {
  const h = await home();
  const right = await prepare(h.at, bear("bear-7q2m9xk4d8wr3hbn"), 1, 0);
  for (const value of inside) {
    const response = await h.post(CLAIM, { ...right, [field]: value });
    expect([response.statusCode, value]).not.toContain(422);
  }
  const without: Partial<ClaimRequest> = { ...right };
  delete without[field];
  for (const body of [...outside.map((value) => ({ ...right, [field]: value })), without]) {
    const response = await h.post(CLAIM, body);
    expect([response.statusCode, JSON.stringify(body)]).toEqual([422, JSON.stringify(body)]);
    expect(envelope.parse(response.json()).error.details).toMatchObject({ path: field });
  }
});

test("a challenge takes its two fields and no other, and its answer fits 1 KB", async () => {
  const h = await home();
  const body = { device_id: h.toy.deviceId, device_nonce: toHex(h.toy.deviceNonce(1, 0)) };
  const answer = await h.post(CHALLENGE, body);
  expect(answer.statusCode).toBe(200);
  expect(Object.keys(answer.json())).toEqual(["session_id", "nonce", "server_time", "expires_in"]);
  for (const [wrong, path] of [
    [{ ...body, device_id: "bear-" }, "device_id"],
    [{ ...body, device_nonce: long(31) }, "device_nonce"],
    [{ device_id: body.device_id }, "device_nonce"],
    [{ ...body, more: 1 }, "more"],
    [{ ...body, ["é".repeat(200)]: 1 }, "é".repeat(64)],
  ] as const) {
    const response = await h.post(CHALLENGE, wrong);
    expect(response.statusCode).toBe(422);
    expect(response.payload).toMatch(/^[\x20-\x7e]*$/);
    expect(response.payload.length).toBeLessThanOrEqual(1024);
    expect(envelope.parse(response.json()).error.details).toMatchObject({ path });
  }
  const poisoned = `{"__proto__":{"a":1},${JSON.stringify(body).slice(1)}`;
  expect((await h.post(CHALLENGE, poisoned)).statusCode).toBe(422);
});

test("what is not JSON, not an object, over 1 KB or without Content-Length is 422; a Content-Type is not asked for", async () => {
  const h = await home();
  const body = JSON.stringify({ device_id: h.toy.deviceId, device_nonce: "00".repeat(16) });
  for (const wrong of ["", "{", "[]", "1", "null", '"text"', body + "x", "\u0000"])
    expect([(await h.post(CHALLENGE, wrong)).statusCode, wrong]).toEqual([422, wrong]);
  expect((await h.post(CHALLENGE, body.padEnd(1024))).statusCode).toBe(200);
  const long = await h.post(CHALLENGE, body.padEnd(1025));
  expect(long.statusCode).toBe(422);
  expect(envelope.parse(long.json()).error.details).toMatchObject({ problem: "too long" });
  expect((await h.post(CHALLENGE, body, { "content-type": "text/plain" })).statusCode).toBe(200);
});

test("a refused form is not counted: schema comes before every limit", async () => {
  const h = await home();
  h.at.desk.limits = away(h.at.desk.limits);
  expect((await h.post(CLAIM, { device_id: h.toy.deviceId })).statusCode).toBe(422);
});

test("no line of the log holds a proof, a nonce or an address", async () => {
  const h = await home();
  const body = await prepare(h.at, h.toy, 1, 0);
  await h.post(CLAIM, body);
  await h.post(CLAIM, spoilt(body));
  const text = JSON.stringify(h.lines);
  for (const secret of [body.hmac_hex, body.nonce, body.device_nonce, "127.0.0.1"])
    expect(text).not.toContain(secret);
  expect(h.lines.filter((line) => line.message === "request")).toHaveLength(2);
});

test("a challenge and a claim tell where the address stands, refused or not, and which limit refused", async () => {
  const { at, toy, post } = await home();
  const told = (headers: Record<string, unknown>) =>
    ["limit", "remaining", "reset", "layer"].map((name) => headers[`x-ratelimit-${name}`]);
  const reset = String(at.clock.now() / 1000 + 60);
  const asked = { device_id: toy.deviceId, device_nonce: "0".repeat(32) };
  expect(told((await post(CHALLENGE, asked)).headers)).toEqual(["600", "599", reset, undefined]);
  const claimed = await post(CLAIM, await prepare(at, toy, 1, 0)); // its challenge came by no route
  expect([claimed.statusCode, ...told(claimed.headers)]).toEqual([200, "600", "598", reset, undefined]);
  for (let failure = 0; failure < 5; failure++) {
    const refused = await post(CLAIM, spoilt(await prepare(at, toy, 2 + failure, 0)));
    expect([refused.statusCode, told(refused.headers)[0]]).toEqual([401, "600"]);
  }
  const limited = await post(CLAIM, spoilt(await prepare(at, toy, 9, 0)));
  const { layer } = limited.json().error.details as { layer: string };
  expect([limited.statusCode, layer, ...told(limited.headers)]).toEqual([
    ...[429, "failures", "5", "0", String(at.clock.now() / 1000 + 900), "failures"],
  ]);
  expect(limited.headers["retry-after"]).toBe("900");
});
