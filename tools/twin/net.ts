/** `require("net")`, "tls" and "http" as Espruino's sockets behave: words for arrays, closed sockets that throw, a status that is a string. */
import { textOf } from "./bytes.ts";
import { emitOn } from "./emitter.ts";
import type { Events } from "./emitter.ts";
import { openHead } from "./http-head.ts";
import type { Head } from "./http-head.ts";
import { addressOf, CHUNK_BYTES, openLine } from "./line.ts";
import type { Line, Network } from "./line.ts";
import type { Callback, Loop } from "./loop.ts";
import type { Realm } from "./realm.ts";

interface Options {
  host?: string;
  hostname?: string;
  port?: number | string;
  path?: string;
  method?: string;
  protocol?: string;
  headers?: Record<string, unknown>;
}

interface Connection {
  socket: object;
  options: Options;
  secure: boolean;
  /** of the socket, or of the HTTP request */
  events: Events;
  line: Line | undefined;
  sending: string | undefined;
  received: string;
  connected: boolean;
  /** asked to close once all is sent, or at once */
  closing: boolean;
  closeNow: boolean;
  /** passes since the other side closed in which nobody took what it had sent */
  unheard: number;
  http: Head | undefined;
}

const SOCKET_CLOSED = -6;
const UNSENT_DATA = -15;
const UNHEARD_PASSES = 3;

export interface Net {
  modules: Record<string, object>;
  /** `url.parse` */
  url: object;
  /** What its connections keep alive: sockets, and what was received and not yet taken. */
  held(): unknown[];
  /** Cuts every connection, as a broker does that goes away. */
  closeAll(): void;
}

