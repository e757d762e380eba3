/** The live feeds of a cell: each let in by its ticket, told how its family's toys stand and then all that happens, and ended with its sign-in. MISSION D13 */
import type { Hash } from "@bearlink/sdk/protocol";
import {
  FEED_PING_MS,
  FEED_TICKET_MS,
  FEEDS_PER_FAMILY,
  MAX_EARLY_MESSAGES,
  MAX_FEED_UNREAD_BYTES,
  MAX_FEEDS,
  MAX_WAITING_FEEDS,
} from "../bounds.ts";
import type {
  Clock,
  FamilyMessage,
  Log,
  Meter,
  OneTime,
  ParentSessions,
  ToyActivity,
  ToyStatuses,
} from "../ports.ts";
import { hearFamily } from "./carry.ts";
import type { CarryPorts } from "./carry.ts";
import { takeTicket } from "./ticket.ts";
import type { TicketHolder } from "./ticket.ts";
import { messageText, readyText, toyLive } from "./wire.ts";

export interface FeedPorts extends CarryPorts {
  statuses: Pick<ToyStatuses, "list" | "family">;
  parentSessions: Pick<ParentSessions, "standing">;
  oneTime: OneTime;
  hash: Hash;
  clock: Clock;
  meter: Meter;
  log: Log;
  activityOf(deviceId: string): ToyActivity | undefined;
  /** Asks the other cells what these toys do. */
  askCells(deviceIds: readonly string[]): void;
  /** A feed of this session opened: it may have ended meanwhile. */
  opened(sessionId: string): void;
}

/** A parent's connection, as the adapter hands it over. */
export interface FeedSocket {
  send(text: string): void;
  /** bytes sent that it has not taken */
  unread(): number;
  ping(): void;
  close(code: number, reason: string): void;
  /** at once, without a word */
  drop(): void;
}

/** What the adapter tells of it. */
export interface FeedEnd {
  message(text: string): void;
  pong(): void;
  gone(): void;
}

export interface Feeds {
  /** `ticket`: where it came with the handshake. */
  open(socket: FeedSocket, ticket: string | undefined): FeedEnd;
  /** Those let in, for whoever watches their sessions. */
  lines(): { sessionId: string; close(reason: string): void }[];
  /** This toy's family is another, or none. */
  toyChanged(deviceId: string): Promise<void>;
  close(): void;
}

/** RFC 6455 §7.4; 4001 is ours */
const CODE = { POLICY: 1008, LATER: 1013, AWAY: 1001, SESSION_ENDED: 4001 } as const;

interface Feed {
  socket: FeedSocket;
  holder: TicketHolder | undefined;
  /** messages that came before it was told how things stand; undefined afterwards */
  early: string[] | undefined;
  answered: boolean;
  cancelTimer: () => void;
}

interface Family {
  feeds: Set<Feed>;
  toys: ReadonlySet<string>;
  hearing: Promise<() => Promise<void>>;
}

