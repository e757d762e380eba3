/** A toy on the line: its frames opened once, in order, and everything to it sealed with the next counter. PROTOCOL.md §6 */
import {
  linkKeys,
  MAX_WRONG_TAGS,
  openFrame,
  sealFrame,
  fromHex,
  SESSION_ID_BYTES,
} from "@bearlink/sdk/protocol";
import type { Frame, Hash } from "@bearlink/sdk/protocol";
import type { Link, Meter } from "../ports.ts";

export interface SendFields {
  codec?: number;
  flags?: number;
  turn?: number;
  sample?: number;
  payload?: Uint8Array;
}

export interface Line {
  link: Link;
  /** The frame, or undefined where it was dropped. */
  open(bytes: Uint8Array): Frame | undefined;
  send(type: number, fields: SendFields): boolean;
  /** Whether its session has sent too many wrong tags to go on. */
  tooManyWrongTags(): boolean;
}

/** Wrong tags are counted for a session, whatever number of connections it has. */
export interface WrongTags {
  count: number;
}

const EMPTY = new Uint8Array(0);

/** `sk` is the session's key (§3.5), 32 bytes. */
export function createLine(
  { hash, meter }: { hash: Hash; meter: Meter },
  link: Link,
  sk: Uint8Array,
  wrongTags: WrongTags,
): Line {
  const sessionId = fromHex(link.sessionId, SESSION_ID_BYTES);
  if (!sessionId) throw new Error("a link carries a session id of 8 bytes");
  const keys = linkKeys(hash, sk, link.deviceId, sessionId, link.n);
  let received = 0;
  let sent = 0;

  return {
    link,
    open(bytes) {
      const frame = openFrame(hash, keys.up, bytes, received);
      if (typeof frame === "string") {
        if (frame === "tag") wrongTags.count++;
        meter.count("frames_dropped_total", { reason: frame });
        return undefined;
      }
      received = frame.counter;
      meter.count("mqtt_frames_total", { direction: "up", type: String(frame.type) });
      return frame;
    },
    send(type, { codec = 0, flags = 0, turn = 0, sample = 0, payload = EMPTY }) {
      sent++;
      const frame = sealFrame(hash, keys.down, { type, codec, flags, counter: sent, turn, sample, payload });
      meter.count("mqtt_frames_total", { direction: "down", type: String(type) });
      if (link.send(frame)) return true;
      meter.count("frames_dropped_total", { reason: "not-reading" });
      return false;
    },
    tooManyWrongTags() {
      return wrongTags.count >= MAX_WRONG_TAGS;
    },
  };
}
