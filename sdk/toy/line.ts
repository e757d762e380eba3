/** One connection of a session: logs in, seals what goes up, opens what comes down. PROTOCOL.md §4, §6 */
import {
  CONNACK,
  connectPassword,
  connectUsername,
  linkKeys,
  openFrame,
  sealFrame,
} from "@bearlink/sdk/protocol";
import type { Frame, LinkKeys } from "@bearlink/sdk/protocol";
import type { Session } from "./claim.ts";
import type { Link, ToyHost } from "./host.ts";

export interface LineEvents {
  subscribed(): void;
  /** CONNACK 4 or 5: a new claim is needed */
  loginRefused(): void;
  /** the connection ended, or the server answered that it cannot serve it now */
  lost(): void;
  frame(frame: Frame): void;
}

export interface Line {
  link: Link;
  keys: LinkKeys;
  topic: string;
  open: boolean;
  /** counter of the last frame sent, and of the last accepted */
  sent: number;
  heard: number;
}

export function closeLine(line: Line): void {
  if (!line.open) return;
  line.open = false;
  line.link.close();
}

/** Opens the session's next connection: `n` rises before the CONNECT, whatever becomes of it. §4.2 */
export function openLine(host: ToyHost, deviceId: string, session: Session, events: LineEvents): Line {
  const hash = host.hash;
  const mqtt = session.answer.mqtt;
  session.n++;
  const keys = linkKeys(hash, session.sk, deviceId, session.id, session.n);
  const line: Line = { link: undefined!, keys, topic: mqtt.up, open: true, sent: 0, heard: 0 };
  line.link = host.link(
    {
      host: mqtt.host,
      port: mqtt.port,
      tls: mqtt.tls,
      clientId: deviceId,
      username: connectUsername(deviceId, session.id, session.n),
      password: connectPassword(hash, session.mqtt, deviceId, session.id, session.n),
    },
    {
      connected: (code) => {
        if (!line.open) return;
        if (code === CONNACK.ACCEPTED) return line.link.subscribe(mqtt.down);
        host.log("connack", code);
        closeLine(line);
        if (code === CONNACK.REFUSED || code === CONNACK.NOT_AUTHORIZED) events.loginRefused();
        else events.lost();
      },
      subscribed: () => {
        if (line.open) events.subscribed();
      },
      message: (topic, bytes, retained) => {
        if (!line.open || retained || topic !== mqtt.down) return;
        const frame = openFrame(hash, keys.down, bytes, line.heard);
        if (typeof frame === "string") return host.log("dropped", frame);
        line.heard = frame.counter;
        events.frame(frame);
      },
      closed: () => {
        if (!line.open) return;
        line.open = false;
        events.lost();
      },
    },
  );
  return line;
}

/** Sends a frame, if the line is open; else it is lost, as on any line. */
export function sendFrame(
  host: ToyHost,
  line: Line | undefined,
  type: number,
  turn: number,
  payload: Uint8Array,
  codec: number,
  flags: number,
  sample: number,
): void {
  if (line === undefined || !line.open) return;
  line.sent++;
  const frame = { type, codec, flags, counter: line.sent, turn, sample, payload };
  line.link.publish(line.topic, sealFrame(host.hash, line.keys.up, frame));
  host.log("sent", type);
}
