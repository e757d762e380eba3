/** The broker: a listener's streams go in, toys on the line come out. Aedes speaks MQTT; who may, where and how much is decided beside it. PROTOCOL.md §4 */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Aedes } from "aedes";
import type { AedesOptions, AuthenticateError, Client } from "aedes";
import { CONNECT_MS } from "@bearlink/sdk/protocol";
import type { Topics } from "@bearlink/sdk/protocol";
import { askServer, decodeCredentials } from "./authenticate.ts";
import type { Admission, Credentials } from "./authenticate.ts";
import { mayPublish, maySubscribe } from "./authorize.ts";
import { openCrowd } from "./crowd.ts";
import type { CrowdLimits } from "./crowd.ts";
import { isPlainConnect } from "./guard.ts";
import { Line } from "./line.ts";
import type { Clock, Fault } from "./line.ts";
import { Link } from "./link.ts";
import { createPresence } from "./presence.ts";

export type { Admission, Clock, Credentials, CrowdLimits, Fault, Link };

/**
 * Why a line was ended, or a frame not passed on: `early` came before SUBACK, `waiting` found 64 KB unread; `crowd`:
 * its address has too many lines, or sent too many CONNECTs.
 */
export type Drop = Fault | "early" | "waiting" | "crowd";

export interface BrokerEvents {
  /** Whether these credentials hold; called once a CONNECT, and raises its `n`. Where it rejects or takes 5 s: unavailable. */
  admit(credentials: Credentials): Promise<Admission>;
  /** It has its SUBACK. §4.3 */
  opened(link: Link): void;
  /** One frame of an opened link, in the order of arrival. `bytes` is a view: copy what is to stay. */
  frame(link: Link, bytes: Uint8Array): void;
  /** Once for each opened link. */
  closed(link: Link, reason: string): void;
  /** For the metrics; `deviceId` where it is proven. */
  dropped?(reason: Drop, deviceId?: string): void;
  /** One of these threw: the toy's line is ended, and no other toy's. Must not throw. */
  bug?(error: unknown, deviceId?: string): void;
}

export interface BrokerOptions {
  events: BrokerEvents;
  clock: Clock;
  /** without it, as many as come */
  crowd?: CrowdLimits;
}

export interface Broker {
  /** Takes a client in: a TCP socket, or the duplex stream of a WebSocket. */
  accept(stream: Duplex, address: string): void;
  /** Listens for TCP; rejects where the port is taken. */
  listen(port: number, host: string): Promise<{ port: number; close(): Promise<void> }>;
  /** All whose password held, subscribed or not. */
  links(): Link[];
  link(deviceId: string): Link | undefined;
  /** From now on every CONNECT is answered 3: come again, to another cell. */
  stopAccepting(): void;
  /** Ends every line and every listener. */
  close(): Promise<void>;
}

/** ms an answer of Aedes may wait for a client to read */
const DRAIN_MS = 5_000;

/** Stands where Aedes expects its fan-out. Frames go up to one bridge and down to one toy: nobody else is ever told. */
const nobody = {
  on: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
  removeListener: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
  emit: (_packet: unknown, done?: () => void) => done?.(),
  close: (done: () => void) => done(),
};

/** A line with what CONNECT and its answer said of it. */
class Visit extends Line {
  credentials: Credentials | undefined;
  keepAliveS = 0;
  topics: Topics | undefined;
  link: Link | undefined;
}

