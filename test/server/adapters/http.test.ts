import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { InjectOptions } from "fastify";
import { z } from "zod";
import { allowedHosts, hostName } from "../../../server/adapters/http.ts";
import type { HttpApp } from "../../../server/adapters/http.ts";
import { doorSteps } from "../../../server/adapters/http/door.ts";
import { Refusal } from "../../../server/errors.ts";
import type { RefusalCode } from "../../../server/errors.ts";
import { answerParserError } from "../../../server/adapters/http/parser.ts";
import { KEYED, openServer, ORIGIN, remembered } from "../routes/support.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const OPEN = { auth: "public", limit: "address" } as const;

const envelope = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
  requestId: z.uuid(),
});

/** MISSION B20. */
const HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": "geolocation=(), microphone=(), camera=()",
  "strict-transport-security": expect.stringMatching(/^max-age=\d{8}/),
  "content-security-policy": expect.stringContaining("default-src 'none'"),
  "x-xss-protection": "0",
  "x-request-id": expect.stringMatching(UUID),
};

/** Routes that fail in each way, and one that takes a body. */
function probe(app: HttpApp): void {
  const codes: RefusalCode[] = ["TOY_EXISTS", "RATE_LIMITED", "UNAVAILABLE", "FORBIDDEN"];
  for (const code of codes)
    app.get(`/probe/${code}`, { config: OPEN }, () => {
      throw new Refusal(code, { retry_after_s: 7 });
    });
  app.get("/probe/bug", { config: OPEN }, () => {
    throw new Error("password=hunter2 at 10.0.0.1");
  });
  app.get(
    "/probe/wrong",
    { config: OPEN, schema: { response: { 200: z.object({ a: z.string() }) } } },
    (() => ({
      a: 1,
      secret: "hunter2",
    })) as never,
  );
  app.get(
    "/probe/letters",
    { config: OPEN, schema: { response: { 200: z.object({ a: z.string() }) } } },
    () => ({
      a: "é𝄞",
      more: "left out",
    }),
  );
  app.post(
    "/probe/body",
    { config: OPEN, schema: { body: z.strictObject({ a: z.string() }) } },
    (request) => ({
      length: request.body.a.length,
    }),
  );
  app.get("/probe/address", { config: OPEN }, (request) => ({ address: request.clientAddress }));
  app.get("/probe/:id/fixed", { config: OPEN }, () => ({ which: "parameter" }));
  app.get("/probe/private/:id", { config: OPEN }, () => ({ which: "static" }));
}

const opened: HttpApp[] = [];
function open(change: Parameters<typeof openServer>[0] = {}) {
  const server = openServer({ ...change, rooms: [probe, ...(change.rooms ?? [])] });
  opened.push(server.app);
  return server;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
});

