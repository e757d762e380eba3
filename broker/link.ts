/** A toy on the line, as the bridge holds it: frames go down to it, and it can be ended. */
import { MAX_FRAME_BYTES } from "@bearlink/sdk/protocol";
import type { Credentials } from "./authenticate.ts";
import type { Line } from "./line.ts";

/** bytes waiting in a toy's socket above which frames for it are dropped, DESIGN "Broker" */
export const MAX_WAITING_BYTES = 65_536;

/** The head of every PUBLISH to one topic: QoS 0, no retain. */
function topicField(topic: string): Buffer {
  const text = Buffer.from(topic);
  const field = Buffer.alloc(2 + text.length, text);
  field.writeUInt16BE(text.length);
  field.set(text, 2);
  return field;
}

/** A PUBLISH of MQTT 3.1.1 at QoS 0, whole. Two bytes of length reach 16,383, and a frame with its topic stays below. */
function encodePublish(topic: Buffer, payload: Uint8Array): Buffer {
  const length = topic.length + payload.length;
  const lengthBytes = length < 128 ? 1 : 2;
  const packet = Buffer.allocUnsafe(1 + lengthBytes + length);
  packet[0] = 0x30;
  packet[1] = lengthBytes === 1 ? length : (length & 127) | 128;
  if (lengthBytes === 2) packet[2] = length >> 7;
  packet.set(topic, 1 + lengthBytes);
  packet.set(payload, 1 + lengthBytes + topic.length);
  return packet;
}

export class Link {
  readonly deviceId: string;
  /** hex */
  readonly sessionId: string;
  readonly n: number;
  /** It has its SUBACK: frames may pass. §4.3 */
  opened = false;
  readonly #line: Line;
  readonly #down: Buffer;
  readonly #onDrop: () => void;

  constructor(credentials: Credentials, down: string, line: Line, onDrop: () => void) {
    this.deviceId = credentials.deviceId;
    this.sessionId = credentials.sessionId;
    this.n = credentials.n;
    this.#line = line;
    this.#down = topicField(down);
    this.#onDrop = onDrop;
  }

  /**
   * Sends one frame of at most 1054 bytes; false where it was dropped: the toy does not read, or has not subscribed.
   * It goes past Aedes: one reader of one topic needs no fan-out, no queue and no turn of the event loop.
   */
  send(frame: Uint8Array): boolean {
    if (frame.length > MAX_FRAME_BYTES) throw new Error(`a frame of ${frame.length} bytes`);
    if (!this.opened || this.#line.destroyed) return false;
    if (this.#line.waitingBytes > MAX_WAITING_BYTES) {
      this.#onDrop();
      return false;
    }
    this.#line.writeNow(encodePublish(this.#down, frame));
    return true;
  }

  close(reason: string): void {
    this.#line.close(reason);
  }
}
