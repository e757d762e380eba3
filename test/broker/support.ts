/** A broker that admits who a test lets in, and a client that speaks MQTT to it byte by byte. */
import { once } from "node:events";
import { connect } from "node:net";
import { duplexPair } from "node:stream";
import type { Duplex } from "node:stream";
import mqttPacket from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { createBroker } from "@bearlink/broker";
import type {
  Admission,
  Broker,
  BrokerEvents,
  Clock,
  Credentials,
  CrowdLimits,
  Link,
} from "@bearlink/broker";
import { toyTopics } from "@bearlink/sdk/protocol";
import { systemClock } from "../../server/adapters/clock.ts";

export const SESSION = "1122334455667788";
export const PASSWORD = "fa6ee776d067ea52a1926ddd4391c4a6857e7e5b87172401";
export const TEDDY = "bear-7q2m9xk4d8wr3hbn";
export const BRUNO = "bear-00000000000br1n0";

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

/** The id of toy number `i`. */
export function toyId(i: number): string {
  let text = "";
  for (let place = 0; place < 16; place++) text += BASE32[Math.floor(i / 32 ** place) % 32]!;
  return `bear-${text}`;
}

/** What a broker told its bridge, in order. */
export interface Heard {
  asked: Credentials[];
  opened: Link[];
  frames: { deviceId: string; bytes: Buffer }[];
  closed: { deviceId: string; n: number; reason: string }[];
  dropped: string[];
}

export interface TestBroker {
  broker: Broker;
  heard: Heard;
  /** A new client in memory. */
  call(address?: string): Client;
  /** A new client in memory that is connected and subscribed. */
  toy(deviceId?: string, n?: number): Promise<Client>;
  /** The port of a TCP listener. */
  listen(): Promise<number>;
}

export type Admit = (credentials: Credentials) => Promise<Admission>;

export const admitAll: Admit = ({ deviceId }) =>
  Promise.resolve({ verdict: "accepted", ...toyTopics(deviceId) });

export async function startBroker(
  options: { admit?: Admit; clock?: Clock; crowd?: CrowdLimits; events?: Partial<BrokerEvents> } = {},
): Promise<TestBroker> {
  const heard: Heard = { asked: [], opened: [], frames: [], closed: [], dropped: [] };
  const admit = options.admit ?? admitAll;
  const broker = await createBroker({
    clock: options.clock ?? systemClock,
    ...(options.crowd && { crowd: options.crowd }),
    events: {
      admit(credentials) {
        heard.asked.push(credentials);
        return admit(credentials);
      },
      opened: (link) => heard.opened.push(link),
      frame: ({ deviceId }, bytes) => heard.frames.push({ deviceId, bytes: Buffer.from(bytes) }),
      closed: ({ deviceId, n }, reason) => heard.closed.push({ deviceId, n, reason }),
      dropped: (reason) => heard.dropped.push(reason),
      ...options.events,
    },
  });
  const call = (address = "127.0.0.1"): Client => {
    const [theirs, ours] = duplexPair();
    // as a socket does: when one end is gone, so is the other
    theirs.on("error", () => {}).on("close", () => ours.destroy());
    ours.on("close", () => theirs.destroy());
    broker.accept(theirs, address);
    return new Client(ours);
  };
  return {
    broker,
    heard,
    call,
    toy: (deviceId = TEDDY, n = 1) => call().join(deviceId, n),
    listen: async () => (await broker.listen(0, "127.0.0.1")).port,
  };
}

export interface ConnectOptions {
  deviceId?: string;
  n?: number | string;
  clientId?: string;
  username?: string | undefined;
  password?: string | Buffer | undefined;
  keepalive?: number;
  clean?: boolean;
  will?: { topic: string; payload: Buffer; qos: 0 | 1; retain: boolean };
  protocolVersion?: 3 | 4 | 5;
  protocolId?: "MQTT" | "MQIsdp";
}

/** A right CONNECT, but for what is given. */
export function connectPacket(options: ConnectOptions = {}): Buffer {
  const { deviceId = TEDDY, n = 1, ...rest } = options;
  return mqttPacket.generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    keepalive: 60,
    clientId: deviceId,
    username: `${deviceId}:${SESSION}:${n}`,
    password: PASSWORD as unknown as Buffer,
    ...(rest as object),
  });
}

export function subscribePacket(topic: string, qos: 0 | 1 | 2 = 0): Buffer {
  return mqttPacket.generate({ cmd: "subscribe", messageId: 7, subscriptions: [{ topic, qos }] });
}

export function publishPacket(topic: string, payload: Uint8Array | string): Buffer {
  const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos: 0, dup: false, retain: false };
  return mqttPacket.generate(packet as Packet);
}

export const PINGREQ = Buffer.from([0xc0, 0]);
export const DISCONNECT = Buffer.from([0xe0, 0]);

/** One end of a stream that speaks MQTT: writes what it is given, keeps what it gets. */
export class Client {
  readonly stream: Duplex;
  readonly received: Packet[] = [];
  /** settles when the broker has ended the stream */
  readonly ended: Promise<void>;
  #wake: () => void = () => {};
  #isEnded = false;

  constructor(stream: Duplex) {
    this.stream = stream;
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    parser.on("packet", (packet) => {
      this.received.push(packet);
      this.#wake();
    });
    stream.on("data", (chunk: Buffer) => parser.parse(chunk));
    stream.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.#isEnded = true;
        this.#wake();
        resolve();
      };
      stream.on("end", end).on("close", end);
    });
  }

  write(...packets: Uint8Array[]): this {
    this.stream.write(Buffer.concat(packets));
    return this;
  }

  /** The next packet, or undefined where the stream ended without one. */
  async next(): Promise<Packet | undefined> {
    while (this.received.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.received.shift();
  }

  /** Connects and subscribes to its `down`. */
  async join(deviceId: string, n = 1, keepalive = 60): Promise<this> {
    this.write(connectPacket({ deviceId, n, keepalive }));
    const connack = await this.next();
    if (connack?.cmd !== "connack" || connack.returnCode !== 0) throw new Error("not accepted");
    this.write(subscribePacket(toyTopics(deviceId).down));
    const suback = await this.next();
    if (suback?.cmd !== "suback") throw new Error("not subscribed");
    return this;
  }
}

export async function callTcp(port: number): Promise<Client> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return new Client(socket);
}

/** Waits for what happens elsewhere in this process; the test's own timeout ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A generator of numbers in 0 … below, the same for the same seed (mulberry32). */
export function seededChance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
