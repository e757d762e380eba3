/** What may come in at all: which MQTT packets, how large, and with which options, judged before Aedes reads them. PROTOCOL.md §4.1, §4.4 */
import {
  MAX_CONNECT_BYTES,
  MAX_KEEPALIVE_S,
  MAX_PACKET_BYTES,
  MIN_KEEPALIVE_S,
} from "@bearlink/sdk/protocol";
import type { ConnectPacket } from "aedes";

/** `packet`: a kind, flag or form no toy sends; `size`: over a bound of §4.4; `options`: a CONNECT that asks for more than §4.1 gives. */
export type GuardFault = "packet" | "size" | "options";

const CONNECT = 0x10;
/**
 * The fixed headers a client may send after CONNECT, each with the least bytes that must follow. Kind and flags are one
 * byte, so a PUBLISH with DUP, RETAIN or a QoS above 0 is simply not in the table; neither is UNSUBSCRIBE (§4.3).
 */
const AFTER_CONNECT = new Map([
  [0x30, 3], // PUBLISH: a topic of one character
  [0x82, 6], // SUBSCRIBE: an id, a filter of one character, its QoS
  [0xc0, 0], // PINGREQ
  [0xe0, 0], // DISCONNECT
]);
const EMPTY = new Set([0xc0, 0xe0]);
const LEAST_CONNECT = 12;

/** Follows one client's packets by their fixed headers, across any cut into chunks. It copies and keeps no byte of them. */
export class Guard {
  /** whole packets so far */
  packets = 0;
  #accepted = false;
  #receivedBytes = 0;
  /** first byte of the packet at hand, 0 between two packets */
  #kind = 0;
  #lengthBytes = 0;
  #length = 0;
  /** bytes of its body still to come */
  #left = 0;

  /** CONNECT was accepted: from here each packet has its own bound, not all of them one. */
  accept(): void {
    this.#accepted = true;
  }

  /** The first fault in the next chunk, or undefined where all of it may pass. */
  check(chunk: Uint8Array): GuardFault | undefined {
    if (!this.#accepted) this.#receivedBytes += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      let fault: GuardFault | undefined;
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#endPacket();
      } else if (this.#kind === 0) fault = this.#beginPacket(chunk[at++]!);
      else fault = this.#takeLength(chunk[at++]!);
      if (fault) return fault;
    }
    // last, so that a packet of a wrong kind is called that and not too large
    if (!this.#accepted && this.#receivedBytes > MAX_CONNECT_BYTES) return "size";
    return undefined;
  }

  #beginPacket(kind: number): GuardFault | undefined {
    if (this.packets === 0 ? kind !== CONNECT : !AFTER_CONNECT.has(kind)) return "packet";
    this.#kind = kind;
    this.#length = 0;
    this.#lengthBytes = 0;
    return undefined;
  }

  #takeLength(byte: number): GuardFault | undefined {
    this.#length += (byte & 127) << (7 * this.#lengthBytes);
    this.#lengthBytes++;
    if (byte & 128) return this.#lengthBytes === 2 ? "size" : undefined; // a third byte means 16 KB or more
    const most = this.#kind === CONNECT ? MAX_CONNECT_BYTES : MAX_PACKET_BYTES;
    if (1 + this.#lengthBytes + this.#length > most) return "size";
    const least = this.#kind === CONNECT ? LEAST_CONNECT : AFTER_CONNECT.get(this.#kind)!;
    if (this.#length < least || (this.#length > 0 && EMPTY.has(this.#kind))) return "packet";
    this.#left = this.#length;
    if (this.#left === 0) this.#endPacket();
    return undefined;
  }

  #endPacket(): void {
    this.packets++;
    this.#kind = 0;
  }
}

function fieldBytes(field: string | Buffer | undefined): number {
  return field === undefined ? 0 : 2 + Buffer.byteLength(field);
}

/** Whether a CONNECT asks for what §4.1 gives: MQTT 3.1.1, a clean session, no will, a keep-alive of 10–120 s. */
export function isPlainConnect(packet: ConnectPacket & { bridgeMode?: boolean }): boolean {
  const { keepalive = 0 } = packet;
  // nothing left over, as a will or the longer name of MQTT 3.1 would leave; and as ill-formed UTF-8 was decoded to other lengths, none of that either [MQTT-1.5.3-1]
  const bytes = 10 + fieldBytes(packet.clientId) + fieldBytes(packet.username) + fieldBytes(packet.password);
  return (
    packet.protocolVersion === 4 &&
    !packet.bridgeMode &&
    packet.clean === true &&
    keepalive >= MIN_KEEPALIVE_S &&
    keepalive <= MAX_KEEPALIVE_S &&
    packet.length === bytes
  );
}