export function createFeeds(ports: FeedPorts): Feeds {
  const { clock, meter, log } = ports;
  const all = new Set<Feed>();
  const waiting = new Set<Feed>();
  const families = new Map<string, Family>();

  function end(feed: Feed, how: string): boolean {
    if (!all.delete(feed)) return false;
    waiting.delete(feed);
    feed.cancelTimer();
    meter.count("live_feeds_total", { end: how });
    meter.gauge("live_feeds", all.size - waiting.size);
    if (feed.holder) leave(feed, feed.holder.accountId);
    return true;
  }

  function close(feed: Feed, code: number, reason: string): void {
    if (end(feed, reason.replaceAll(" ", "_"))) feed.socket.close(code, reason);
  }

  function leave(feed: Feed, accountId: string): void {
    const family = families.get(accountId);
    if (!family?.feeds.delete(feed) || family.feeds.size > 0) return;
    families.delete(accountId);
    family.hearing.then((stop) => stop()).catch(() => undefined);
  }

  function send(feed: Feed, text: string): void {
    if (feed.socket.unread() <= MAX_FEED_UNREAD_BYTES) return feed.socket.send(text);
    // who does not read costs this much and no more
    if (end(feed, "unread")) feed.socket.drop();
  }

  function pass(feed: Feed, text: string): void {
    if (!feed.early) return send(feed, text);
    if (feed.early.length < MAX_EARLY_MESSAGES) feed.early.push(text);
  }

  function watch(feed: Feed): void {
    feed.cancelTimer();
    feed.cancelTimer = clock.after(FEED_PING_MS, () => {
      if (!feed.answered) return void (end(feed, "silent") && feed.socket.drop());
      feed.answered = false;
      feed.socket.ping();
      watch(feed);
    });
  }

  function join(feed: Feed, accountId: string): Family {
    const known = families.get(accountId);
    if (known) {
      // one of its own session first: a visit of support opens what it will, and the parents' stay
      const own = [...known.feeds].find(({ holder }) => holder?.sessionId === feed.holder?.sessionId);
      known.feeds.add(feed);
      if (known.feeds.size > FEEDS_PER_FAMILY)
        close(own ?? known.feeds.values().next().value!, CODE.POLICY, "another feed took its place");
      return known;
    }
    const hear = (message: FamilyMessage): void => {
      const text = messageText(message, clock.now());
      for (const each of [...family.feeds]) pass(each, text);
    };
    const hearing = hearFamily(ports, accountId, hear, () => void tellAll(accountId));
    const family: Family = { feeds: new Set([feed]), toys: new Set(), hearing };
    families.set(accountId, family);
    return family;
  }

  /** How the family's toys stand, to these of its feeds; then what came meanwhile. */
  async function tellStanding(accountId: string, feeds: readonly Feed[]): Promise<void> {
    const toys = await ports.statuses.list(accountId);
    const now = clock.now();
    const text = readyText(toys.map((toy) => toyLive(toy, ports.activityOf(toy.deviceId), now)));
    const family = families.get(accountId);
    if (family) family.toys = new Set(toys.map(({ deviceId }) => deviceId));
    for (const feed of feeds.filter((each) => all.has(each))) {
      send(feed, text);
      const { early = [] } = feed;
      feed.early = undefined;
      for (const each of early) send(feed, each);
    }
    if (toys.length > 0) ports.askCells(toys.map(({ deviceId }) => deviceId));
  }

  async function tellAll(accountId: string): Promise<void> {
    const feeds = [...(families.get(accountId)?.feeds ?? [])];
    await tellStanding(accountId, feeds).catch((error: unknown) =>
      log.warn({ error }, "feeds could not be told how things stand"),
    );
  }

  async function admit(feed: Feed, ticket: string): Promise<void> {
    waiting.delete(feed);
    const holder = await takeTicket(ports, ticket);
    if (!all.has(feed)) return;
    if (!holder) return close(feed, CODE.POLICY, "no ticket that holds");
    const standing = await ports.parentSessions.standing(holder.sessionId, clock.now());
    if (!all.has(feed)) return;
    if (standing?.familyId !== holder.accountId) return close(feed, CODE.SESSION_ENDED, "session ended");
    feed.holder = holder;
    watch(feed);
    meter.gauge("live_feeds", all.size - waiting.size);
    ports.opened(holder.sessionId);
    await join(feed, holder.accountId).hearing;
    await tellStanding(holder.accountId, [feed]);
  }

  function begin(feed: Feed, ticket: string): void {
    admit(feed, ticket).catch((error: unknown) => {
      log.warn({ error }, "a feed could not be opened");
      close(feed, CODE.LATER, "unavailable");
    });
  }

  return {
    open(socket, ticket) {
      const feed: Feed = {
        ...{ socket, holder: undefined, early: [], answered: true },
        cancelTimer: clock.after(FEED_TICKET_MS, () => close(feed, CODE.POLICY, "no ticket in time")),
      };
      all.add(feed);
      waiting.add(feed);
      if (all.size > MAX_FEEDS) close(feed, CODE.LATER, "full");
      // a ticket comes at once or is late: strangers who wait make room
      else if (waiting.size > MAX_WAITING_FEEDS)
        close(waiting.values().next().value!, CODE.POLICY, "no ticket in time");
      if (ticket !== undefined) begin(feed, ticket);
      return {
        message(text) {
          if (!waiting.has(feed)) return close(feed, CODE.POLICY, "nothing is expected here");
          const sent = ticketIn(text);
          if (sent === undefined) return close(feed, CODE.POLICY, "no ticket that holds");
          begin(feed, sent);
        },
        pong: () => void (feed.answered = true),
        gone: () => void end(feed, "gone"),
      };
    },

    lines: () =>
      [...all].flatMap((feed) =>
        feed.holder
          ? [
              {
                sessionId: feed.holder.sessionId,
                close: (reason: string) => close(feed, CODE.SESSION_ENDED, reason),
              },
            ]
          : [],
      ),

    async toyChanged(deviceId) {
      if (families.size === 0) return;
      const owner = (await ports.statuses.family(deviceId))?.status.accountId;
      for (const [accountId, { toys }] of [...families])
        if (accountId === owner || toys.has(deviceId)) await tellAll(accountId);
    },

    close() {
      for (const feed of [...all]) close(feed, CODE.AWAY, "the server stops");
    },
  };
}

/** The ticket of a first message, `{"ticket":"…"}` and nothing else. */
function ticketIn(text: string): string | undefined {
  try {
    const said = JSON.parse(text) as unknown;
    if (typeof said !== "object" || said === null || Object.keys(said).length !== 1) return undefined;
    const { ticket } = said as { ticket?: unknown };
    return typeof ticket === "string" ? ticket : undefined;
  } catch {
    return undefined;
  }
}
