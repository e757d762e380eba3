import { expect, test } from "vitest";
import { DOWN, nextPrk, UP } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";
import { DEVICE_ID, fakeToy, IDENTITY, PRK, readyToy } from "./fakes.ts";
import type { FakeToy } from "./fakes.ts";

function order(fake: FakeToy, id: number, kind: string, more = {}): void {
  fake.line.sendJson(DOWN.COMMAND, 0, { id, kind, ttl_s: 60, ...more });
}

const acks = (fake: FakeToy): unknown[] =>
  fake.sent(UP.ACK).map(({ payload }) => JSON.parse(Buffer.from(payload).toString()));

test("a command is done once, and acknowledged each time", async () => {
  const fake = await readyToy();
  order(fake, 7, "volume", { level: 30 });
  fake.volume = -1;
  order(fake, 7, "volume", { level: 30 });
  order(fake, 6, "volume", { level: 90 });
  expect(fake.volume).toBe(-1);
  expect(acks(fake)).toEqual([
    { id: 7, ok: true },
    { id: 7, ok: true },
    { id: 6, ok: true },
  ]);
});

test("a command the toy does not know, or that is malformed, is answered so, each time", async () => {
  const fake = await readyToy();
  order(fake, 1, "dance");
  order(fake, 1, "dance");
  order(fake, 2, "volume", { level: 101 });
  order(fake, 3, "policy");
  expect(acks(fake).map((ack) => (ack as { code: string }).code)).toEqual([
    "UNKNOWN",
    "UNKNOWN",
    "INVALID",
    "INVALID",
  ]);
});

test("the microphone that a parent switches off closes at once, and stays off over a start", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  order(fake, 1, "policy", { mic_off: true });
  expect([fake.microphone, fake.toy.state().name, fake.sent(UP.TURN_CANCEL).length]).toEqual([
    undefined,
    "ready",
    1,
  ]);
  fake.toy.talk("button");
  expect(fake.microphone).toBeUndefined();
  const again = fakeToy(IDENTITY, fake.store);
  again.toy.start();
  await again.arrive();
  again.toy.talk("button");
  expect(again.microphone).toBeUndefined();
});

test("a reboot is acknowledged first, and not done again by the next start", async () => {
  const fake = await readyToy();
  order(fake, 5, "reboot");
  expect([acks(fake), fake.power, fake.line.closed]).toEqual([[{ id: 5, ok: true }], ["reboot"], true]);
  const again = fakeToy(IDENTITY, fake.store);
  again.toy.start();
  await again.arrive();
  order(again, 5, "reboot");
  expect([acks(again), again.power]).toEqual([[{ id: 5, ok: true }], []]);
});

test("a command whose id the store does not keep is neither done nor acknowledged", async () => {
  const fake = await readyToy();
  fake.store.set = () => {
    throw new Error("full");
  };
  order(fake, 5, "reboot");
  expect([acks(fake), fake.power]).toEqual([[], []]);
});

test("what ends the line waits for the end of the turn", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  order(fake, 5, "reboot");
  expect(fake.power).toEqual([]);
  fake.toy.hush();
  fake.line.send({ type: DOWN.STOP, turn: 1 });
  expect(fake.power).toEqual(["reboot"]);
});

test("a reconnect comes back when it was asked to, with the next number of the session", async () => {
  const fake = await readyToy();
  order(fake, 5, "reconnect", { in_s: 20 });
  expect(fake.line.closed).toBe(true);
  await fake.clock.advance(20_000);
  expect(fake.lines.length).toBe(1);
  await fake.clock.advance(1_000);
  expect([fake.lines.length, fake.posts.length]).toEqual([2, 0]);
  expect(fake.line.options.username.slice(-2)).toBe(":2");
});

test("a command that was cut off by a lost line takes effect once", async () => {
  const fake = await readyToy();
  order(fake, 5, "volume", { level: 10 });
  fake.line.events.closed();
  await fake.clock.advance(1_000);
  fake.line.events.connected(0);
  fake.line.events.subscribed();
  fake.volume = -1;
  order(fake, 5, "volume", { level: 10 });
  expect([fake.volume, acks(fake)]).toEqual([-1, [{ id: 5, ok: true }]]);
});

test("an update leads through updating to a reboot", async () => {
  const fake = await readyToy();
  order(fake, 5, "update", { version: "1.1.0", url: "http://a.example/b", size: 1, sha256: "00".repeat(32) });
  expect([fake.toy.state().name, fake.power]).toEqual(["updating", ["update 1.1.0"]]);
  await fake.clock.advance(1_000);
  expect(fake.power).toEqual(["update 1.1.0", "reboot"]);
});

test("a rekey is taken once; once a claim held under it, the former key and the secret are gone", async () => {
  const fake = await readyToy();
  order(fake, 5, "rekey");
  order(fake, 5, "rekey");
  expect(acks(fake)).toEqual([
    { id: 5, ok: true },
    { id: 5, ok: true },
  ]);
  const again = fakeToy(IDENTITY, fake.store, nextPrk(nodeHash, PRK, DEVICE_ID));
  expect(again.store.get("secret")).toBeDefined();
  again.toy.start();
  await again.arrive();
  expect(again.toy.state().name).toBe("ready");
  expect(again.store.get("secret")).toBeUndefined();
  expect(again.store.get("prk0")).toEqual(again.store.get("prk1"));
  order(again, 5, "rekey");
  const third = fakeToy(IDENTITY, fake.store, nextPrk(nodeHash, PRK, DEVICE_ID));
  third.toy.start();
  await third.arrive();
  expect(third.toy.state().name).toBe("ready");
});

test("unpaired ends the turn and closes the microphone", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  order(fake, 5, "unpaired");
  expect([fake.microphone, fake.toy.state()]).toMatchObject([undefined, { name: "ready", paired: false }]);
});
