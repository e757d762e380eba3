/** Opens the session's next connection, and tells the toy what becomes of it: logs in, reports, opens what comes down. PROTOCOL.md §4, §6 */
import {
  CONNACK,
  connectPassword,
  connectUsername,
  linkKeys,
  mqttKey,
  openFrame,
} from "@bearlink/sdk/protocol";
import { countFailure, liveSession } from "./access.ts";
import type { Bear } from "./bear.ts";
import type { Session } from "./claim.ts";
import { receive } from "./downlink.ts";
import type { LinkOptions } from "./host.ts";
import { closeLine } from "./line.ts";
import type { Line } from "./line.ts";
import { report } from "./report.ts";

/** `login_refused`: CONNACK 4 or 5, a new claim is needed. `lost`: it ended, or the server cannot serve it now. */
type LineEvent = "subscribed" | "login_refused" | "lost";

/** What logs in connection `n`. §4.2 */
function loginOf(bear: Bear, session: Session): LinkOptions {
  const mqtt = session.mqtt;
  const hash = bear.body.hash;
  const deviceId = bear.identity.deviceId;
  const key = mqttKey(hash, session.sk, deviceId, session.id);
  return {
    host: mqtt.host,
    port: mqtt.port,
    tls: mqtt.tls,
    clientId: deviceId,
    username: connectUsername(deviceId, session.id, session.n),
    password: connectPassword(hash, key, deviceId, session.id, session.n),
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

function lineChanged(bear: Bear, event: LineEvent): void {
  if (event === "subscribed") bear.access.failures = 0;
  else if (event === "login_refused") bear.access.session = undefined;
  else countFailure(bear.access);
  bear.on(event);
  if (event === "subscribed") report(bear);
}

function openLine(bear: Bear, session: Session): Line {
  const keys = linkKeys(bear.body.hash, session.sk, bear.identity.deviceId, session.id, session.n);
  return { link: undefined!, keys, topic: session.mqtt.up, open: true, sent: 0, heard: 0 };
}

/** Without a session that lasts there is none; `n` rises before the CONNECT, whatever becomes of it. §4.2 */
export function connect(bear: Bear): void {
  const session = liveSession(bear.access);
  if (session === undefined) return bear.on("no_session");
  session.n++;
  bear.line = openLine(bear, session);
  const line = bear.line;
  const down = session.mqtt.down;
  line.link = bear.body.link(loginOf(bear, session), {
    connected: (code) => {
      if (!line.open) return;
      const event = loggedIn(line, code, down);
      if (event === undefined) return;
      bear.body.log("connack", code);
      lineChanged(bear, event);
    },
    subscribed: () => {
      if (line.open) lineChanged(bear, "subscribed");
    },
    message: (topic, bytes, retained) => {
      if (!line.open || retained || topic !== down) return;
      const frame = openFrame(bear.body.hash, line.keys.down, bytes, line.heard);
      if (typeof frame === "string") return bear.body.log("dropped", frame);
      line.heard = frame.counter;
      receive(bear, frame);
    },
    closed: () => {
      if (!line.open) return;
      line.open = false;
      lineChanged(bear, "lost");
    },
  });
}
