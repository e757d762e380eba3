/** The toy's MQTT connection over Espruino's net: logs in, subscribes, keeps itself alive, and says once when it has ended. PROTOCOL.md §4.1 */
import { MAX_PACKET_BYTES } from "@bearlink/sdk/protocol";
import type { Link, LinkEvents, LinkOptions } from "@bearlink/sdk/toy";
import {
  CONNACK,
  connectPacket,
  DISCONNECT,
  packet,
  PING,
  PINGRESP,
  PUBLISH,
  SUBACK,
  subscribePacket,
} from "./packets.ts";

const KEEPALIVE_S = 60;
/** bytes that may wait to be sent: two seconds of sound, and the network is taken for dead */
const MAX_WAITING = 16_384;

/** Of the one connection there is at a time; undefined: none. */
let socket: EspruinoSocket | undefined;
let events: LinkEvents;
/** came, and is not yet a whole packet */
let held = "";
/** bytes written since the last `drain` */
let waiting = 0;
let pinged = false;
/** the CONNECT, until the socket is open */
let login = "";

function shut(): void {
  const open = socket;
  socket = undefined;
  try {
    open!.removeAllListeners();
    open!.end();
  } catch {
    // closed already
  }
}

function fail(): void {
  if (socket === undefined) return;
  shut();
  events.closed();
}

function transmit(text: string): void {
  if (socket === undefined) return;
  waiting += text.length;
  if (waiting > MAX_WAITING) return fail();
  try {
    socket.write(text); // throws on a socket that has closed
  } catch {
    fail();
  }
}

function takePacket(first: number, body: string): void {
  if (first === CONNACK && body.length === 2) events.connected(body.charCodeAt(1));
  else if (first === PINGRESP) pinged = false;
  else if (first === SUBACK && body === "\x00\x01\x00") events.subscribed();
  else fail();
}

/** Takes what has come apart into packets. */
function arrived(piece: string): void {
  held += piece;
  while (socket !== undefined) {
    const text = held;
    const first = text.charCodeAt(0);
    const low = text.charCodeAt(1);
    // a length under 128 is one byte, and none here is more than two
    const start = low < 128 ? 2 : 3;
    if (text.length < start) return;
    const end = start + (low < 128 ? low : (low & 127) + text.charCodeAt(2) * 128);
    if (end > MAX_PACKET_BYTES) return fail();
    if (text.length < end) return;
    held = text.substr(end);
    const body = text.substring(start, end);
    if (first >> 1 !== PUBLISH >> 1) takePacket(first, body);
    else {
      // QoS 0, as it was subscribed for; the lowest bit says that it was retained
      const topic = 2 + body.charCodeAt(0) * 256 + body.charCodeAt(1);
      const payload = E.toArrayBuffer(E.toFlatString(body.substr(topic)));
      events.message(body.substring(2, topic), new Uint8Array(payload), first !== PUBLISH);
    }
  }
}

function drained(): void {
  waiting = 0;
}

/** To be called every 25 s: one time pings, the next has been answered. */
export function keepAlive(): void {
  if (socket === undefined) return;
  if (pinged) return fail();
  pinged = true;
  transmit(PING);
}

function publish(topic: string, bytes: Uint8Array): void {
  const length = topic.length;
  transmit(packet(PUBLISH, E.toString(length >> 8, length & 255, topic, bytes)));
}

function subscribe(topic: string): void {
  transmit(subscribePacket(topic));
}

function close(): void {
  if (socket === undefined) return;
  transmit(DISCONNECT);
  shut();
}

const link: Link = { subscribe, publish, close };

function greet(): void {
  transmit(login);
  login = "";
}

function listen(opened: EspruinoSocket): void {
  opened.on("data", arrived);
  opened.on("drain", drained);
  opened.on("error", fail);
  opened.on("close", fail);
}

/** Opens one connection and tells what becomes of it; it is never opened again. */
export function openLink(options: LinkOptions, told: LinkEvents): Link {
  const net = espruino(options.tls ? "tls" : "net") as EspruinoNet;
  close();
  events = told;
  held = "";
  waiting = 0;
  pinged = false;
  try {
    login = connectPacket(options.clientId, options.username, options.password, KEEPALIVE_S);
    socket = net.connect({ host: options.host, port: options.port }, greet);
    listen(socket);
  } catch {
    setTimeout(() => told.closed(), 0); // no event before this function has answered
  }
  return link;
}
