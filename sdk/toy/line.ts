/** One connection of a session: logs in, seals what goes up, opens what comes down. PROTOCOL.md §4, §6 */
import {
  CONNACK,
  connectPassword,
  connectUsername,
  linkKeys,
  mqttKey,
  openFrame,
} from "@bearlink/sdk/protocol";
import type { Frame, LinkKeys } from "@bearlink/sdk/protocol";
import type { Session } from "./claim.ts";
import type { Link, LinkOptions, ToyHost } from "./host.ts";

/** `login_refused`: CONNACK 4 or 5, a new claim is needed. `lost`: it ended, or the server cannot serve it now. */
export type LineEvent = "subscribed" | "login_refused" | "lost";

export interface LineEvents {
  changed(event: LineEvent): void;
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

/** What logs in connection `n`. §4.2 */
function loginOf(host: ToyHost, deviceId: string, session: Session): LinkOptions {
  const mqtt = session.mqtt;
  const key = mqttKey(host.hash, session.sk, deviceId, session.id);
  return {
    host: mqtt.host,
    port: mqtt.port,
    tls: mqtt.tls,
    clientId: deviceId,
    username: connectUsername(deviceId, session.id, session.n),
    password: connectPassword(host.hash, key, deviceId, session.id, session.n),
  };
}

function loggedIn(line: Line, code: number, down: string): LineEvent | undefined {
  if (code === CONNACK.ACCEPTED) {
    line.link.subscribe(down);
    return undefined;
  }
  closeLine(line);
  return code === CONNACK.REFUSED || code === CONNACK.NOT_AUTHORIZED ? "login_refused" : "lost";
}

/** Opens the session's next connection: `n` rises before the CONNECT, whatever becomes of it. §4.2 */
export function openLine(host: ToyHost, deviceId: string, session: Session, events: LineEvents): Line {
  session.n++;
  const down = session.mqtt.down;
  const keys = linkKeys(host.hash, session.sk, deviceId, session.id, session.n);
  const line: Line = { link: undefined!, keys, topic: session.mqtt.up, open: true, sent: 0, heard: 0 };
  line.link = host.link(loginOf(host, deviceId, session), {
    connected: (code) => {
      if (!line.open) return;
      const event = loggedIn(line, code, down);
      if (event === undefined) return;
      host.log("connack", code);
      events.changed(event);
    },
    subscribed: () => {
      if (line.open) events.changed("subscribed");
    },
    message: (topic, bytes, retained) => {
      if (!line.open || retained || topic !== down) return;
      const frame = openFrame(host.hash, keys.down, bytes, line.heard);
      if (typeof frame === "string") return host.log("dropped", frame);
      line.heard = frame.counter;
      events.frame(frame);
    },
    closed: () => {
      if (!line.open) return;
      line.open = false;
      events.changed("lost");
    },
  });
  return line;
}
