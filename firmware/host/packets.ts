/** MQTT 3.1.1 packets as Espruino's 8-bit strings: those a toy sends, and what begins those it receives. */

/** A packet's first byte, with the flags that 3.1.1 fixes for it. */
export const CONNACK = 0x20;
export const PUBLISH = 0x30;
export const SUBACK = 0x90;
export const PINGRESP = 0xd0;
export const PING = "\xc0\x00";
export const DISCONNECT = "\xe0\x00";

/** name and version of the protocol, then: clean session, with a user name and a password */
const PROTOCOL = "\x00\x04MQTT\x04\xc2";

function u16(n: number): string {
  return String.fromCharCode(n >> 8, n & 255);
}

function field(text: string): string {
  return u16(text.length) + text;
}

/** Of at most 16383 bytes: two bytes of length hold more than any frame. */
export function packet(first: number, body: string): string {
  const length = body.length;
  const size =
    length < 128 ? String.fromCharCode(length) : String.fromCharCode((length & 127) | 128, length >> 7);
  return String.fromCharCode(first) + size + body;
}

export function connectPacket(id: string, name: string, password: string, keepAliveS: number): string {
  return packet(0x10, PROTOCOL + u16(keepAliveS) + field(id) + field(name) + field(password));
}

/** QoS 0, under packet number 1: a toy subscribes once a connection. */
export function subscribePacket(topic: string): string {
  return packet(0x82, u16(1) + field(topic) + "\x00");
}
