/** Every status that the server can send, each from a listening socket, and what each of them carries. MISSION B20 */
import { once } from "node:events";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { feedRoom } from "../../../../server/adapters/feed-websocket.ts";
import { serveUpgrades } from "../../../../server/adapters/http/upgrades.ts";
import type { HttpApp } from "../../../../server/adapters/http.ts";
import { Refusal, REFUSALS } from "../../../../server/errors.ts";
import type { RefusalCode } from "../../../../server/errors.ts";
import { webRoutes } from "../../../../server/routes/web.ts";
import { fakeClock } from "../../../support/clock.ts";
import { silent } from "../../claim/support.ts";
import { openServer, ORIGIN } from "../../routes/support.ts";

const config = { auth: "public", limit: "address" } as const;
const page = Buffer.from("<!doctype html>");
const FILES = [
  {
    ...{ path: "/index.html", type: "text/html; charset=utf-8", immutable: false, etag: '"a"' },
    bodies: { identity: page },
  },
];
/** of a whole request that is well formed */
const END = "Connection: close\r\n\r\n";
const HOST = "Host: localhost\r\n";
const UPGRADE =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
const get = (path: string, headers = ""): string => `GET ${path} HTTP/1.1\r\n${HOST}${headers}${END}`;
const post = (path: string, bytes: number): string =>
  `POST ${path} HTTP/1.1\r\n${HOST}Content-Length: ${bytes}\r\n${END}${"x".repeat(bytes)}`;

function probe(app: HttpApp): void {
  app.get("/probe/refused/:code", { config }, (request) => {
    throw new Refusal((request.params as { code: RefusalCode }).code, { retry_after_s: 7, layer: "toy" });
  });
  for (const status of [201, 202, 204])
    app.get(`/probe/${status}`, { config }, (_request, reply) => reply.code(status).send(null));
  app.post("/probe/body", { config }, () => ({}));
}

let app: HttpApp;
let stop: () => void;
beforeAll(async () => {
  const deadlines = { headersMs: 100, requestMs: 100, lookMs: 20 };
  app = openServer({ deadlines, rooms: [probe, (to) => webRoutes(to, FILES)] }).app;
  const settings = { allowedHosts: ["localhost"], allowedOrigins: [] };
  const ends = { message: () => undefined, pong: () => undefined, gone: () => undefined };
  const meter = { count: () => {}, observe: () => {}, gauge: () => {} };
  const ports = { log: silent, meter, doorkeeper: { limit: async () => undefined } };
  const room = feedRoom(fakeClock(), "/ws", (socket) => {
    socket.drop();
    return ends;
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  stop = serveUpgrades(ports, app.server, settings, [room]);
});
afterAll(async () => {
  stop();
  await app.close();
});

const CASES: [what: string, status: number, request: string][] = [
  ["an answer", 200, get("/health")],
  ["an answer without its body", 200, get("/health").replace("GET", "HEAD")],
  ["a page of the app", 200, get("/")],
  ["what was made", 201, get("/probe/201")],
  ["what will be done", 202, get("/probe/202")],
  ["nothing more to say", 204, get("/probe/204")],
  [
    "a preflight",
    204,
    get("/health", `Origin: ${ORIGIN}\r\nAccess-Control-Request-Method: GET\r\n`).replace("GET", "OPTIONS"),
  ],
  ["what the asker has", 304, get("/api/v1/esp32/config", "If-None-Match: *\r\n")],
  ["a page that the asker has", 304, get("/", 'If-None-Match: "a"\r\n')],
  ["a WebSocket", 101, `GET /ws HTTP/1.1\r\n${HOST}${UPGRADE}`],
  ["a WebSocket of nobody", 404, `GET /nothing HTTP/1.1\r\n${HOST}${UPGRADE}`],
  [
    "a WebSocket of another page",
    403,
    `GET /ws HTTP/1.1\r\n${HOST}Origin: https://evil.example\r\n${UPGRADE}`,
  ],
  ["a WebSocket for another host", 421, `GET /ws HTTP/1.1\r\nHost: evil.example\r\n${UPGRADE}`],
  ["a WebSocket that is none", 400, `GET /ws HTTP/1.1\r\n${HOST}${UPGRADE.replace("AAAA", "")}`],
  ["what is not HTTP", 400, "hello\r\n\r\n"],
  ["no token", 401, get("/metrics")],
  ["a path of nobody", 404, get("/nothing")],
  ["a path that cannot be decoded", 404, get("/%zz")],
  ["another method", 405, get("/health").replace("GET", "DELETE")],
  ["a way through", 405, `CONNECT example.org:443 HTTP/1.1\r\n${HOST}\r\n`],
  ["half a request", 408, `GET /health HTTP/1.1\r\n${HOST}`],
  ["half a body", 408, post("/probe/body", 100).slice(0, -1)],
  ["a body too large", 413, post("/probe/body", 10_241)],
  ["another host", 421, get("/health").replace("localhost", "evil.example")],
  ["no host", 421, `GET /health HTTP/1.1\r\n${END}`],
  ["a body that is no JSON", 422, post("/probe/body", 2)],
  ["headers too large", 431, get("/health", `X: ${"x".repeat(9_000)}\r\n`)],
  ...Object.entries(REFUSALS).map(([code, [status]]): [string, number, string] => [
    code,
    status,
    get(`/probe/refused/${code}`),
  ]),
];

const EVERY = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": expect.stringMatching(
    /^geolocation=\(\), microphone=\((self)?\), camera=\((self)?\)$/,
  ),
  "strict-transport-security": expect.stringMatching(/^max-age=\d{8}/),
  "content-security-policy": expect.stringMatching(/^default-src '(none|self)'.*frame-ancestors 'none'$/),
  "x-xss-protection": "0",
  "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
  "cache-control": expect.any(String),
};

async function ask(request: string) {
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  let told = "";
  socket.on("data", (chunk) => (told += chunk.toString("latin1"))).on("error", () => undefined);
  socket.write(request, "latin1");
  await once(socket, "close");
  const [head = "", body = ""] = told.split("\r\n\r\n");
  const [line = "", ...fields] = head.split("\r\n");
  const headers = fields.map((field) => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 2)] as const;
  });
  return { status: Number(line.split(" ")[1]), headers, body };
}

test.each(CASES)(
  "%s: %i carries each header once, and an error the one envelope",
  async (_what, status, request) => {
    const answer = await ask(request);
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject(EVERY);
    const names = answer.headers.map(([name]) => name);
    expect(names).toEqual([...new Set(names)]);
    if (status < 400) return;
    const headers = Object.fromEntries(answer.headers);
    const told = JSON.parse(answer.body) as { error: { code: RefusalCode }; requestId: string };
    expect(told.requestId).toBe(headers["x-request-id"]);
    expect(REFUSALS[told.error.code][0]).toBe(status);
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(headers["cache-control"]).toBe("no-store");
  },
);

test("the table has every status of a refusal", () => {
  const shown = new Set(CASES.map(([, status]) => status));
  for (const [status] of Object.values(REFUSALS)) expect(shown).toContain(status);
});
