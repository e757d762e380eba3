import { expect, test } from "vitest";
import { endedLinks, endSession, SESSION_ENDED, watchSessions } from "../../../server/claim/end.ts";
import type { Bus, Link } from "../../../server/ports.ts";
import { settle } from "../../support/clock.ts";
import { addBear, away, bear, claimAs, house } from "./support.ts";

function link(deviceId: string, sessionId: string) {
  const closed: string[] = [];
  const one: Link = { deviceId, sessionId, n: 1, send: () => true, close: (reason) => closed.push(reason) };
  return { ...one, closed };
}

async function online() {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  await claimAs(at, toy, 1, 0);
  return { at, toy, row, line: link(toy.deviceId, row.sessionId!) };
}

test("a session is ended in SQL first, then in the shared store, then announced", async () => {
  const { at, toy } = await online();
  const order: string[] = [];
  const spy = <T extends object>(port: T, watched: string): T =>
    new Proxy(port, {
      get:
        (target, name) =>
        (...args: unknown[]) => {
          if (name === watched) order.push(watched === "publish" ? String(args[0]) : watched);
          return (target[name as keyof T] as (...given: unknown[]) => unknown)(...args);
        },
    });
  const ports = {
    ...at.desk,
    toys: spy(at.toys, "endSession"),
    sessions: spy(at.stores.sessions, "end"),
    bus: spy(at.stores.bus, "publish"),
  };
  await endSession(ports, toy.deviceId, "disabled");
  expect(order).toEqual(["endSession", "end", SESSION_ENDED]);
});

test("with SQL away nothing is ended; with the shared stores away SQL still is", async () => {
  const { at, toy, row } = await online();
  await expect(
    endSession({ ...at.desk, toys: away(at.toys) }, toy.deviceId, "disabled"),
  ).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
  expect(await at.stores.sessions.find(toy.deviceId)).toBeDefined();
  const shared = { sessions: away(at.stores.sessions), bus: away(at.stores.bus) };
  await endSession({ ...at.desk, ...shared }, toy.deviceId, "disabled");
  expect(row.sessionId).toBeUndefined();
});

test("links of ended and former sessions are named, those of current ones are not", async () => {
  const { at, line } = await online();
  const former = link(line.deviceId, "00".repeat(8));
  const unknown = link("bear-0000000000000000", "00".repeat(8));
  expect(await endedLinks(at.toys, [line, former, unknown])).toEqual([former, unknown]);
});

test("a thousand links are compared 500 at a time", async () => {
  const sizes: number[] = [];
  const { at } = await online();
  const toys = {
    ...at.toys,
    currentSessions: async (ids: string[]) => {
      sizes.push(ids.length);
      return new Map<string, string>();
    },
  };
  const many = Array.from({ length: 1001 }, (_, i) => link(`bear-${i}`, "00"));
  expect(await endedLinks(toys, many)).toHaveLength(1001);
  expect(sizes).toEqual([500, 500, 1]);
});

test("a notice closes the toy's link at once, and only where its session has ended", async () => {
  const { at, toy, line } = await online();
  const watch = await watchSessions(at.desk, () => [line]);
  await at.stores.bus.publish(SESSION_ENDED, toy.deviceId);
  await settle();
  expect(line.closed).toEqual([]);
  await endSession(at.desk, toy.deviceId, "unpaired");
  await settle();
  expect(line.closed).toEqual(["session ended"]);
  await watch.stop();
  expect(at.clock.waiting).toBe(0);
});

test("without a notice the link is closed by the re-reading, every 10 s", async () => {
  const { at, toy, line } = await online();
  const watch = await watchSessions(at.desk, () => [line]);
  await at.clock.advance(10_000);
  await at.toys.endSession(toy.deviceId);
  await at.clock.advance(9_999);
  expect(line.closed).toEqual([]);
  await at.clock.advance(1);
  expect(line.closed).toEqual(["session ended"]);
  await watch.stop();
});

test("with SQL away no link is closed, and the next re-reading sees again", async () => {
  const { at, toy, line } = await online();
  let isAway = true;
  const toys = {
    ...at.toys,
    currentSessions: async (ids: string[]) => {
      if (isAway) throw new Error("away");
      return at.toys.currentSessions(ids);
    },
  };
  const watch = await watchSessions({ ...at.desk, toys }, () => [line]);
  await at.toys.endSession(toy.deviceId);
  await at.clock.advance(10_000);
  expect(line.closed).toEqual([]);
  isAway = false;
  await at.clock.advance(10_000);
  expect(line.closed).toEqual(["session ended"]);
  await watch.stop();
});

test("after a lost subscription all links are looked at", async () => {
  const { at, toy, line } = await online();
  let cameBack = (): void => {};
  const bus: Bus = {
    publish: async () => {},
    subscribe: async (_channel, _listener, onLost) => {
      cameBack = onLost!;
      return async () => {};
    },
  };
  const watch = await watchSessions({ ...at.desk, bus }, () => [line]);
  await at.toys.endSession(toy.deviceId);
  cameBack();
  await settle();
  expect(line.closed).toEqual(["session ended"]);
  await watch.stop();
  await at.clock.advance(30_000);
  expect(at.clock.waiting).toBe(0);
});
