/** Parents' live feeds over WebSocket: text both ways, small from them, and closed with a reason. MISSION D13 */
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { MAX_FEED_MESSAGE_BYTES } from "../bounds.ts";
import type { Clock } from "../ports.ts";
import type { UpgradeRoom } from "./http/upgrades.ts";

/** A connection, for whoever keeps the feeds. */
export interface OpenSocket {
  send(text: string): void;
  unread(): number;
  ping(): void;
  close(code: number, reason: string): void;
  drop(): void;
}

interface SocketEnd {
  message(text: string): void;
  pong(): void;
  gone(): void;
}

const PROTOCOL = "bearlink.live";
/** ms that a client has to answer a close */
const CLOSE_MS = 1_000;
const POLICY = 1008;

/** `open`: takes a connection in, with the ticket that came as its second protocol, where one did. */
export function feedRoom(
  clock: Clock,
  path: string,
  open: (socket: OpenSocket, ticket: string | undefined) => SocketEnd,
): UpgradeRoom {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FEED_MESSAGE_BYTES,
    perMessageDeflate: false, // a compressor each would cost more than what is sent
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });

  /** One that does not answer the close is let go. */
  function close(client: WebSocket, code: number, reason: string): void {
    client.close(code, reason);
    client.once(
      "close",
      clock.after(CLOSE_MS, () => client.terminate()),
    );
  }

  function welcome(client: WebSocket, ticket: string | undefined): void {
    const end = open(
      {
        send: (text) => client.send(text),
        unread: () => client.bufferedAmount,
        ping: () => client.ping(),
        close: (code, reason) => close(client, code, reason),
        drop: () => client.terminate(),
      },
      ticket,
    );
    // what is not text is nothing that we expect
    client.on("message", (data: Buffer, isBinary) => end.message(isBinary ? "" : data.toString()));
    client.on("pong", end.pong);
    client.on("close", end.gone);
  }

  return {
    path,
    takes: (url) => url.split("?", 1)[0] === path,
    ownPages: true,
    limited: true,
    open({ request, take }) {
      take(sockets, (client) => {
        client.on("error", () => undefined); // its close follows
        // an address is written down in logs and histories: a ticket has no place in it
        if (request.url !== path) return close(client, POLICY, "nothing belongs in the address");
        welcome(client, ticketOf(request.headers["sec-websocket-protocol"]));
      });
    },
    close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

/** Of "bearlink.live, TICKET". */
function ticketOf(offered: string | undefined): string | undefined {
  const [protocol, ticket] = (offered ?? "").split(",").map((name) => name.trim());
  return protocol === PROTOCOL ? ticket : undefined;
}