/** Bytes to a listening server, and all that came back until it closed. */
async function raw(app: HttpApp, text: string, end = false): Promise<string> {
  if (!app.server.listening) await app.listen({ host: "127.0.0.1", port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
  socket.on("error", () => {});
  socket.write(text, "latin1");
  if (end) socket.end();
  await once(socket, "close");
  return answer;
}

function parsed(answer: string) {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const [line = "", ...fields] = head.split("\r\n");
  const headers = fields.map((field) => [
    field.split(": ")[0]!.toLowerCase(),
    field.split(": ").slice(1).join(": "),
  ]);
  return {
    status: Number(line.split(" ")[1]),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body,
  };
}

describe("every answer", () => {
  const asked: [number, InjectOptions][] = [
    [200, { url: "/health" }],
    [304, { url: "/api/v1/esp32/config", headers: { "if-none-match": "*" } }],
    [401, { url: "/metrics" }],
    [403, { url: "/probe/FORBIDDEN" }],
    [404, { url: "/nothing" }],
    [404, { method: "POST", url: "/nothing", payload: "{" }],
    [404, { url: "/%zz" }],
    [405, { method: "DELETE", url: "/health" }],
    [409, { url: "/probe/TOY_EXISTS" }],
    [413, { method: "POST", url: "/probe/body", payload: "x".repeat(10_241) }],
    [421, { url: "/health", headers: { host: "evil.example.org" } }],
    [422, { method: "POST", url: "/probe/body", payload: "{" }],
    [422, { url: "/health?unknown=1" }],
    [429, { url: "/probe/RATE_LIMITED" }],
    [500, { url: "/probe/bug" }],
    [500, { url: "/probe/wrong" }],
    [503, { url: "/probe/UNAVAILABLE" }],
  ];

  test.each(asked)(
    "of %i carries the security headers, an id, and one envelope where it is an error",
    async (status, request) => {
      const { app } = open();
      const answer = await app.inject(request);
      expect(answer.statusCode).toBe(status);
      expect(answer.headers).toMatchObject(HEADERS);
      if (status < 400) return;
      const { requestId } = envelope.parse(answer.json());
      expect(answer.headers["x-request-id"]).toBe(requestId);
      expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
      expect(answer.headers["cache-control"]).toBe("no-store");
      expect(answer.payload).not.toMatch(/hunter2|10\.0\.0\.1/);
    },
  );

  test("has the same set of headers, whatever its status", async () => {
    const { app } = open();
    const sets = new Set<string>();
    for (const [status, request] of asked) {
      if (status === 304) continue;
      const { headers } = await app.inject(request);
      const own = ["retry-after", "allow", "connection", "date", "content-length", "transfer-encoding"];
      sets.add(
        Object.keys(headers)
          // of what is limited alone
          .filter((name) => !own.includes(name) && !name.startsWith("x-ratelimit-"))
          .sort()
          .join(),
      );
    }
    expect(sets.size).toBe(1);
  });

  test("that refuses for a while says for how long", async () => {
    const { app } = open();
    expect((await app.inject("/probe/RATE_LIMITED")).headers["retry-after"]).toBe("7");
  });

  test("is ASCII, and holds only what its schema names", async () => {
    const { app } = open();
    const { payload } = await app.inject("/probe/letters");
    expect(payload).toBe('{"a":"\\u00e9\\ud834\\udd1e"}');
    expect(JSON.parse(payload)).toEqual({ a: "é𝄞" });
  });
});

describe("the door", () => {
  test("asks in this order: id, log, headers, host, CORS, origin, limit (and what gives it back), auth (and what closes a key's line), policy, route", () => {
    const steps = doorSteps({} as never, { allowedHosts: [], corsOrigins: [], trustedProxies: [] });
    expect(steps.map(({ name }) => name)).toEqual([
      "id",
      "log",
      "headers",
      "host",
      "cors",
      "origin",
      "limit",
      "release",
      "release",
      "auth",
      "close",
      "close",
      "policy",
      "route",
    ]);
  });

  test("a limited request has its id and its CORS headers, is not authenticated, and is one line of the log", async () => {
    const { app, at, lines } = open();
    for (let i = 0; i < 1000; i++) await at.stores.counters.take("request:127.0.0.1", 1000, 60_000);
    const answer = await app.inject({ url: "/api/v1/esp32/private/telemetry", headers: { origin: ORIGIN } });
    expect(answer.statusCode).toBe(429);
    expect(answer.headers).toMatchObject({
      ...HEADERS,
      "access-control-allow-origin": ORIGIN,
      "retry-after": "60",
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(at.clock.now() / 1000 + 60),
      "x-ratelimit-layer": "address",
    });
    expect(lines).toEqual([
      {
        level: "info",
        message: "request",
        requestId: answer.headers["x-request-id"],
        method: "GET",
        route: "/api/v1/esp32/private/telemetry",
        status_code: 429,
        duration_ms: expect.any(Number),
      },
    ]);
    expect(await at.metrics.text()).not.toContain("api_key_validations_total{");
    expect(await at.metrics.text()).toContain('rate_limit_hits_total{layer="address",tier="none"} 1');
  });

  test("with the counters away reading goes on and writing is 503", async () => {
    const { app, at } = open();
    at.stores.limitStore.decide = () => Promise.reject(new Error("away"));
    expect((await app.inject("/api/v1/esp32/config")).statusCode).toBe(200);
    expect(
      (await app.inject({ method: "POST", url: "/api/v1/toys", headers: KEYED, payload: {} })).statusCode,
    ).toBe(503);
  });

  test("keeps a caller's id only where it is a UUID", async () => {
    const { app } = open();
    const given = "0d9f3c1e-9c52-4b7e-8a37-5a2f0c9b7d11";
    const kept = await app.inject({ url: "/health", headers: { "x-request-id": given } });
    expect(kept.headers["x-request-id"]).toBe(given);
    for (const wrong of ["1", "a\tb", `${given}0`, `${given}, ${given}`, ""]) {
      const id = (await app.inject({ url: "/health", headers: { "x-request-id": wrong } })).headers[
        "x-request-id"
      ];
      expect(id).toMatch(UUID);
      expect(id).not.toBe(given);
    }
  });

  test("answers for its own hosts only", async () => {
    const { app } = open();
    for (const host of [
      "localhost",
      "127.0.0.1:8000",
      "[::1]:8000",
      "bears.example.org",
      "BEARS.example.org:443",
    ])
      expect([host, (await app.inject({ url: "/health", headers: { host } })).statusCode]).toEqual([
        host,
        200,
      ]);
    for (const host of [
      "evil.example.org",
      "bears.example.org.evil.org",
      "localhost:1:2",
      "a b",
      "10.0.0.1",
      "bears.example.org:x",
    ])
      expect([host, (await app.inject({ url: "/health", headers: { host } })).statusCode]).toEqual([
        host,
        421,
      ]);
    expect(allowedHosts(["A.example.org"], "b.example.org")).toEqual(["a.example.org"]);
    expect(hostName(undefined)).toBeUndefined();
  });

  test("believes X-Forwarded-For only from configured proxies", async () => {
    const asked = (remoteAddress: string, forwarded: string) => ({
      url: "/probe/address",
      remoteAddress,
      headers: { "x-forwarded-for": forwarded },
    });
    const trusting = open({ trustedProxies: ["10.0.0.0/8"] }).app;
    const alone = open().app;
    const seen = async (app: HttpApp, remote: string, forwarded: string) =>
      (await app.inject(asked(remote, forwarded))).json().address as string;
    expect(await seen(alone, "10.0.0.1", "203.0.113.9")).toBe("10.0.0.1");
    expect(await seen(trusting, "10.0.0.1", "203.0.113.9")).toBe("203.0.113.9");
    expect(await seen(trusting, "192.0.2.1", "203.0.113.9")).toBe("192.0.2.1");
    // what the caller itself wrote stands to the left of what the proxy saw
    expect(await seen(trusting, "10.0.0.1", "198.51.100.1, 203.0.113.9")).toBe("203.0.113.9");
    expect(await seen(trusting, "10.0.0.1", "rubbish")).toBe("10.0.0.1");
  });
});

describe("CORS", () => {
  const preflight = (origin: string) => ({
    method: "OPTIONS" as const,
    url: "/api/v1/toys",
    headers: { origin, "access-control-request-method": "TRACE", "access-control-request-headers": "X-Foo" },
  });

  test("a known origin's preflight is answered with fixed lists, never an echo", async () => {
    const { app } = open();
    const answer = await app.inject(preflight(ORIGIN));
    expect(answer.statusCode).toBe(204);
    expect(answer.headers["access-control-allow-origin"]).toBe(ORIGIN);
    expect(JSON.stringify(answer.headers)).not.toMatch(/TRACE|X-Foo/i);
    expect(answer.headers).toMatchObject({ ...HEADERS, vary: "Origin" });
    expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
  });

  test("an unknown origin gets no word of it", async () => {
    const { app } = open();
    for (const origin of ["https://evil.example.org", `${ORIGIN}.evil.org`, "null", ORIGIN.toUpperCase()]) {
      for (const request of [preflight(origin), { url: "/health", headers: { origin } }]) {
        const { headers } = await app.inject(request);
        expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
      }
    }
  });
});

test("a page of another site changes nothing; its own page, a known one and who is no browser may", async () => {
  const { app } = open();
  const post = async (origin?: string) => {
    const headers = { host: "localhost:8000", "content-type": "text/plain", ...(origin && { origin }) };
    const answer = await app.inject({ method: "POST", url: "/api/v1/esp32/challenge", headers, body: "{}" });
    return answer.statusCode;
  };
  for (const origin of ["https://evil.example.org", "null", "http://localhost:8001"])
    expect(await post(origin)).toBe(403);
  for (const origin of [undefined, ORIGIN, "http://localhost:8000", "https://localhost:8000"])
    expect(await post(origin)).toBe(422); // its body is looked at
});

describe("routes", () => {
  test("one without an auth class or a limit class does not start", () => {
    const none = (app: HttpApp) => void app.get("/open", () => "");
    const half = (app: HttpApp) => void app.get("/open", { config: { auth: "public" } }, () => "");
    for (const room of [none, half])
      expect(() => openServer({ rooms: [room] })).toThrow("/open has no auth class");
  });

  test("one template stands once; the longest static prefix wins", async () => {
    expect(() => openServer({ rooms: [probe, probe] })).toThrow(/already declared/);
    const { app } = open();
    expect((await app.inject("/probe/private/fixed")).json()).toEqual({ which: "static" });
    expect((await app.inject("/probe/other/fixed")).json()).toEqual({ which: "parameter" });
  });

  test("another method of a path is 405 and names those it has; without a key a keyed path stays 401", async () => {
    const { app } = open();
    const answer = await app.inject({ method: "PUT", url: "/health", payload: "not read" });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe("GET, HEAD");
    expect((await app.inject({ method: "OPTIONS", url: "/health" })).statusCode).toBe(405);
    expect((await app.inject({ method: "HEAD", url: "/health" })).statusCode).toBe(200);
    expect((await app.inject({ method: "GET", url: "/api/v1/toys" })).statusCode).toBe(401);
  });

  test("all of them refuse what is not in their schema", async () => {
    const { app } = open();
    const unknown = await app.inject("/healthz?unknown=1");
    expect(unknown.statusCode).toBe(422);
    expect(unknown.json().error.details).toEqual({ path: "unknown", problem: "unknown field" });
  });

  test("a bug is logged with its id and its cause, and not told", async () => {
    const { app, lines } = open();
    const answer = await app.inject("/probe/bug");
    expect(answer.json().error).toEqual({ code: "INTERNAL", message: "Something went wrong here." });
    expect(lines[0]).toMatchObject({ level: "error", requestId: answer.json().requestId, code: "INTERNAL" });
    expect((lines[0]!.error as Error).message).toContain("hunter2");
  });
});

describe("on a socket", () => {
  const host = "Host: localhost\r\n";

  test.each([
    ["what is not HTTP", 400, "hello\r\n\r\n"],
    ["a header without a name", 400, `GET /health HTTP/1.1\r\n${host}: x\r\n\r\n`],
    [
      "two lengths",
      400,
      `POST /probe/body HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`,
    ],
    [
      "a length and chunks",
      400,
      `POST /probe/body HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ["headers of 9 KB", 431, `GET /health HTTP/1.1\r\n${host}X: ${"x".repeat(9_000)}\r\n\r\n`],
  ])("%s is %i in the one form, and the connection is closed", async (_name, status, text) => {
    const { app, lines, at } = open();
    const answer = parsed(await raw(app, text));
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ ...HEADERS, connection: "close", "cache-control": "no-store" });
    expect(envelope.parse(JSON.parse(answer.body)).requestId).toBe(answer.headers["x-request-id"]);
    expect(lines).toMatchObject([{ message: "request", status_code: status }]);
    expect(await at.metrics.text()).toContain(
      `http_requests_total{method="none",route="none",status="${status}"} 1`,
    );
  });

  test("a request without Host is 421 in the one form", async () => {
    for (const version of ["1.1", "1.0"]) {
      const answer = parsed(
        await raw(open().app, `GET /health HTTP/${version}\r\nConnection: close\r\n\r\n`),
      );
      expect(answer.status).toBe(421);
      expect(answer.headers).toMatchObject(HEADERS);
      envelope.parse(JSON.parse(answer.body));
    }
  });

  const chunked = (url: string, bytes: number) => {
    const chunks = Array.from({ length: Math.ceil(bytes / 1024) }, () => `400\r\n${" ".repeat(1024)}\r\n`);
    return `POST ${url} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${chunks.join("")}`;
  };

  test("11 KB in chunks are 413, counted while they come, and the connection is closed", async () => {
    const answer = parsed(await raw(open().app, chunked("/probe/body", 11_264)));
    expect(answer.status).toBe(413);
    expect(answer.headers).toMatchObject({ ...HEADERS, connection: "close" });
    expect(envelope.parse(JSON.parse(answer.body)).error.code).toBe("BODY_TOO_LARGE");
  });

  test("a toy's route wants a Content-Length: 422 without one, before a byte of the body", async () => {
    for (const url of ["/api/v1/esp32/challenge", "/api/v1/pair/claim"]) {
      const text = `POST ${url} HTTP/1.1\r\n${host}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
      const answer = parsed(await raw(open().app, text));
      expect(answer.status).toBe(422);
      expect(envelope.parse(JSON.parse(answer.body)).error.details).toMatchObject({
        problem: "no Content-Length",
      });
    }
  });

  test("an Expect that nobody knows is passed over", async () => {
    const text = `GET /health HTTP/1.1\r\n${host}Connection: close\r\nExpect: the-unexpected\r\n\r\n`;
    const answer = parsed(await raw(open().app, text));
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject(HEADERS);
  });

  test.each([
    ["headers", `GET /health HTTP/1.1\r\n${host}X-Half: `],
    ["body", `POST /probe/body HTTP/1.1\r\n${host}Content-Length: 100\r\n\r\n{"a"`],
  ])("%s that do not come to their end are 408 in the one form, once", async (_what, text) => {
    const { app, lines } = open({ deadlines: { headersMs: 40, requestMs: 40, lookMs: 10 } });
    const answer = parsed(await raw(app, text));
    expect(answer.status).toBe(408);
    expect(answer.headers).toMatchObject({ ...HEADERS, connection: "close" });
    expect(envelope.parse(JSON.parse(answer.body)).error.code).toBe("REQUEST_TIMEOUT");
    expect(lines.filter(({ status_code }) => status_code === 408)).toHaveLength(1);
  });

  test("an answer that has begun is not written into", () => {
    let written = 0;
    let destroyed = 0;
    const socket = {
      writable: true,
      _httpMessage: { headersSent: true },
      end: () => void written++,
      destroy: () => void destroyed++,
    };
    const { lines, at } = open();
    const ports = { log: remembered(lines), meter: at.metrics.meter };
    const late = Object.assign(new Error("late"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
    answerParserError(ports, late, socket as never);
    answerParserError(ports, Object.assign(new Error("gone"), { code: "ECONNRESET" }), {
      ...socket,
      _httpMessage: null,
    } as never);
    expect([written, destroyed]).toEqual([0, 2]);
  });

  test.each([
    ["TRACE", 405],
    ["PROPFIND", 404],
  ])("%s is %i in the one form", async (method, status) => {
    const answer = parsed(
      await raw(open().app, `${method} /health HTTP/1.1\r\n${host}Connection: close\r\n\r\n`),
    );
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(HEADERS);
    envelope.parse(JSON.parse(answer.body));
  });

  test("a path that cannot be decoded is one line of the log", async () => {
    const { app, lines } = open();
    await app.inject("/%zz");
    expect(lines).toMatchObject([{ message: "request", route: "none", status_code: 404 }]);
  });

  test("exactly 10,240 bytes are read, one more is not", async () => {
    const { app } = open();
    const body = (bytes: number) => ({
      method: "POST" as const,
      url: "/probe/body",
      payload: JSON.stringify({ a: "x".repeat(bytes - 8) }),
    });
    expect((await app.inject(body(10_240))).json()).toEqual({ length: 10_232 });
    expect((await app.inject(body(10_241))).statusCode).toBe(413);
  });

  test("a request that breaks off leaves the server up", async () => {
    const { app } = open();
    await raw(app, `POST /probe/body HTTP/1.1\r\n${host}Content-Length: 100\r\n\r\n{"a"`, true);
    expect((await app.inject("/health")).statusCode).toBe(200);
  });
});
