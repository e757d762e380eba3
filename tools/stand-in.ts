/** A stand-in for the model services: it speaks all four APIs, takes as long as it is told to, and fails as it is told to. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { answer } from "./stand-in-answer.ts";
import type { StandInOptions } from "./stand-in-answer.ts";
import { kindOf, now, readRequest } from "./stand-in-request.ts";
import type { StandInRequest } from "./stand-in-request.ts";

export { toneFor, tokensOf } from "./stand-in-answer.ts";
export type { StandInDelays, StandInFault, StandInOptions } from "./stand-in-answer.ts";
export type { StandInKind, StandInRequest } from "./stand-in-request.ts";

export interface StandIn {
  /** such as "http://127.0.0.1:40001/v1", for CHAT_URL and its like */
  url: string;
  requests: StandInRequest[];
  /** may be changed while it runs */
  options: StandInOptions;
  /** connections that are open now, and that were ever opened */
  connections: { open: number; total: number };
  close(): Promise<void>;
}

/** requests that are remembered */
const MEMORY = 20_000;

/**
 * Starts one on 127.0.0.1. `GET /log` tells the times of each request so far, `DELETE /log` forgets them.
 *
 *     const standIn = await startStandIn({ delays: { firstToken: 350 }, fault: () => ({ status: 401 }) });
 */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const requests: StandInRequest[] = [];
  const connections = { open: 0, total: 0 };
  const server = createServer({ keepAliveTimeout: 120_000, noDelay: true }, (message, response) => {
    serve(message, response).catch(() => response.destroy());
  });
  const standIn: StandIn = {
    url: "",
    requests,
    options,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = message.url ?? "";
    if (path === "/log") {
      const log = requests.map(({ times }) => times);
      if (message.method === "DELETE") requests.length = 0;
      return void response.setHeader("content-type", "application/json").end(JSON.stringify(log));
    }
    const kind = kindOf(path);
    if (!kind || message.method !== "POST") return void response.writeHead(404).end();
    const request = await readRequest(kind, path, message);
    if (requests.length < MEMORY) requests.push(request);
    response.on("close", () => {
      request.times.endedAt ??= now();
      request.times.left = !response.writableFinished;
    });
    await answer(standIn.options, request, response);
    if (standIn.options.forget) Object.assign(request, { json: {}, wav: undefined });
  }

  server.on("connection", (socket) => {
    connections.open++;
    connections.total++;
    socket.on("close", () => connections.open--);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  standIn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return standIn;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = {
    transcribe: "transcribe",
    "first-token": "firstToken",
    token: "token",
    speech: "speech",
    sound: "sound",
    moderation: "moderation",
  };
  const { values } = parseArgs({
    options: Object.fromEntries(
      ["port", "transcript", "reply", ...Object.keys(names)].map((name) => [
        name,
        { type: "string" as const },
      ]),
    ),
  });
  const delays = Object.fromEntries(
    Object.entries(names).map(([flag, name]) => [name, Number(values[flag] ?? 0)]),
  );
  const standIn = await startStandIn({
    forget: true,
    port: Number(values["port"] ?? 0),
    delays,
    ...(typeof values["transcript"] === "string" && { transcript: values["transcript"] }),
    ...(typeof values["reply"] === "string" && { reply: values["reply"] }),
  });
  process.stdout.write(`${JSON.stringify({ url: standIn.url })}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void standIn.close());
}
