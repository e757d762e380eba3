/** The toy's MQTT connection over Node's sockets, or over a WebSocket where the address asks for one. PROTOCOL.md §4.1 */
import { connect } from "mqtt";
import type { IClientOptions, MqttClient } from "mqtt";
import type { Link, LinkEvents, LinkOptions } from "@bearlink/sdk/toy";

const KEEPALIVE_S = 60;
/** ms until the CONNACK must have come */
const CONNECT_MS = 10_000;
/** the codes a CONNACK can refuse with; other numbers are the library's own faults */
const MAX_CONNACK = 5;

export interface LinkSettings {
  /** `ws://host/mqtt`; undefined: TCP, to the host and port the claim named */
  webSocket: string | undefined;
  /** PEM of a private authority; the system's own otherwise */
  ca: string | undefined;
}

function open(options: LinkOptions, { webSocket, ca }: LinkSettings): MqttClient {
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  const url = webSocket ?? `${options.tls ? "mqtts" : "mqtt"}://${host}:${options.port}`;
  const settings: IClientOptions = {
    clientId: options.clientId,
    username: options.username,
    password: options.password,
    protocolVersion: 4,
    clean: true,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: 0, // the toy decides when: each connection has a password of its own
    resubscribe: false,
    queueQoSZero: false,
    connectTimeout: CONNECT_MS,
    ...(ca === undefined ? {} : { ca }),
  };
  return connect(url, settings);
}

/** Opens one connection and tells what becomes of it; it is never opened again. */
export function openLink(options: LinkOptions, settings: LinkSettings, events: LinkEvents): Link {
  const client = open(options, settings);
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    client.end(true);
    events.closed();
  };
  const { stream } = client as unknown as { stream?: { setNoDelay?: (on: boolean) => void } };
  stream?.setNoDelay?.(true);
  client.on("connect", () => over || events.connected(0));
  client.on("message", (topic, payload, packet) => {
    if (!over) events.message(topic, new Uint8Array(payload), packet.retain);
  });
  client.on("error", (error) => {
    const { code } = error as { code?: unknown };
    if (!over && typeof code === "number" && code > 0 && code <= MAX_CONNACK) events.connected(code);
    end();
  });
  client.on("close", end);
  return {
    subscribe: (topic) =>
      void client.subscribe(topic, { qos: 0 }, (error, granted) => {
        if (over) return;
        if (error || granted?.[0]?.qos !== 0) end();
        else events.subscribed();
      }),
    publish: (topic, bytes) => void (over || client.publish(topic, Buffer.from(bytes))),
    close() {
      over = true;
      // what was sent last still leaves: the word that the turn is cancelled, an ACK
      client.end();
      setTimeout(() => client.end(true), 1_000).unref();
    },
  };
}
