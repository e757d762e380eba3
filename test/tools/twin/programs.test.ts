/** Programs over time, on the twin and, where ESPRUINO names one, on the interpreter: timers, promises, memory, sockets. */
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTwin } from "../../../tools/twin/twin.ts";
import { fakeClock, settle } from "../../support/clock.ts";
import { ESPRUINO, runOnInterpreter } from "../../support/interpreter.ts";
import { until } from "../../support/wait.ts";
import { linesOf, marked, programs } from "./programs.ts";

const servers: Server[] = [];
const ports = { echo: 0, http: 0 };

async function listen(server: Server): Promise<number> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  ports.echo = await listen(createServer((socket) => void socket.on("error", () => {}).pipe(socket)));
  ports.http = await listen(
    createHttpServer((request, response) => {
      let body = "";
      request.on("data", (piece) => (body += String(piece)));
      request.on("end", () => {
        response.writeHead(201, { "X-Case": "yes", "Content-Length": 1500 });
        response.end(`${request.method} ${request.url} ${body}`.padEnd(1500, "."));
      });
    }),
  );
});
afterAll(() => servers.forEach((server) => server.close()));

test.each(programs)("the twin: $name", async ({ source, prints }) => {
  // time that is its own, but for what comes over a real socket: a busy machine's timers are late by turns
  const clock = source.length === 0 ? fakeClock() : undefined;
  const twin = openTwin({ ...(clock && { clock }) });
  const says = (line: string): Promise<void> =>
    until(`the line ${line}`, async () => {
      for (let step = 0; clock && step < 10; step++) {
        await clock.advance(5);
        // a pass of its loop that begins another is one more turn of ours
        for (let pass = 0; pass < 8; pass++) await settle();
      }
      return twin.lines.includes(line);
    });
  // the interpreter's machine is always on the network
  twin.boot('require("Wifi").connect("any",{},function(){print("online")})');
  await says("online");
  twin.evaluate(marked(source(ports)));
  await says("=end");
  twin.close();
  expect(linesOf(twin.lines)).toEqual(prints);
});

// of `npm run test:espruino`
if (ESPRUINO)
  test.each(programs)("the interpreter: $name", async ({ source, prints }) => {
    const lines = await runOnInterpreter(marked(source(ports)), {
      ms: 30_000,
      until: (line) => line === "=end",
    });
    expect(linesOf(lines)).toEqual(prints);
  });