/** example: `const broker = await createBroker({ events, clock }); await broker.listen(1883, "127.0.0.1");` */
export async function createBroker({ events, clock, crowd: limits }: BrokerOptions): Promise<Broker> {
  const presence = createPresence<Link>();
  const visits = new Set<Visit>();
  const listeners = new Set<() => Promise<void>>();
  const crowd = limits && openCrowd(clock, limits);
  let accepting = true;

  /** Tells the bridge; its bugs are the toy's whose line this is, and nobody else's. */
  function tell(visit: Visit, event: () => void): void {
    try {
      event();
    } catch (error) {
      events.bug?.(error, visit.link?.deviceId);
      visit.close("bug");
    }
  }

  const visitOf = (client: Client | null): Visit => client!.conn as Visit;

  async function judge({ credentials, address }: Visit): Promise<Admission> {
    if (!accepting) return { verdict: "unavailable" };
    if (crowd && !crowd.connects(address)) {
      events.dropped?.("crowd");
      return { verdict: "unavailable" };
    }
    if (!credentials) return { verdict: "refused" };
    return askServer((asked) => events.admit(asked), credentials, clock);
  }

  const preConnect: AedesOptions["preConnect"] = (client, packet, done) => {
    const visit = visitOf(client);
    if (!isPlainConnect(packet)) {
      visit.fail("options");
      return done(new Error("options"), false); // with (null, false) Aedes would leave it as it is, open
    }
    visit.credentials = decodeCredentials(packet, visit.address);
    visit.keepAliveS = packet.keepalive!;
    packet.keepalive = 0; // the line watches it, by our clock
    done(null, true);
  };

  const authenticate: AedesOptions["authenticate"] = (client, _username, _password, done) => {
    const visit = visitOf(client);
    const refuse = (returnCode: number) =>
      done(Object.assign(new Error("refused"), { returnCode }) as AuthenticateError, null);
    void judge(visit).then((admission) => {
      if (visit.destroyed) return;
      if (admission.verdict === "unavailable") return refuse(3);
      if (admission.verdict === "refused") return refuse(4);
      const credentials = visit.credentials!;
      const link = new Link(credentials, admission.down, visit, () =>
        events.dropped?.("waiting", credentials.deviceId),
      );
      if (!presence.enter(link)) return refuse(4);
      visit.link = link;
      visit.topics = admission;
      visit.accept(visit.keepAliveS);
      done(null, true);
    });
  };

  const authorizePublish: AedesOptions["authorizePublish"] = (client, packet, done) => {
    const { topics, link, destroyed } = visitOf(client);
    if (destroyed || !mayPublish(topics!, packet.topic)) {
      visitOf(client).fail("topic");
      return done(new Error("topic"));
    }
    if (link!.opened) tell(visitOf(client), () => events.frame(link!, packet.payload as Buffer));
    else events.dropped?.("early", link!.deviceId);
    done();
  };

  const authorizeSubscribe: AedesOptions["authorizeSubscribe"] = (client, subscription, done) => {
    if (maySubscribe(visitOf(client).topics!, subscription)) return done(null, subscription);
    visitOf(client).fail("topic");
    done(new Error("topic"));
  };

  const aedes = await Aedes.createBroker({
    mq: nobody,
    concurrency: 0,
    connectTimeout: 2 * CONNECT_MS, // the line's own comes first
    drainTimeout: DRAIN_MS,
    preConnect,
    authenticate,
    authorizePublish,
    authorizeSubscribe,
  });

  aedes.on("subscribe", (_subscriptions, client) => {
    const { link, destroyed } = visitOf(client);
    if (destroyed || link!.opened) return;
    link!.opened = true;
    tell(visitOf(client), () => events.opened(link!));
  });

  function leave(visit: Visit): void {
    visits.delete(visit);
    crowd?.leaves(visit.address);
    if (!visit.link) return;
    presence.leave(visit.link);
    if (visit.link.opened) tell(visit, () => events.closed(visit.link!, visit.reason));
  }

  function accept(stream: Duplex, address: string): void {
    if (aedes.closed) return void stream.destroy();
    if (crowd && !crowd.enters(address)) {
      events.dropped?.("crowd");
      return void stream.on("error", () => undefined).destroy();
    }
    const visit: Visit = new Visit(stream, address, clock, (fault) =>
      events.dropped?.(fault, visit.link?.deviceId),
    );
    visits.add(visit);
    visit.once("close", () => leave(visit));
    aedes.handle(visit);
  }

  async function listen(port: number, host: string): Promise<{ port: number; close(): Promise<void> }> {
    const server = createServer({ noDelay: true }, (socket) => accept(socket, socket.remoteAddress ?? ""));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
    listeners.add(close);
    return { port: (server.address() as AddressInfo).port, close };
  }

  async function close(): Promise<void> {
    accepting = false;
    // the listeners first: none answers before its last socket is gone, and no socket is taken after
    const closed = [...listeners].map((stop) => stop());
    for (const visit of visits) visit.close("shutdown");
    await new Promise<void>((resolve) => aedes.close(resolve));
    await Promise.all(closed);
  }

  return {
    accept,
    listen,
    links: () => presence.all(),
    link: (deviceId) => presence.find(deviceId),
    stopAccepting: () => {
      accepting = false;
    },
    close,
  };
}
