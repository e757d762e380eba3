import { expect, test } from "vitest";
import { createPresence } from "../../broker/presence.ts";
import { BRUNO, TEDDY } from "./support.ts";

function link(deviceId: string, n: number, sessionId = "00") {
  const closed: string[] = [];
  return { deviceId, sessionId, n, closed, close: (reason: string) => void closed.push(reason) };
}

test("the newest connection of a toy ends the one before, and no other toy's", () => {
  const presence = createPresence<ReturnType<typeof link>>();
  const [first, other, second] = [link(TEDDY, 1), link(BRUNO, 1), link(TEDDY, 2)];
  expect([first, other, second].map(presence.enter)).toEqual([true, true, true]);
  expect([first.closed, other.closed, second.closed]).toEqual([["replaced"], [], []]);
  expect(presence.find(TEDDY)).toBe(second);
  presence.leave(first); // it was gone already
  expect(presence.find(TEDDY)).toBe(second);
  presence.leave(second);
  expect(presence.all()).toEqual([other]);
});

test("an earlier connection whose answer came late does not replace a later one of its session", () => {
  const presence = createPresence<ReturnType<typeof link>>();
  const second = link(TEDDY, 2);
  presence.enter(second);
  expect(presence.enter(link(TEDDY, 1))).toBe(false);
  expect(second.closed).toEqual([]);
  expect(presence.enter(link(TEDDY, 1, "a new session"))).toBe(true);
  expect(second.closed).toEqual(["replaced"]);
});
