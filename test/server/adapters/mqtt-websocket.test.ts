import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { feedRoom } from "../../../server/adapters/feed-websocket.ts";
import { serveUpgrades } from "../../../server/adapters/http/upgrades.ts";
import { mqttRoom } from "../../../server/adapters/mqtt-websocket.ts";
import { Refusal } from "../../../server/errors.ts";
import { openMetrics } from "../../../server/watch/metrics.ts";
import { fakeClock } from "../../support/clock.ts";
import { remembered } from "../routes/support.ts";
import type { Line } from "../routes/support.ts";

let server: Server;
let accepted: string[];
let stop: () => void;
let lines: Line[];
/** upgrades that the limits still let pass, and how often they were asked */
let left: number;
let asked: number;

beforeEach(async () => {
  accepted = [];
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const settings = { allowedHosts: ["127.0.0.1"], allowedOrigins: ["https://bears.example.org"] };
  lines = [];
  left = Infinity;
  const limit = async () => {
    asked++;
    const isRefused = --left < 0;
    return {
      headers: { "x-ratelimit-limit": "2", ...(isRefused && { "x-ratelimit-layer": "address" }) },
      refusal: isRefused ? new Refusal("RATE_LIMITED", { retry_after_s: 9, layer: "address" }) : undefined,
      release: undefined,
    };
  };
  asked = 0;
  const ports = { log: remembered(lines), meter: openMetrics().meter, doorkeeper: { limit } };
  stop = serveUpgrades(ports, server, settings, [
    mqttRoom("/mqtt", (_stream, address) => accepted.push(address)),
    feedRoom(fakeClock(), "/ws", (_socket, ticket) => {
      accepted.push(`feed ${ticket}`);
      return { message: () => undefined, pong: () => undefined, gone: () => undefined };
    }),
  ]);
});
afterEach(() => {
  stop();
  server.closeAllConnections();
  server.close();
});

/** Asks for an upgrade with these lines, and answers with the first line of what came back. */
async function upgrade(
  path: string,
  lines: string[],
  more = "",
  key = "AAAAAAAAAAAAAAAAAAAAAA==",
): Promise<{ status: string; head: string; body: string; socket: Socket }> {
  const { port } = server.address() as AddressInfo;
  // a client that leaves its half open, and never says that it is done
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
  const head = [
    `GET ${path} HTTP/1.1`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    ...lines,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${more}`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  const [told = "", body = ""] = String(answer).split("\r\n\r\n");
  return { status: told.split("\r\n")[0]!, head: told, body, socket };
}

const HERE = "Host: 127.0.0.1:8000";

describe("an upgrade", () => {
  test.each([
    ["of a toy", "/mqtt", [HERE], "101 Switching Protocols"],
    ["of a page that may", "/mqtt", [HERE, "Origin: https://bears.example.org"], "101 Switching Protocols"],
    ["of another page", "/mqtt", [HERE, "Origin: https://evil.example"], "403 Forbidden"],
    ["of a page without a name", "/mqtt", [HERE, "Origin: null"], "403 Forbidden"],
    ["for another host", "/mqtt", ["Host: evil.example"], "421 Misdirected Request"],
    ["without a host", "/mqtt", [], "421 Misdirected Request"],
    ["of another path", "/mqtt/../metrics", [HERE], "404 Not Found"],
    ["of a page of this host for toys", "/mqtt", [HERE, "Origin: http://127.0.0.1:8000"], "403 Forbidden"],
    ["of a feed", "/ws", [HERE], "101 Switching Protocols"],
    ["of a page of this host", "/ws", [HERE, "Origin: http://127.0.0.1:8000"], "101 Switching Protocols"],
    [
      "of a feed's page that may",
      "/ws",
      [HERE, "Origin: https://bears.example.org"],
      "101 Switching Protocols",
    ],
    ["of a page of another port", "/ws", [HERE, "Origin: http://127.0.0.1:9000"], "403 Forbidden"],
    ["of a feed's other page", "/ws", [HERE, "Origin: https://evil.example"], "403 Forbidden"],
    ["of a feed for another host", "/ws", ["Host: evil.example"], "421 Misdirected Request"],
  ])("%s is answered", async (_whose, path, lines, status) => {
    const answer = await upgrade(path, lines);
    expect(answer.status).toBe(`HTTP/1.1 ${status}`);
    expect(accepted).toHaveLength(status.startsWith("101") ? 1 : 0);
    answer.socket.destroy();
  });

  test.each([
    ["of another path", "/elsewhere", undefined, 404, "NOT_FOUND", "none"],
    ["whose key is none", "/mqtt", "short", 400, "BAD_REQUEST", "/mqtt"],
    ["of a feed whose key is none", "/ws", "short", 400, "BAD_REQUEST", "/ws"],
  ])("%s is refused as everything is: in the one envelope, with its line of the log", async (...of) => {
    const [, path, key, status, code, route] = of;
    const id = "0d9f3c1e-9c52-4b7e-8a37-5a2f0c9b7d11";
    const { head, body, socket } = await upgrade(path, [HERE, `X-Request-ID: ${id}`], "", key);
    expect(head.split("\r\n")[0]).toMatch(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toMatchObject({ error: { code }, requestId: id });
    expect(lines).toEqual([
      { level: "info", message: "request", requestId: id, method: "GET", route, status_code: status },
    ]);
    socket.destroy();
  });

  test("of a feed counts as any request of its address: one too many is 429, says when to come again, and opens nothing", async () => {
    left = 2;
    for (let i = 0; i < 2; i++) {
      const { head, socket } = await upgrade("/ws", [HERE]);
      expect(head).toMatch(/^HTTP\/1\.1 101 [^]*x-ratelimit-limit: 2/);
      socket.destroy();
    }
    const { head, body, socket } = await upgrade("/ws", [HERE]);
    expect(head).toMatch(/^HTTP\/1\.1 429 /);
    expect(head).toContain("retry-after: 9");
    expect(head).toContain("x-ratelimit-layer: address");
    expect(JSON.parse(body)).toMatchObject({ error: { code: "RATE_LIMITED" } });
    expect(accepted).toHaveLength(2);
    socket.destroy();
    // the broker counts a toy's
    (await upgrade("/mqtt", [HERE])).socket.destroy();
    expect([accepted.length, asked]).toEqual([3, 3]);
  });

  test.each(["", "bytes nobody asked for"])(
    "that is refused leaves no socket behind, with %j after it",
    async (more) => {
      const { socket } = await upgrade("/elsewhere", [HERE], more);
      const open = promisify(server.getConnections.bind(server)) as () => Promise<number>;
      while ((await open()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(socket.destroyed).toBe(false); // it was the server that let go
      socket.destroy();
    },
  );
});
