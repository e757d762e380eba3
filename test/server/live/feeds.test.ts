/** Live feeds: who is let in, what they are told, and what ends them. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  FEED_PING_MS,
  FEED_TICKET_MS,
  FEEDS_PER_FAMILY,
  MAX_FEED_UNREAD_BYTES,
  MAX_WAITING_FEEDS,
} from "../../../server/bounds.ts";
import type { Alert } from "../../../server/ports.ts";
import { fakeSocket, liveHouse, toyStatus } from "./support.ts";

let home: ReturnType<typeof liveHouse>;
beforeEach(() => {
  home = liveHouse();
});

const alert: Alert = {
  ...{ id: "a1", place: 1, at: 1_800_000_000_000, read: false, details: {} },
  kind: "toy_reset",
  severity: "warning",
};
const tellOne = async (accountId = "ada") => {
  home.feed.tell(accountId, { type: "alert", alert });
  await home.clock.advance(0);
};

describe("a feed is let in", () => {
  test.each(["with the handshake", "in its first message"])("by a ticket %s, once", async (how) => {
    const ticket = await home.ticket();
    const open = () => {
      const socket = fakeSocket();
      const end = home.feeds.open(socket, how === "with the handshake" ? ticket : undefined);
      if (how !== "with the handshake") end.message(JSON.stringify({ ticket }));
      return socket;
    };
    const first = open();
    const second = open();
    await home.clock.advance(0);
    expect(first.sent).toEqual([{ type: "ready", toys: [] }]);
    expect(first.closed).toBeUndefined();
    expect(second).toMatchObject({ sent: [], closed: "1008 no ticket that holds" });
    expect(home.opened).toEqual(["session-1"]);
  });

  test.each([
    "",
    "hello",
    "null",
    "[]",
    '{"ticket":7}',
    '{"ticket":"abc"}',
    `{"ticket":"${"0".repeat(48)}"}`,
    `{"ticket":"${"0".repeat(48)}","more":1}`,
  ])("not by %j", async (text) => {
    const socket = fakeSocket();
    home.feeds.open(socket, undefined).message(text);
    await home.clock.advance(0);
    expect(socket.closed).toBe("1008 no ticket that holds");
  });

  test("not by a ticket that is older than half a minute", async () => {
    const ticket = await home.ticket();
    await home.clock.advance(30_000);
    const socket = fakeSocket();
    home.feeds.open(socket, ticket);
    await home.clock.advance(0);
    expect(socket.closed).toBe("1008 no ticket that holds");
  });

  test("not after five seconds without a ticket, and not where its session has ended", async () => {
    const silent = fakeSocket();
    home.feeds.open(silent, undefined);
    await home.clock.advance(FEED_TICKET_MS);
    expect(silent.closed).toBe("1008 no ticket in time");
    home.sessions.clear();
    expect((await home.watching()).socket.closed).toBe("4001 session ended");
    expect(home.clock.waiting).toBe(0);
  });

  test("not where the store of tickets is away", async () => {
    const ticket = await home.ticket();
    home.base.oneTime.take = () => Promise.reject(new Error("away"));
    const socket = fakeSocket();
    const house = liveHouse({ clock: home.clock, stores: home.stores });
    house.feeds.open(socket, ticket);
    await home.clock.advance(0);
    expect(socket.closed).toMatch(/^1013/);
  });

  test("not past those who wait without a ticket: the one that waited longest goes", async () => {
    const sockets = Array.from({ length: MAX_WAITING_FEEDS + 1 }, () => fakeSocket());
    for (const socket of sockets) home.feeds.open(socket, undefined);
    expect(sockets.filter(({ closed }) => closed !== undefined)).toEqual([sockets[0]]);
  });
});

describe("a feed that was let in", () => {
  test("hears how its toys stand, then what happens in its own family and no other", async () => {
    home.toys.push(toyStatus({ onlineUntil: home.clock.now() + 1, batteryMv: 3_820, rssi: -60, volume: 40 }));
    home.toys.push(toyStatus({ deviceId: "bear-2", accountId: "grace" }));
    home.doing.set("bear-1", "speaking");
    const { socket } = await home.watching();
    expect(socket.sent).toEqual([
      {
        type: "ready",
        toys: [
          {
            ...{ device_id: "bear-1", online: true, activity: "speaking", battery_mv: 3_820 },
            ...{ battery_percent: 50, volume: 40, rssi: -60, last_talk: null },
          },
        ],
      },
    ]);
    expect(home.asked).toEqual([["bear-1"]]);
    await tellOne("grace");
    await tellOne();
    expect(socket.sent.slice(1)).toEqual([
      {
        type: "alert",
        alert: {
          ...{ id: "a1", kind: "toy_reset", severity: "warning", device_id: null, child_id: null },
          ...{ at: "2027-01-15T08:00:00.000Z", read: false, details: {} },
        },
      },
    ]);
  });

  test("hears what another cell tells, and the bus carries none of it in the clear", async () => {
    const other = liveHouse(home);
    const texts: string[] = [];
    await home.stores.bus.subscribe("family:ada", (text) => texts.push(text));
    const { socket } = await home.watching();
    const turn = { deviceId: "bear-1", childId: "child-1", turnId: "t", stage: "heard", at: 0 } as const;
    other.feed.tell("ada", { type: "turn", turn: { ...turn, text: "my secret canary" } });
    await home.clock.advance(0);
    expect(socket.sent.at(-1)).toMatchObject({
      type: "turn",
      text: "my secret canary",
      conversation_id: null,
    });
    expect(texts).toHaveLength(1);
    expect(Buffer.from(texts[0]!, "base64").toString("latin1")).not.toContain("canary");
  });

  test("is not told what was sealed for another family", async () => {
    const { socket } = await home.watching();
    const texts: string[] = [];
    await home.stores.bus.subscribe("family:grace", (text) => texts.push(text));
    await tellOne("grace");
    await home.stores.bus.publish("family:ada", texts[0]!);
    await home.stores.bus.publish("family:ada", "nonsense");
    await home.clock.advance(0);
    expect(socket.sent).toHaveLength(1);
    expect(socket.closed).toBeUndefined();
  });

  test("says nothing itself", async () => {
    const { socket, end } = await home.watching();
    end.message("{}");
    expect(socket.closed).toBe("1008 nothing is expected here");
    await tellOne();
    expect(socket.sent).toHaveLength(1);
  });

  test("ends with its session, and with nobody else's", async () => {
    home.sessions.set("session-2", "ada");
    const { socket } = await home.watching();
    const other = await home.watching("ada", "session-2");
    for (const line of home.feeds.lines()) if (line.sessionId === "session-1") line.close("session ended");
    expect(socket.closed).toBe("4001 session ended");
    await tellOne();
    expect(other.socket.sent).toHaveLength(2);
  });

  test("that stops reading is dropped, and costs the others nothing", async () => {
    const { socket } = await home.watching();
    const reader = await home.watching();
    socket.waiting = MAX_FEED_UNREAD_BYTES + 1;
    await tellOne();
    expect(socket.closed).toBe("dropped");
    expect(reader.socket.sent).toHaveLength(2);
  });

  test("is pinged, and dropped where it answers no more", async () => {
    const { socket, end } = await home.watching();
    await home.clock.advance(FEED_PING_MS);
    end.pong();
    await home.clock.advance(FEED_PING_MS);
    expect(socket).toMatchObject({ pings: 2, closed: undefined });
    await home.clock.advance(FEED_PING_MS);
    expect(socket.closed).toBe("dropped");
    expect(home.clock.waiting).toBe(0);
  });

  test("gives way where its family opens too many", async () => {
    const all = [];
    for (let i = 0; i <= FEEDS_PER_FAMILY; i++) all.push((await home.watching()).socket);
    expect(all.map(({ closed }) => closed).filter(Boolean)).toEqual(["1008 another feed took its place"]);
    expect(all[0]!.closed).toBeDefined();
  });

  test("gives way to another session's only where that has none of its own: one visit shuts nobody else's", async () => {
    home.sessions.set("visit", "ada");
    const own = [];
    for (let i = 1; i < FEEDS_PER_FAMILY; i++) own.push((await home.watching()).socket);
    const visits = [];
    for (let i = 0; i <= FEEDS_PER_FAMILY; i++) visits.push((await home.watching("ada", "visit")).socket);
    expect(own.filter(({ closed }) => closed !== undefined)).toEqual([]);
    expect(visits.filter(({ closed }) => closed === undefined)).toEqual([visits.at(-1)]);
  });

  test("hears anew how its toys stand when a toy comes or goes", async () => {
    const { socket } = await home.watching();
    home.toys.push(toyStatus());
    await home.feeds.toyChanged("bear-1");
    expect(socket.sent.at(-1)).toMatchObject({
      type: "ready",
      toys: [{ device_id: "bear-1", online: false }],
    });
    home.toys.length = 0;
    await home.feeds.toyChanged("bear-1");
    expect(socket.sent.at(-1)).toEqual({ type: "ready", toys: [] });
  });

  test("ends with the server, and leaves nothing behind when it goes", async () => {
    const { socket, end } = await home.watching();
    const other = await home.watching();
    end.gone();
    await tellOne();
    expect(socket.sent).toHaveLength(1);
    home.feeds.close();
    expect(other.socket.closed).toBe("1001 the server stops");
    expect(home.clock.waiting).toBe(0);
    expect(home.meter.counts.get("live_feeds")).toBe(0);
  });
});
