/** The toy's MQTT connection over Espruino's net: logs in, subscribes, keeps itself alive, and says once when it has ended. PROTOCOL.md §4.1 */
import { MAX_PACKET_BYTES } from "@bearlink/sdk/protocol";
import type { Link, LinkEvents, LinkOptions } from "@bearlink/sdk/toy";
import {
  bodyLength,
  CONNACK,
  connectPacket,
  DISCONNECT,
  headerLength,
  packet,
  PING,
  PINGRESP,
  PUBLISH,
  SUBACK,
  subscribePacket,
} from "./packets.ts";

const KEEPALIVE_S = 60;
/** ms between two looks: one to ping, the next to have been answered */
const PING_MS = 25_000;
/** bytes that may wait to be sent: two seconds of sound, and the network is taken for dead */
const MAX_WAITING = 16_384;

interface Wire {
  socket: EspruinoSocket;
  events: LinkEvents;
  open: boolean;
  /** came, and is not yet a whole packet */
  held: string;
  /** bytes written since the last `drain` */
  waiting: number;
  pinged: boolean;
  timer: number;
}

function shut(wire: Wire): boolean {
  if (!wire.open) return false;
  wire.open = false;
  clearInterval(wire.timer);
  try {
    wire.socket.end();
  } catch {
    // closed already
  }
  return true;
}

function fail(wire: Wire): void {
  if (shut(wire)) wire.events.closed();
}

function send(wire: Wire, text: string): void {
  if (!wire.open) return;
  wire.waiting += text.length;
  if (wire.waiting > MAX_WAITING) return fail(wire);
  try {
    wire.socket.write(text); // throws on a socket that has closed
  } catch {
    fail(wire);
  }
}

function published(wire: Wire, first: number, body: string): void {
  if (first & 6) return fail(wire); // a QoS that was not subscribed for
  const end = 2 + body.charCodeAt(0) * 256 + body.charCodeAt(1);
  const payload = E.toFlatString(body.substr(end));
  wire.events.message(body.substr(2, end - 2), new Uint8Array(E.toArrayBuffer(payload)), (first & 1) === 1);
}

function take(wire: Wire, first: number, body: string): void {
  const kind = first & 0xf0;
  const events = wire.events;
  if (kind === PUBLISH) published(wire, first, body);
  else if (first === CONNACK && body.length === 2) events.connected(body.charCodeAt(1));
  else if (first === PINGRESP) wire.pinged = false;
  else if (first === SUBACK && body === "\x00\x01\x00") events.subscribed();
  else fail(wire);
}

/** Takes what has come apart into packets. */
function receive(wire: Wire, piece: string): void {
  wire.held += piece;
  while (wire.open) {
    const text = wire.held;
    const header = headerLength(text);
    if (header === 0) return;
    const end = header + bodyLength(text);
    if (end > MAX_PACKET_BYTES) return fail(wire);
    if (text.length < end) return;
    wire.held = text.substr(end);
    take(wire, text.charCodeAt(0), text.substr(header, end - header));
  }
}

function keepAlive(wire: Wire): void {
  if (wire.pinged) return fail(wire);
  wire.pinged = true;
  send(wire, PING);
}

/** Opens one connection and tells what becomes of it; it is never opened again. */
export function openLink(options: LinkOptions, events: LinkEvents): Link {
  const wire: Wire = {
    socket: undefined!,
    events,
    open: true,
    held: "",
    waiting: 0,
    pinged: false,
    timer: 0,
  };
  const net = espruino(options.tls ? "tls" : "net") as EspruinoNet;
  wire.timer = setInterval(() => keepAlive(wire), PING_MS) as unknown as number;
  try {
    wire.socket = net.connect({ host: options.host, port: options.port }, () =>
      send(wire, connectPacket(options.clientId, options.username, options.password, KEEPALIVE_S)),
    );
    wire.socket.on("data", (piece) => receive(wire, piece));
    wire.socket.on("drain", () => {
      wire.waiting = 0;
    });
    wire.socket.on("error", () => fail(wire));
    wire.socket.on("close", () => fail(wire));
  } catch {
    setTimeout(() => fail(wire), 0); // no event before this function has answered
  }
  return {
    subscribe: (topic) => send(wire, subscribePacket(topic)),
    publish: (topic, bytes) => {
      const length = topic.length;
      send(wire, packet(PUBLISH, E.toString(length >> 8, length & 255, topic, bytes)));
    },
    close: () => {
      send(wire, DISCONNECT);
      shut(wire);
    },
  };
}
