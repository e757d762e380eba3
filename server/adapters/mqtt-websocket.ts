/** MQTT over WebSocket at one path of the HTTP port; every other upgrade is refused. PROTOCOL.md §4 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { MAX_PACKET_BYTES } from "@bearlink/sdk/protocol";
import { createWebSocketStream, WebSocketServer } from "ws";
import { hostName } from "./http/address.ts";
import { addressBlocks, clientAddress } from "./http/forwarded.ts";

export interface MqttWebSocketSettings {
  path: string;
  /** lower case, without ports */
  allowedHosts: readonly string[];
  /** exact origins of browsers; toys send none */
  allowedOrigins: readonly string[];
  /** addresses or CIDR blocks whose X-Forwarded-For is believed */
  trustedProxies?: readonly string[];
  /** Takes a client in, as from a TCP socket. */
  accept(stream: Duplex, address: string): void;
}

/** Serves the upgrades of `server`; the answer ends what it opened. */
export function serveMqttOverWebSocket(server: Server, settings: MqttWebSocketSettings): () => void {
  const { path, allowedHosts, allowedOrigins, accept } = settings;
  const isTrusted = addressBlocks(settings.trustedProxies ?? []);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PACKET_BYTES,
    perMessageDeflate: false, // sealed frames do not shrink
    handleProtocols: (offered) => (offered.has("mqtt") ? "mqtt" : false),
  });

  /** The status that refuses this upgrade, if one does. */
  function refusal({ url, headers }: IncomingMessage): string | undefined {
    const host = hostName(headers.host);
    if (host === undefined || !allowedHosts.includes(host)) return "421 Misdirected Request";
    if (headers.origin !== undefined && !allowedOrigins.includes(headers.origin)) return "403 Forbidden";
    return url === path ? undefined : "404 Not Found";
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const status = refusal(request);
    if (status) {
      socket.on("error", () => undefined); // it may be gone before it hears the answer
      socket.once("finish", () => socket.destroy()); // nobody else watches a socket that was to be upgraded
      return void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
    request.socket.setNoDelay(true); // DESIGN "Broker": 20 ms at 200 toys without it
    sockets.handleUpgrade(request, socket, head, (client) => {
      const forwarded = request.headers["x-forwarded-for"];
      const header = Array.isArray(forwarded) ? forwarded.join() : forwarded;
      accept(
        createWebSocketStream(client),
        clientAddress(request.socket.remoteAddress ?? "", header, isTrusted),
      );
    });
  }

  server.on("upgrade", upgrade);
  return () => {
    server.off("upgrade", upgrade);
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  };
}
