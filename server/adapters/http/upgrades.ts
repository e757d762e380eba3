/** One door for every connection that asks to become a WebSocket: the host it asked for, the page it comes from, and whose path it is. MISSION D13, D27 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { hostName } from "./address.ts";
import { addressBlocks, clientAddress } from "./forwarded.ts";

/** What stands behind one path. */
export interface UpgradeRoom {
  takes(url: string): boolean;
  /** Whether a page of its own host may come in, besides those of the allowed origins. */
  ownPages: boolean;
  /** `address`: of the client, through proxies that are believed */
  open(request: IncomingMessage, socket: Duplex, head: Buffer, address: () => string): void;
  /** Ends what it opened. */
  close(): void;
}

export interface UpgradeSettings {
  /** lower case, without ports */
  allowedHosts: readonly string[];
  /** exact origins of browsers; toys send none */
  allowedOrigins: readonly string[];
  /** addresses or CIDR blocks whose X-Forwarded-For is believed */
  trustedProxies?: readonly string[];
}

/** Serves the upgrades of `server`; the answer ends what they opened. */
export function serveUpgrades(
  server: Server,
  { allowedHosts, allowedOrigins, trustedProxies = [] }: UpgradeSettings,
  rooms: readonly UpgradeRoom[],
): () => void {
  const isTrusted = addressBlocks(trustedProxies);
  const addressOf = ({ headers, socket }: IncomingMessage): string => {
    const forwarded = headers["x-forwarded-for"];
    const header = Array.isArray(forwarded) ? forwarded.join() : forwarded;
    return clientAddress(socket.remoteAddress ?? "", header, isTrusted);
  };

  /** The status that refuses this upgrade, or the room that takes it. */
  function roomFor({ url = "", headers }: IncomingMessage): string | UpgradeRoom {
    const host = hostName(headers.host);
    if (host === undefined || !allowedHosts.includes(host)) return "421 Misdirected Request";
    const room = rooms.find((each) => each.takes(url));
    const { origin } = headers;
    const fromHere = origin !== undefined && URL.canParse(origin) && isHostOf(origin, headers.host!);
    const welcome = origin === undefined || allowedOrigins.includes(origin) || (fromHere && room?.ownPages);
    if (!welcome) return "403 Forbidden";
    return room ?? "404 Not Found";
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const room = roomFor(request);
    if (typeof room !== "string") return room.open(request, socket, head, () => addressOf(request));
    socket.on("error", () => undefined); // it may be gone before it hears the answer
    socket.once("finish", () => socket.destroy()); // nobody else watches a socket that was to be upgraded
    socket.end(`HTTP/1.1 ${room}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  server.on("upgrade", upgrade);
  return () => {
    server.off("upgrade", upgrade);
    for (const room of rooms) room.close();
  };
}

function isHostOf(origin: string, host: string): boolean {
  return new URL(origin).host === host.toLowerCase();
}