export function openNet(realm: Realm, loop: Loop, network: Network, warn: (text: string) => void): Net {
  const connections = new Set<Connection>();

  const parse = (address: string): Options => {
    const parsed = /^(?:(\w+:)\/\/)?([^:/]+)(?::(\d+))?(\/.*)?$/.exec(String(address));
    if (!parsed) throw realm.error("Invalid URL");
    const [, protocol, host, port, path] = parsed;
    const fields: Options = { method: "GET", host: host!, path: path ?? "/" };
    if (protocol) fields.protocol = protocol;
    return realm.object({ ...fields, port: port ? Number(port) : null }) as Options;
  };

  const connect = (connection: Connection): void => {
    if (connection.line || connection.closeNow) return;
    const { host, port } = connection.options;
    const address = addressOf(network, String(host ?? "127.0.0.1"));
    const usual = connection.secure ? 443 : 80;
    if (address === undefined) {
      connection.closeNow = true;
      throw realm.error("Unable to locate host", "InternalError");
    }
    connection.line = openLine(network, address, Number(port) || usual, connection.secure, loop.wake);
  };

  const write = (connection: Connection, data: unknown): boolean => {
    if (connection.closing || connection.closeNow) throw realm.error("This socket is closed");
    connection.sending ??= connection.http ? connection.http.request(connection.options) : "";
    connection.sending += data === undefined ? "" : textOf(data);
    if (connection.http) connect(connection);
    loop.wake();
    return true;
  };

  const end = (connection: Connection, data: unknown): void => {
    if (data !== undefined) write(connection, data);
    if (connection.http) write(connection, undefined);
    else if (!connection.sending) connection.closeNow = true;
    connection.closing = true;
    loop.wake();
  };

  const open = (options: Options, secure: boolean, http: Head | undefined, socket: object): Connection => {
    const connection: Connection = {
      socket,
      options,
      secure,
      events: emitOn(socket, loop),
      line: undefined,
      sending: undefined,
      received: "",
      connected: false,
      closing: false,
      closeNow: false,
      unheard: 0,
      http,
    };
    connections.add(connection);
    return connection;
  };

  const faces = new WeakMap<object, Connection>();
  const makeSocket = (): object => {
    const socket: object = realm.object({
      write: (data: unknown) => write(faces.get(socket)!, data),
      end: (data?: unknown) => end(faces.get(socket)!, data),
    });
    return socket;
  };

  const send = (connection: Connection): number => {
    if (!connection.sending) return 0;
    const sent = connection.line!.write(connection.sending.slice(0, CHUNK_BYTES));
    connection.sending = connection.sending.slice(sent);
    if (sent > 0 && connection.sending === "" && !connection.closing) connection.events.tell("drain");
    return sent;
  };

  /** Hands on what was received, if anyone listens; Espruino holds it else, and reads no further. */
  const push = (connection: Connection): void => {
    const { received, http } = connection;
    if (received === "") return;
    if (http) connection.received = http.take(received);
    else if (connection.events.tell("data", received)) connection.received = "";
  };

  const close = (connection: Connection, code: number): void => {
    connections.delete(connection);
    connection.line?.close();
    connection.closing = true;
    let failed = code < 0 && code !== SOCKET_CLOSED;
    if (connection.sending && code === SOCKET_CLOSED) failed = true;
    if (failed) {
      const fault = realm.object({ code: connection.sending ? UNSENT_DATA : code, message: "socket error" });
      connection.events.tell("error", fault);
    }
    const to = connection.http ? connection.http.closed(failed) : connection.events;
    if (!connection.http) to?.tell("end");
    to?.tell("close", failed);
  };

  /** One connection's part of a pass; `true`: there is more to do at once. */
  const step = (connection: Connection): boolean => {
    push(connection);
    const { line, http } = connection;
    if (connection.closeNow || !line) {
      if (connection.closeNow) close(connection, 0);
      return connection.closeNow;
    }
    if (line.failed() && !connection.connected) {
      warn("ERROR: Connect failed");
      close(connection, -1);
      return true;
    }
    if (!line.connected()) return false;
    if (!connection.connected) {
      connection.connected = true;
      if (!http) connection.events.tell("connect");
    }
    const sent = send(connection);
    const allSent = !connection.sending;
    const piece = line.read();
    if (piece === undefined) {
      // what has come is handed on first, where anyone takes it
      if (connection.received === "" || connection.unheard++ > UNHEARD_PASSES)
        close(connection, http?.whole() ? 0 : SOCKET_CLOSED);
      return true;
    }
    connection.received += piece;
    push(connection);
    if (sent === 0 && allSent && connection.closing && piece === "" && (!http || http.whole())) {
      close(connection, 0);
      return true;
    }
    return piece !== "" || sent > 0;
  };
  loop.onPass(() => {
    let busy = false;
    for (const connection of [...connections]) busy = step(connection) || busy;
    return busy;
  });

  const connector = (secure: boolean) => ({
    connect(options: Options | string, callback?: Callback): object {
      const socket = makeSocket();
      const asked = typeof options === "string" ? parse(options) : options;
      const connection = open(asked, secure, undefined, socket);
      faces.set(socket, connection);
      if (callback) (socket as { on(name: string, call: Callback): void }).on("connect", callback);
      connect(connection);
      return socket;
    },
  });
  const request = (options: Options | string, callback?: Callback): object => {
    const asked = typeof options === "string" ? parse(options) : options;
    const socket = makeSocket();
    const head = openHead(realm, loop, (response) => callback && loop.queue(() => callback(response)));
    faces.set(socket, open(asked, asked.protocol === "https:", head, socket));
    return socket;
  };
  const http = realm.object({
    request,
    get(options: Options | string, callback?: Callback): object {
      const asked = request(options, callback) as { end(): void };
      asked.end();
      return asked;
    },
  });

  return {
    modules: { net: realm.object(connector(false)), tls: realm.object(connector(true)), http },
    url: realm.object({ parse }),
    held: () =>
      [...connections].flatMap(({ socket, received, sending }) => [socket, received, sending ?? ""]),
    closeAll() {
      for (const { line } of connections) line?.close();
      connections.clear();
    },
  };
}
