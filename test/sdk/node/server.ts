/** A server of a few lines for a virtual bear: claims over HTTP, MQTT over TCP and WebSocket, and the same sound back. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTcp } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { Aedes } from "aedes";
import type { Client } from "aedes";
import { createWebSocketStream, WebSocketServer } from "ws";
import { DOWN, encodeJson, linkKeys, openFrame, sealFrame, sessionKey, UP } from "@bearlink/sdk/protocol";
import type { Frame, LinkKeys } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";
import { AUTH_BYTES, DEVICE_ID, fakeServer } from "../toy/fakes.ts";
import { pause } from "../../support/wait.ts";

export interface BearServer {
  url: string;
  /** the same server, MQTT over its HTTP port */
  webSocketUrl: string;
  /** frames that came up, of all connections */
  frames: Frame[];
  /** CONNACK that the next connections get; 0: let in */
  connack: number;
  connections: number;
  /** Cuts all lines. */
  cut(): void;
  close(): Promise<void>;
}

/** What comes back for the AUDIO of a turn: answers it by frames, and `pauseMs` between two. */
export type Reply = (turn: number, sound: Frame[], send: (frame: Partial<Frame>) => void) => Promise<void>;

/** The question itself, one frame each 100 ms, the first four at once: an honest server's pace. */
export const echo: Reply = async (turn, sound, send) => {
  send({ type: DOWN.REPLY_START, turn, payload: encodeJson({ codec: sound[0]!.codec }) });
  for (const [index, { codec, sample, payload }] of sound.entries()) {
    if (index >= 4) await pause(100);
    send({ type: DOWN.AUDIO, turn, codec, sample, payload });
  }
  send({ type: DOWN.REPLY_END, turn });
};

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return JSON.parse(text) as Record<string, unknown>;
}

export async function bearServer(reply: Reply = echo): Promise<BearServer> {
  const fake = fakeServer();
  const broker = await Aedes.createBroker();
  const clients = new Set<Client>();
  broker.on("client", (client) => void clients.add(client));
  broker.on("clientDisconnect", (client) => void clients.delete(client));

  const tcp = createTcp((socket) => void broker.handle(socket));
  tcp.listen(0, "127.0.0.1");
  await once(tcp, "listening");

  const http = createServer((request: IncomingMessage, response: ServerResponse) => {
    void body(request).then((asked) => {
      const answer = (status: number, json?: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
      };
      const post = { url: request.url!, body: asked, answer };
      if (request.url!.endsWith("challenge")) fake.challenge(post);
      else fake.claim(post);
    });
  });
  const sockets = new WebSocketServer({ server: http, path: "/mqtt" });
  sockets.on("connection", (socket) => void broker.handle(createWebSocketStream(socket)));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  fake.mqtt = { host: "127.0.0.1", port: (tcp.address() as AddressInfo).port };

  const { port } = http.address() as AddressInfo;
  const server: BearServer = {
    url: `http://127.0.0.1:${port}`,
    webSocketUrl: `ws://127.0.0.1:${port}/mqtt`,
    frames: [],
    connack: 0,
    connections: 0,
    cut: () => clients.forEach((client) => client.close()),
    async close() {
      await new Promise<void>((done) => broker.close(done));
      sockets.close();
      tcp.close();
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };

  let keys: LinkKeys;
  let heard = 0;
  let sentCounter = 0;
  let sound: Frame[] = [];
  broker.authenticate = (client, username, _password, done) => {
    if (server.connack > 0) {
      const refusal = Object.assign(new Error("refused"), { returnCode: server.connack as 4 });
      return done(refusal, null);
    }
    server.connections++;
    const n = Number(String(username).split(":")[2]);
    const { deviceNonce, nonce, sessionId } = fake.attempt;
    keys = linkKeys(nodeHash, sessionKey(nodeHash, AUTH_BYTES, deviceNonce, nonce), DEVICE_ID, sessionId, n);
    heard = 0;
    sentCounter = 0;
    done(null, true);
  };
  const send = (frame: Partial<Frame>): void => {
    sentCounter++;
    const whole = { codec: 0, flags: 0, turn: 0, sample: 0, payload: new Uint8Array(0), ...frame } as Frame;
    const sealed = sealFrame(nodeHash, keys.down, { ...whole, counter: sentCounter });
    broker.publish(
      {
        cmd: "publish",
        qos: 0,
        dup: false,
        retain: false,
        topic: "down/topic",
        payload: Buffer.from(sealed),
      },
      () => {},
    );
  };
  broker.on("publish", (packet, client) => {
    if (!client) return;
    const frame = openFrame(nodeHash, keys.up, new Uint8Array(packet.payload as Buffer), heard);
    if (typeof frame === "string") throw new Error(`bad frame: ${frame}`);
    heard = frame.counter;
    server.frames.push(frame);
    if (frame.type === UP.TURN_START) sound = [];
    if (frame.type === UP.AUDIO) sound.push(frame);
    if (frame.type === UP.TURN_END) void reply(frame.turn, sound, send);
  });
  return server;
}
