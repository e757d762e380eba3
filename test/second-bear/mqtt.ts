/** As much of MQTT 3.1.1 as PROTOCOL.md §4 lets a toy use, over node:net. */
import { connect as openSocket, type Socket } from "node:net";

// MQTT 3.1.1 §2.2.1, packet types with their fixed flags
const CONNECT = 0x10;
const CONNACK = 0x20;
const PUBLISH = 0x30;
const RETAIN = 0x01;
const SUBSCRIBE = 0x82;
const SUBACK = 0x90;
const PINGREQ = 0xc0;
const DISCONNECT = 0xe0;

const KEEP_ALIVE_SECONDS = 60;
const MOST_BYTES = 4096; // PROTOCOL.md §4.4, held to both ways
const PATIENCE_MS = 5000;

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** §2.2.3: a packet of one kind around its body. */
export function packet(first: number, body: Uint8Array): Buffer {
  const head = [first];
  let left = body.length;
  do {
    head.push((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.concat([Buffer.from(head), body]);
}

export function connectPacket(options: {
  clientId: string;
  username: string;
  password: string;
  keepAlive?: number;
}): Buffer {
  const keepAlive = options.keepAlive ?? KEEP_ALIVE_SECONDS;
  // user name, password, clean session; level 4 is 3.1.1
  const fixed = Buffer.concat([text("MQTT"), Buffer.from([4, 0xc2, keepAlive >> 8, keepAlive & 255])]);
  return packet(
    CONNECT,
    Buffer.concat([fixed, text(options.clientId), text(options.username), text(options.password)]),
  );
}

export const publishPacket = (topic: string, payload: Uint8Array) =>
  packet(PUBLISH, Buffer.concat([text(topic), payload]));
export const subscribePacket = (id: number, topic: string) =>
  packet(SUBSCRIBE, Buffer.concat([Buffer.from([id >> 8, id & 255]), text(topic), Buffer.from([0])]));

/** Whole packets out of a stream, as `[first byte, body]`; throws where a packet is longer than a toy will take. */
export function packetReader(take: (first: number, body: Buffer) => void): (chunk: Buffer) => void {
  let kept: Buffer = Buffer.alloc(0);
  return (chunk) => {
    kept = Buffer.concat([kept, chunk]);
    while (kept.length >= 2) {
      let length = 0;
      let at = 1;
      let more = true;
      for (; more && at < 5 && at < kept.length; at++) {
        const byte = kept.readUInt8(at);
        length += (byte & 127) * 128 ** (at - 1);
        more = byte > 127;
      }
      if ((more && at === 5) || length > MOST_BYTES) throw new Error("an MQTT packet too long for a toy");
      if (more || kept.length < at + length) return;
      const whole = kept.subarray(0, at + length);
      kept = kept.subarray(at + length);
      take(whole.readUInt8(0), whole.subarray(at));
    }
  };
}

export class ConnectRefused extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`CONNACK ${code}`);
    this.code = code;
  }
}

export interface Link {
  send(packet: Uint8Array): void;
  publish(topic: string, payload: Uint8Array): void;
  /** Resolves at SUBACK. */
  subscribe(topic: string): Promise<void>;
  close(): void;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
}

function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * Sends these bytes as the first packet and hands over the link at CONNACK 0.
 * Rejects with `ConnectRefused` for another CONNACK, with an `Error` where none comes.
 */
export async function dial(
  host: string,
  port: number,
  firstPacket: Uint8Array,
  hear: (topic: string, payload: Buffer) => void,
): Promise<Link> {
  const socket: Socket = openSocket({ host, port, noDelay: true });
  const waiting: { first: number; resolve(body: Buffer): void; reject(error: Error): void }[] = [];
  const answer = (first: number, what: string) =>
    within(new Promise<Buffer>((resolve, reject) => waiting.push({ first, resolve, reject })), what);

  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void closed.then(() => {
    for (const each of waiting.splice(0)) each.reject(new Error("the connection was closed"));
  });
  socket.on("error", () => socket.destroy());

  const read = packetReader((first, body) => {
    if ((first & 0xf0) === PUBLISH) {
      if (first & RETAIN) return; // §4.1
      const end = 2 + body.readUInt16BE(0);
      hear(body.toString("utf8", 2, end), body.subarray(end));
      return;
    }
    const place = waiting.findIndex((each) => each.first === first);
    if (place >= 0) waiting.splice(place, 1)[0]?.resolve(body);
  });
  socket.on("data", (chunk) => {
    try {
      read(chunk);
    } catch {
      socket.destroy();
    }
  });

  socket.write(firstPacket);
  try {
    const code = (await answer(CONNACK, "CONNACK")).readUInt8(1);
    if (code !== 0) throw new ConnectRefused(code);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const ping = () => void socket.write(packet(PINGREQ, Buffer.alloc(0)));
  const pings = setInterval(ping, (KEEP_ALIVE_SECONDS * 1000) / 2);
  void closed.then(() => clearInterval(pings));

  return {
    send: (bytes) => void socket.write(bytes),
    publish: (topic, payload) => void socket.write(publishPacket(topic, payload)),
    async subscribe(topic) {
      socket.write(subscribePacket(1, topic));
      if ((await answer(SUBACK, "SUBACK")).readUInt8(2) !== 0) throw new Error("SUBSCRIBE was refused");
    },
    close: () => void socket.end(packet(DISCONNECT, Buffer.alloc(0)), () => socket.destroy()),
    closed,
  };
}
