/** One door for every connection that asks to become a WebSocket: the host it asked for, the page it comes from, and whose path it is. MISSION D13, D27 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import { Refusal } from "../../errors.ts";
import type { Doorkeeper, Log, Meter } from "../../ports.ts";
import { hostName } from "./address.ts";
import { SECURITY_HEADERS } from "./answers.ts";
import { answerBare } from "./bare.ts";
import { requestId } from "./door.ts";
import { addressesOf } from "./forwarded.ts";

/** One that asks to be a WebSocket. */
export interface Upgrade {
  request: IncomingMessage;
  /** of the client, through proxies that are believed */
  address(): string;
  /** Takes it in at `sockets`, or refuses a handshake that does not hold. */
  take(sockets: WebSocketServer, taken: (client: WebSocket) => void): void;
}

/** What stands behind one path. */
export interface UpgradeRoom {
  path: string;
  takes(url: string): boolean;
  /** Whether a page of its own host may come in, besides those of the allowed origins. */
  ownPages: boolean;
  /** counted as any request of its address is */
  limited: boolean;
  open(upgrade: Upgrade): void;
  /** Ends what it opened. */
  close(): void;
}

export interface UpgradePorts {
  log: Log;
  meter: Meter;
  doorkeeper: Pick<Doorkeeper, "limit">;
}

export interface UpgradeSettings {
  /** lower case, without ports */
  allowedHosts: readonly string[];
  /** exact origins of browsers; toys send none */
  allowedOrigins: readonly string[];
  /** addresses or CIDR blocks whose X-Forwarded-For is believed */
  trustedProxies?: readonly string[];
}

/** What an answer that may not be read as a page still says. */
const VERSION = { "sec-websocket-version": "13" };

/** Serves the upgrades of `server`; the answer ends what they opened. */
export function serveUpgrades(
  ports: UpgradePorts,
  server: Server,
  { allowedHosts, allowedOrigins, trustedProxies = [] }: UpgradeSettings,
  rooms: readonly UpgradeRoom[],
): () => void {
  let closed = false;
  const addressOf = addressesOf(trustedProxies);

  /** Throws the Refusals MISDIRECTED, FORBIDDEN and NOT_FOUND. */
  function roomFor({ url = "", headers }: IncomingMessage): UpgradeRoom {
    const host = hostName(headers.host);
    if (host === undefined || !allowedHosts.includes(host)) throw new Refusal("MISDIRECTED");
    const room = rooms.find((each) => each.takes(url));
    const { origin } = headers;
    const fromHere = origin !== undefined && URL.canParse(origin) && isHostOf(origin, headers.host!);
    const welcome = origin === undefined || allowedOrigins.includes(origin) || (fromHere && room?.ownPages);
    if (!welcome) throw new Refusal("FORBIDDEN");
    if (!room) throw new Refusal("NOT_FOUND");
    return room;
  }

  /** Of nobody yet: who it is, the room finds out. Where the limits' store is away, it passes as reading does. */
  async function refusalOf(request: IncomingMessage, room: UpgradeRoom) {
    if (!room.limited) return undefined;
    const from = { address: addressOf(request), endpoint: room.path, reading: true, holder: "" };
    return ports.doorkeeper.limit("address", { ...from, known: { principal: { kind: "none" } } });
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => undefined); // it may be gone before it hears the answer
    const id = requestId(request);
    const refuse = (refusal: Refusal, route: string, more?: Record<string, string>): void =>
      answerBare(ports, socket, refusal, { requestId: id, method: request.method ?? "none", route }, more);
    let room: UpgradeRoom;
    try {
      room = roomFor(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refuse(error, "none");
    }
    const limited = await refusalOf(request, room);
    if (closed) return void socket.destroy();
    if (limited?.refusal instanceof Refusal) {
      const again = { "retry-after": String(limited.refusal.details?.retry_after_s) };
      return refuse(limited.refusal, room.path, { ...limited.headers, ...again });
    }
    room.open({
      request,
      address: () => addressOf(request),
      take(sockets, taken) {
        const refused = (): void => refuse(new Refusal("BAD_REQUEST"), room.path, VERSION);
        const welcomed = (lines: string[]): void => {
          const told = { ...SECURITY_HEADERS, "x-request-id": id, ...limited?.headers };
          for (const [name, value] of Object.entries(told)) lines.push(`${name}: ${value}`);
        };
        // both are told before handleUpgrade returns
        sockets.once("wsClientError", refused).once("headers", welcomed);
        sockets.handleUpgrade(request, socket, head, taken);
        sockets.off("wsClientError", refused).off("headers", welcomed);
      },
    });
  }

  /** Nobody is led on to elsewhere through here. */
  function connect(request: IncomingMessage, socket: Duplex): void {
    const asked = { requestId: requestId(request), method: "CONNECT", route: "none" };
    answerBare(ports, socket, new Refusal("METHOD_NOT_ALLOWED"), asked, { allow: "GET" });
  }

  const serve = (...asked: Parameters<typeof upgrade>): void =>
    void upgrade(...asked).catch((error: unknown) => {
      ports.log.error({ error }, "an upgrade failed");
      asked[1].destroy();
    });
  server.on("upgrade", serve).on("connect", connect);
  return () => {
    closed = true;
    server.off("upgrade", serve).off("connect", connect);
    for (const room of rooms) room.close();
  };
}

function isHostOf(origin: string, host: string): boolean {
  return new URL(origin).host === host.toLowerCase();
}
