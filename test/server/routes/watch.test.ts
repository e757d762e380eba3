import { expect, test } from "vitest";
import { away, house } from "../claim/support.ts";
import { KEYED, openServer } from "./support.ts";

test("/healthz asks nothing: 200 with every store away", async () => {
  const at = house();
  for (const store of ["nonces", "sessions", "limits", "toys"] as const)
    Object.assign(at.desk, { [store]: away({}) });
  const { app } = openServer({ at });
  for (let i = 0; i < 70; i++) expect((await app.inject("/healthz")).statusCode).toBe(200);
});

test("/health keeps the form that older monitors know", async () => {
  const { app, at } = openServer();
  expect((await app.inject("/health")).json()).toEqual({
    status: "healthy",
    ok: true,
    data: { version: "0.1.0", timestamp: at.clock.now() },
  });
});

test("/readyz is 200 with its checks, and 503 with one that fails: both a report and the envelope, and no host in it", async () => {
  let redis = true;
  const { app, at } = openServer({
    checks: {
      database: async () => ({ ready: true, word: "ok" }),
      redis: async () => {
        if (!redis) throw new Error("redis://:password@10.0.0.1:6379");
        return { ready: true, word: "ok" };
      },
    },
  });
  const ready = await app.inject("/readyz");
  expect([ready.statusCode, ready.json()]).toEqual([
    200,
    { status: "ready", checks: { database: "ok", redis: "ok" } },
  ]);
  redis = false;
  await at.clock.advance(1_000);
  const unready = await app.inject("/readyz");
  expect(unready.statusCode).toBe(503);
  expect(unready.json()).toMatchObject({
    status: "unready",
    checks: { database: "ok", redis: "down" },
    error: { code: "UNAVAILABLE" },
    requestId: unready.headers["x-request-id"],
  });
  expect(unready.payload).not.toMatch(/password|10\.0/);
});

test("/metrics is behind its own token or the developer key", async () => {
  const { app } = openServer();
  expect((await app.inject("/metrics")).statusCode).toBe(401);
  expect((await app.inject({ url: "/metrics", headers: { authorization: "Bearer wrong" } })).statusCode).toBe(
    401,
  );
  for (const headers of [KEYED, { authorization: "Bearer metrics-token" }]) {
    const answer = await app.inject({ url: "/metrics", headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.payload).toContain("# TYPE claim_attempts_total counter");
  }
  const token = { authorization: "Bearer metrics-token" };
  expect((await app.inject({ url: "/api/v1/esp32/private/telemetry", headers: token })).statusCode).toBe(401);
});

test("a hundred different paths and ids are one series a route", async () => {
  const { app } = openServer();
  for (let i = 0; i < 100; i++) {
    await app.inject(`/nothing/${i}`);
    await app.inject({ url: `/api/v1/esp32/private/${i}`, headers: KEYED });
  }
  const { payload } = await app.inject({ url: "/metrics", headers: KEYED });
  const series = payload.split("\n").filter((line) => line.startsWith("http_requests_total{"));
  expect(series).toEqual([
    'http_requests_total{method="GET",route="none",status="404"} 100',
    'http_requests_total{method="GET",route="/api/v1/esp32/private/*",status="404"} 100',
  ]);
});

test("keys that were looked at are counted by their result", async () => {
  const { app, at } = openServer();
  await app.inject("/api/v1/esp32/private/telemetry");
  await app.inject({ url: "/api/v1/esp32/private/telemetry", headers: KEYED });
  const text = await at.metrics.text();
  expect(text).toContain('api_key_validations_total{result="invalid"} 1');
  expect(text).toContain('api_key_validations_total{result="valid"} 1');
  expect(text).toContain('auth_attempts_total{method="key",result="refused"} 1');
});
