import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connectAsync } from "mqtt";
import { createWebSocketStream, WebSocketServer } from "ws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toyTopics } from "@bearlink/sdk/protocol";
import { PASSWORD, SESSION, startBroker, TEDDY, until } from "./support.ts";
import type { TestBroker } from "./support.ts";

const { up, down } = toyTopics(TEDDY);
const username = `${TEDDY}:${SESSION}:1`;
const hasMosquitto = ["mosquitto_pub", "mosquitto_sub", "mosquitto_rr"].every(
  (program) => spawnSync(program, ["--help"]).error === undefined,
);

let cell: TestBroker;
let port: number;
beforeEach(async () => {
  cell = await startBroker();
  port = await cell.listen();
});
afterEach(() => cell.broker.close());

describe("the mqtt client of npm", () => {
  const options = {
    clientId: TEDDY,
    username,
    password: PASSWORD,
    protocolVersion: 4 as const,
    reconnectPeriod: 0,
  };

  async function talk(url: string): Promise<void> {
    const client = await connectAsync(url, options);
    const told = new Promise<unknown[]>((resolve) => client.on("message", (...message) => resolve(message)));
    expect(await client.subscribeAsync(down)).toEqual([{ topic: down, qos: 0 }]);
    await client.publishAsync(up, "from the toy");
    await until(() => cell.heard.frames.length === 1);
    cell.broker.link(TEDDY)!.send(Buffer.from("to the toy"));
    expect(await told).toMatchObject([down, Buffer.from("to the toy"), { qos: 0, retain: false }]);
    await client.endAsync();
    await until(() => cell.heard.closed.length === 1);
    expect(cell.heard.frames.map(({ bytes }) => bytes.toString())).toEqual(["from the toy"]);
    expect(cell.heard.closed).toMatchObject([{ reason: "gone" }]);
  }

  test("talks over TCP", () => talk(`mqtt://127.0.0.1:${port}`));

  test("talks over WebSocket", async () => {
    const http = createServer().listen(0, "127.0.0.1");
    await once(http, "listening");
    const sockets = new WebSocketServer({ server: http, path: "/mqtt" });
    sockets.on("connection", (socket) => cell.broker.accept(createWebSocketStream(socket), "127.0.0.1"));
    await talk(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/mqtt`);
    sockets.close();
    http.close();
    await once(http, "close");
  });

  test("is told 4 where its credentials are wrong", async () => {
    const wrong = { ...options, password: "guess" };
    await expect(connectAsync(`mqtt://127.0.0.1:${port}`, wrong)).rejects.toMatchObject({ code: 4 });
  });
});

describe.skipIf(!hasMosquitto)(
  "mosquitto's clients (skipped where mosquitto-clients is not installed)",
  () => {
    const door = (): string[] => [
      ...["-h", "127.0.0.1", "-p", String(port), "-V", "mqttv311"],
      ...["-i", TEDDY, "-u", username, "-P", PASSWORD],
    ];

    async function run(program: string, parts: string[]): Promise<{ code: number | null; out: string }> {
      const child = spawn(program, [...door(), ...parts], { stdio: ["ignore", "pipe", "ignore"] });
      let out = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      const [code] = (await once(child, "close")) as [number | null];
      return { code, out };
    }

    test("mosquitto_pub publishes; without a SUBACK its frame goes no further", async () => {
      expect(await run("mosquitto_pub", ["-t", up, "-m", "hello"])).toEqual({ code: 0, out: "" });
      await until(() => cell.broker.links().length === 0);
      expect(cell.heard).toMatchObject({ dropped: ["early"], frames: [] });
    });

    test("mosquitto_sub hears what is sent down", async () => {
      const hearing = run("mosquitto_sub", ["-t", down, "-C", "2"]);
      await until(() => cell.heard.opened.length === 1);
      expect(cell.heard.opened[0]!.send(Buffer.from("once upon"))).toBe(true);
      expect(cell.heard.opened[0]!.send(Buffer.from("a time"))).toBe(true);
      expect(await hearing).toEqual({ code: 0, out: "once upon\na time\n" });
    });

    test("mosquitto_rr subscribes, publishes and is answered", async () => {
      const asking = run("mosquitto_rr", ["-t", up, "-e", down, "-m", "a question"]);
      await until(() => cell.heard.frames.length === 1);
      cell.broker.link(TEDDY)!.send(Buffer.from("an answer"));
      expect(await asking).toEqual({ code: 0, out: "an answer\n" });
      expect(cell.heard.frames[0]!.bytes.toString()).toBe("a question");
    });

    test("mosquitto_sub on another topic is closed", async () => {
      const { out } = await run("mosquitto_sub", ["-t", "#", "-C", "1", "-W", "1"]);
      expect(out).toBe("");
      expect(cell.heard.dropped).toContain("topic");
    });
  },
);
