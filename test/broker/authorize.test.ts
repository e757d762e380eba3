import { afterAll, beforeAll, describe, expect, test } from "vitest";
import mqttPacket from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { toyTopics } from "@bearlink/sdk/protocol";
import { BRUNO, connectPacket, publishPacket, startBroker, subscribePacket, TEDDY } from "./support.ts";
import type { TestBroker } from "./support.ts";

const { up, down } = toyTopics(TEDDY);
let cell: TestBroker;
beforeAll(async () => {
  cell = await startBroker();
});
afterAll(() => cell.broker.close());

function publish(fields: object): Buffer {
  const packet = { cmd: "publish", topic: up, payload: "x", qos: 0, retain: false, dup: false, ...fields };
  return mqttPacket.generate(packet as Packet);
}

/** A PUBLISH whose topic is given as bytes. */
function publishTo(topic: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x30, 2 + topic.length + 1, 0, topic.length]), topic, Buffer.from("x")]);
}

function subscribe(subscriptions: object[]): Buffer {
  return mqttPacket.generate({ cmd: "subscribe", messageId: 1, subscriptions } as Packet);
}

const others = toyTopics(BRUNO);

const publishes: [string, Buffer][] = [
  ["its own down", publishPacket(down, "x")],
  ["another toy's up", publishPacket(others.up, "x")],
  ["another toy's down", publishPacket(others.down, "x")],
  ["$SYS", publishPacket("$SYS/x", "x")],
  ["the parent of its topic", publishPacket(`bear/${TEDDY}`, "x")],
  ["a child of its topic", publishPacket(`${up}/x`, "x")],
  ["its topic with a slash before", publishPacket(`/${up}`, "x")],
  ["its topic in capitals", publishPacket(up.toUpperCase(), "x")],
  ["a topic of 101 levels", publishPacket("/".repeat(100), "x")],
  ["a wildcard", publishTo(Buffer.from(`bear/+/up`))],
  ["every topic", publishTo(Buffer.from("#"))],
  ["a topic with NUL", publishTo(Buffer.from(`${up}\0`))],
  ["a topic of ill-formed UTF-8", publishTo(Buffer.from([...Buffer.from(up), 0xff]))],
  ["a topic with an overlong slash", publishTo(Buffer.from(up.replace("/", "\xc0\xaf"), "latin1"))],
  ["its up with QoS 1", publish({ qos: 1, messageId: 3 })],
  ["its up with QoS 2", publish({ qos: 2, messageId: 3 })],
  ["its up, retained", publish({ retain: true })],
  ["its up, as a duplicate", Buffer.concat([Buffer.from([0x38]), publish({}).subarray(1)])],
];

const subscriptions: [string, Buffer][] = [
  ["its own up", subscribePacket(up)],
  ["another toy's down", subscribePacket(others.down)],
  ["another toy's up", subscribePacket(others.up)],
  ["every topic", subscribePacket("#")],
  ["every toy's down", subscribePacket("bear/+/down")],
  ["its topics by a wildcard", subscribePacket(`bear/${TEDDY}/+`)],
  ["$SYS", subscribePacket("$SYS/#")],
  ["a shared subscription", subscribePacket(`$share/a/${down}`)],
  ["a topic of 101 levels", subscribePacket("/".repeat(100))],
  ["its down with QoS 1", subscribePacket(down, 1)],
  ["its down with QoS 2", subscribePacket(down, 2)],
  [
    "its down and another's",
    subscribe([
      { topic: down, qos: 0 },
      { topic: others.down, qos: 0 },
    ]),
  ],
  [
    "its down twice, once with QoS 1",
    subscribe([
      { topic: down, qos: 0 },
      { topic: down, qos: 1 },
    ]),
  ],
  ["a reserved bit", Buffer.concat([subscribePacket(down).subarray(0, -1), Buffer.from([4])])],
];

describe("a toy", () => {
  test.each(publishes)("that publishes to %s is closed, and nobody hears it", async (_what, packet) => {
    const toy = await cell.toy();
    const before = cell.heard.frames.length;
    await toy.write(packet, publishPacket(up, "behind it")).ended;
    expect(cell.heard.frames).toHaveLength(before);
    expect(toy.received).toEqual([]);
  });

  test.each(subscriptions)("that subscribes to %s is closed without a SUBACK", async (_what, packet) => {
    const toy = await cell.toy();
    await toy.write(packet).ended;
    expect(toy.received).toEqual([]);
  });

  test.each([
    ["UNSUBSCRIBE", mqttPacket.generate({ cmd: "unsubscribe", messageId: 1, unsubscriptions: [down] })],
    ["PUBACK", mqttPacket.generate({ cmd: "puback", messageId: 1 })],
    ["PUBREL", mqttPacket.generate({ cmd: "pubrel", messageId: 1 })],
    ["CONNACK", Buffer.from([0x20, 2, 0, 0])],
    ["PINGRESP", Buffer.from([0xd0, 0])],
    ["AUTH", Buffer.from([0xf0, 0])],
  ])("that sends %s is closed", async (_what, packet) => {
    const toy = await cell.toy();
    await toy.write(packet).ended;
    expect(toy.received).toEqual([]);
  });

  test("may subscribe to its down again", async () => {
    const toy = await cell.toy();
    const opened = cell.heard.opened.length;
    toy.write(subscribePacket(down));
    expect(await toy.next()).toMatchObject({ cmd: "suback", granted: [0] });
    expect(cell.heard.opened).toHaveLength(opened);
    await toy.write(Buffer.from([0xe0, 0])).ended;
  });
});

describe("topics the operator partitions", () => {
  test("are the only ones, for each toy its own", async () => {
    const topics = (deviceId: string) => ({ up: `b/7/${deviceId}/up`, down: `b/7/${deviceId}/down` });
    const admit = ({ deviceId }: { deviceId: string }) =>
      Promise.resolve({ verdict: "accepted" as const, ...topics(deviceId) });
    const { broker, call, heard } = await startBroker({ admit });
    const toy = call().write(connectPacket());
    await toy.next();
    toy.write(subscribePacket(topics(TEDDY).down));
    expect(await toy.next()).toMatchObject({ cmd: "suback" });
    toy.write(publishPacket(topics(TEDDY).up, "x"));
    await toy.write(publishPacket(up, "x")).ended;
    expect(heard.frames).toHaveLength(1);
    await broker.close();
  });
});
