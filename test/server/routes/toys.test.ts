import { expect, test } from "vitest";
import { toHex } from "@bearlink/sdk/protocol";
import { away, bear, claimAs, house, MQTT } from "../claim/support.ts";
import { DEVELOPER_KEY, KEYED, openServer } from "./support.ts";

const MANIFEST = {
  version: "1.1.0",
  url: "https://bears.example.org/firmware/1.1.0.js",
  size: 50_000,
  sha256: "ab".repeat(32),
  min_version: "1.0.0",
  signature: "cd".repeat(64),
};

test("config is public, is kept by its tag for a while, and 304 where the asker has it", async () => {
  const { app, at } = openServer();
  const first = await app.inject("/api/v1/esp32/config");
  expect(first.statusCode).toBe(200);
  expect(first.json()).toMatchObject({ protocol: "bearlink/1", suites: ["S1"], mqtt: MQTT });
  const etag = first.headers.etag as string;
  await at.clock.advance(3_600_000);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await app.inject({ url: "/api/v1/esp32/config", headers: { "if-none-match": known } });
    expect([again.statusCode, again.payload]).toEqual([304, ""]);
    expect(again.headers.etag).toBe(etag);
  }
  const other = await app.inject({ url: "/api/v1/esp32/config", headers: { "if-none-match": '"other"' } });
  expect(other.statusCode).toBe(200);
});

test("the manifest is 404 while nothing is published", async () => {
  const none = await openServer().app.inject("/api/v1/esp32/firmware");
  expect([none.statusCode, none.json().error.code]).toEqual([404, "NOT_FOUND"]);
  const { app } = openServer({ firmware: MANIFEST });
  const published = await app.inject("/api/v1/esp32/firmware");
  expect(published.json()).toEqual(MANIFEST);
  const headers = { "if-none-match": published.headers.etag as string };
  expect((await app.inject({ url: "/api/v1/esp32/firmware", headers })).statusCode).toBe(304);
});

test("private routes are 401 without a key, whatever stands there", async () => {
  const { app } = openServer();
  for (const url of [
    "/api/v1/esp32/private/telemetry",
    "/api/v1/esp32/private/nothing",
    "/api/v1/esp32/private/",
  ])
    for (const method of ["GET", "POST", "DELETE"] as const) {
      expect((await app.inject({ method, url })).statusCode).toBe(401);
      const wrong = {
        authorization: KEYED.authorization.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
      };
      expect((await app.inject({ method, url, headers: wrong })).statusCode).toBe(401);
      expect((await app.inject({ method, url: `${url}?api_key=${KEYED.authorization}` })).statusCode).toBe(
        401,
      );
    }
  expect((await app.inject({ url: "/api/v1/esp32/private/nothing", headers: KEYED })).statusCode).toBe(404);
});

test("telemetry tells what the toys on the line last said, at most a thousand of them", async () => {
  const toy = { device_id: bear().deviceId, at: Date.UTC(2026, 10, 21), rssi: -60, battery_mv: 3700 };
  const { app } = openServer({ telemetry: [toy] });
  const answer = await app.inject({ url: "/api/v1/esp32/private/telemetry", headers: KEYED });
  expect(answer.json()).toEqual({ toys: [{ ...toy, at: "2026-11-21T00:00:00.000Z" }] });
  const many = openServer({ telemetry: Array.from({ length: 1001 }, () => toy) });
  const cut = await many.app.inject({ url: "/api/v1/esp32/private/telemetry", headers: KEYED });
  expect(cut.json().toys).toHaveLength(1000);
});

test("a toy is provisioned by key, once, and can claim", async () => {
  const { app, at } = openServer();
  const toy = bear();
  const payload = {
    device_id: toy.deviceId,
    device_secret: toHex(toy.secret),
    pairing_code_sha256: "ab".repeat(32),
  };
  const post = (body: object, headers: Record<string, string> = KEYED) =>
    app.inject({ method: "POST", url: "/api/v1/toys", payload: body, headers });
  expect((await post(payload, {})).statusCode).toBe(401);
  const made = await post(payload);
  expect([made.statusCode, made.json()]).toEqual([201, { device_id: toy.deviceId }]);
  expect(at.entries).toMatchObject([
    { action: "toy_provisioned", actor: `key:${DEVELOPER_KEY.split("_")[2]}`, address: "127.0.0.1" },
  ]);
  const taken = await post(payload);
  expect([taken.statusCode, taken.json().error.code]).toEqual([409, "TOY_EXISTS"]);
  await claimAs(at, toy, 1, 0);
});

test("each field of provisioning has its bound, and a weak secret is 422 at its path", async () => {
  const { app } = openServer();
  const toy = bear();
  const right = {
    device_id: toy.deviceId,
    device_secret: toHex(toy.secret),
    pairing_code_sha256: "ab".repeat(32),
  };
  for (const [wrong, path] of [
    [{ device_id: toy.deviceId.toUpperCase() }, "device_id"],
    [{ device_secret: toHex(toy.secret).slice(1) }, "device_secret"],
    [{ device_secret: toHex(toy.secret) + "0" }, "device_secret"],
    [{ device_secret: "00".repeat(32) }, "device_secret"],
    [{ pairing_code_sha256: "ab".repeat(31) }, "pairing_code_sha256"],
    [{ owner: "me" }, "owner"],
  ] as const) {
    const answer = await app.inject({
      method: "POST",
      url: "/api/v1/toys",
      payload: { ...right, ...wrong },
      headers: KEYED,
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().error.details).toMatchObject({ path });
    expect(answer.payload).not.toContain(right.device_secret);
  }
});

test("with SQL away provisioning is 503", async () => {
  const at = house();
  at.desk.toys = away(at.desk.toys);
  const { app } = openServer({ at });
  const toy = bear();
  const answer = await app.inject({
    method: "POST",
    url: "/api/v1/toys",
    headers: KEYED,
    payload: {
      device_id: toy.deviceId,
      device_secret: toHex(toy.secret),
      pairing_code_sha256: "ab".repeat(32),
    },
  });
  expect(answer.statusCode).toBe(503);
});

test("the token routes of the past do not exist", async () => {
  const { app } = openServer();
  for (const headers of [{}, KEYED]) {
    const refresh = await app.inject({
      method: "POST",
      url: "/api/v1/esp32/token/refresh",
      payload: "{",
      headers,
    });
    const generate = await app.inject({ method: "GET", url: "/api/v1/esp32/generate", headers });
    expect([refresh.statusCode, generate.statusCode]).toEqual([404, 404]);
    expect((await app.inject({ url: "/api/v1/esp32/token/generate", headers })).statusCode).toBe(404);
  }
});
