/** MQTT over WebSocket at one path of the HTTP port. PROTOCOL.md §4 */
import type { Duplex } from "node:stream";
import { MAX_PACKET_BYTES } from "@bearlink/sdk/protocol";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { UpgradeRoom } from "./http/upgrades.ts";

/** `accept` takes a client in, as from a TCP socket. */
export function mqttRoom(path: string, accept: (stream: Duplex, address: string) => void): UpgradeRoom {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PACKET_BYTES,
    perMessageDeflate: false, // sealed frames do not shrink
    handleProtocols: (offered) => (offered.has("mqtt") ? "mqtt" : false),
  });
  return {
    path,
    takes: (url) => url === path,
    ownPages: false,
    limited: false, // the broker counts CONNECTs and lines of an address
    open({ request, address, take }) {
      request.socket.setNoDelay(true); // DESIGN "Broker": 20 ms at 200 toys without it
      take(sockets, (client) => accept(createWebSocketStream(client), address()));
    },
    close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}
