import { afterEach, describe, expect, test } from "vitest";
import type { Admission } from "@bearlink/broker";
import { toyTopics } from "@bearlink/sdk/protocol";
import { fakeClock, settle } from "../support/clock.ts";
import type { FakeClock } from "../support/clock.ts";
import {
  BRUNO,
  connectPacket,
  DISCONNECT,
  PASSWORD,
  PINGREQ,
  publishPacket,
  SESSION,
  startBroker,
  subscribePacket,
  TEDDY,
  until,
} from "./support.ts";
import type { Admit, ConnectOptions, TestBroker } from "./support.ts";

let running: TestBroker | undefined;

async function start(options: { admit?: Admit; clock?: FakeClock } = {}): Promise<TestBroker> {
  running = await startBroker(options);
  return running;
}

afterEach(async () => {
  await running?.broker.close();
  running = undefined;
});

const will = { topic: "bear/x", payload: Buffer.from("x"), qos: 0 as const, retain: false };

/** A right CONNECT with one byte changed: at 9 are its flags. */
function changed(at: number, change: (byte: number) => number): Buffer {
  const packet = connectPacket();
  const start = packet[1]! & 128 ? 3 : 2;
  packet[start + at] = change(packet[start + at]!);
  return packet;
}

/** A right CONNECT with bytes after its last field. */
function withTail(tail: number[]): Buffer {
  const packet = Buffer.concat([connectPacket(), Buffer.from(tail)]);
  packet[1] = packet[1]! + tail.length;
  return packet;
}

describe("what CONNECT asks for", () => {
  const closing: [string, Buffer][] = [
    ["MQTT 3.1", connectPacket({ protocolVersion: 3, protocolId: "MQIsdp" })],
    ["the name of MQTT 3.1", connectPacket({ protocolId: "MQIsdp" })],
    ["MQTT 5", connectPacket({ protocolVersion: 5 })],
    ["a bridge", changed(6, (level) => level | 0x80)],
    ["a lasting session", connectPacket({ clean: false })],
    ["a will", connectPacket({ will })],
    ["a will that is retained", connectPacket({ will: { ...will, retain: true } })],
    ["a reserved flag", changed(7, (flags) => flags | 1)],
    ["the QoS of a will there is not", changed(7, (flags) => flags | 8)],
    ["no keep-alive", connectPacket({ keepalive: 0 })],
    ["a keep-alive of 9 s", connectPacket({ keepalive: 9 })],
    ["a keep-alive of 121 s", connectPacket({ keepalive: 121 })],
    ["something after its last field", withTail([0])],
    [
      "a username of ill-formed UTF-8",
      Buffer.from(connectPacket().toString("latin1").replace(":", "\xff"), "latin1"),
    ],
    ["a DUP flag", Buffer.concat([Buffer.from([0x18]), connectPacket().subarray(1)])],
  ];

  test.each(closing)("%s closes without a CONNACK", async (_what, packet) => {
    const { call, heard } = await start();
    const client = call().write(packet);
    await client.ended;
    expect(client.received).toEqual([]);
    expect(heard.asked).toEqual([]);
    expect(heard.dropped).toHaveLength(1);
  });

  test.each([10, 60, 120])("a keep-alive of %i s is taken", async (keepalive) => {
    const { call } = await start();
    const client = call().write(connectPacket({ keepalive }));
    expect(await client.next()).toMatchObject({ cmd: "connack", returnCode: 0, sessionPresent: false });
  });

  test.each([
    ["PINGREQ", PINGREQ],
    ["PUBLISH", publishPacket(toyTopics(TEDDY).up, "x")],
    ["SUBSCRIBE", subscribePacket(toyTopics(TEDDY).down)],
    ["DISCONNECT", DISCONNECT],
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["TLS", Buffer.from([0x16, 3, 1, 2, 0])],
  ])("%s before CONNECT closes", async (_what, packet) => {
    const { call, heard } = await start();
    await call().write(packet).ended;
    expect(heard.dropped).toEqual(["packet"]);
  });

  test("a second CONNECT closes", async () => {
    const { toy, heard } = await start();
    const client = await toy();
    await client.write(connectPacket({ n: 2 })).ended;
    expect(heard.asked).toHaveLength(1);
  });
});

describe("credentials", () => {
  test("reach the server decoded, with the address", async () => {
    const { call, heard } = await start();
    const client = call("203.0.113.9").write(connectPacket({ n: 65536 }));
    expect(await client.next()).toMatchObject({ cmd: "connack", returnCode: 0 });
    expect(heard.asked).toEqual([
      { deviceId: TEDDY, sessionId: SESSION, n: 65536, password: PASSWORD, address: "203.0.113.9" },
    ]);
  });

  const malformed: [string, ConnectOptions][] = [
    ["no username", { username: undefined, password: undefined }],
    ["no password", { password: undefined }],
    ["a clientId of another toy", { clientId: BRUNO }],
    ["no clientId", { clientId: "" }],
    ["a device id in capitals", { deviceId: TEDDY.toUpperCase() }],
    ["a short device id", { deviceId: TEDDY.slice(0, -1) }],
    ["the name of an inherited property", { deviceId: "__proto__" }],
    ["a session in capitals", { username: `${TEDDY}:AABBCCDDEEFF0011:1` }],
    ["a short session", { username: `${TEDDY}:112233445566778:1` }],
    ["no n", { username: `${TEDDY}:${SESSION}` }],
    ["an empty n", { n: "" }],
    ["n 0", { n: "0" }],
    ["n with a leading zero", { n: "01" }],
    ["n with a sign", { n: "+1" }],
    ["n with a space", { n: "1 " }],
    ["n with a line after it", { n: "1\n" }],
    ["n beyond u32", { n: "4294967296" }],
    ["n in hex", { n: "0x1" }],
    ["a fourth field", { n: "1:2" }],
    ["a password in capitals", { password: PASSWORD.toUpperCase() }],
    ["a short password", { password: PASSWORD.slice(1) }],
    ["a long password", { password: `${PASSWORD}0` }],
    ["an empty password", { password: "" }],
    ["a password of bytes", { password: Buffer.alloc(48, 0xff) }],
  ];

  test.each(malformed)("%s is answered 4, and the server is not asked", async (_what, options) => {
    const { toy, call, heard } = await start();
    await toy();
    const client = call().write(connectPacket(options));
    expect(await client.next()).toMatchObject({ cmd: "connack", returnCode: 4 });
    await client.ended;
    expect(heard.asked).toHaveLength(1);
    expect(heard.closed).toEqual([]);
  });

  test("n up to 4294967295 is taken", async () => {
    const { call } = await start();
    expect(
      await call()
        .write(connectPacket({ n: 4294967295 }))
        .next(),
    ).toMatchObject({ returnCode: 0 });
  });
});

describe("the answer to CONNECT", () => {
  const cases: [string, Admit, number][] = [
    ["4 where the server refuses", () => Promise.resolve({ verdict: "refused" }), 4],
    ["3 where a store is away", () => Promise.resolve({ verdict: "unavailable" }), 3],
    ["3 where asking failed", () => Promise.reject(new Error("away")), 3],
  ];
  test.each(cases)("is %s; then the line is closed, and no timer stays", async (_what, admit, returnCode) => {
    const clock = fakeClock();
    const { call, broker } = await start({ admit, clock });
    const client = call().write(connectPacket());
    expect(await client.next()).toMatchObject({ cmd: "connack", returnCode });
    await client.ended;
    client.stream.end();
    await settle();
    expect(broker.links()).toEqual([]);
    await clock.advance(1_000);
    expect(clock.waiting).toBe(0);
  });

  test("is 3 where the server has not answered in 5 s", async () => {
    const clock = fakeClock();
    const { call, heard } = await start({ admit: () => new Promise(() => {}), clock });
    const client = call().write(connectPacket());
    await until(() => heard.asked.length === 1);
    await clock.advance(4_999);
    expect(client.received).toEqual([]);
    await clock.advance(1);
    expect(await client.next()).toMatchObject({ cmd: "connack", returnCode: 3 });
    await client.ended;
  });

  test("is 3 while the cell drains, and no n is spent", async () => {
    const { broker, call, toy, heard } = await start();
    const before = await toy();
    broker.stopAccepting();
    const client = call().write(connectPacket({ deviceId: BRUNO }));
    expect(await client.next()).toMatchObject({ cmd: "connack", returnCode: 3 });
    await client.ended;
    expect(heard.asked).toHaveLength(1);
    before.write(PINGREQ);
    expect(await before.next()).toMatchObject({ cmd: "pingresp" });
  });

  test("goes to nobody where the client left meanwhile", async () => {
    let answer: (admission: Admission) => void = () => {};
    const { call, broker, heard } = await start({
      admit: () => new Promise((resolve) => (answer = resolve)),
    });
    const client = call().write(connectPacket());
    await settle();
    client.stream.destroy();
    await settle();
    answer({ verdict: "accepted", ...toyTopics(TEDDY) });
    await settle();
    expect(heard.asked).toHaveLength(1);
    expect(broker.links()).toEqual([]);
  });
});

describe("time", () => {
  test("a client without a CONNECT is gone after 5 s", async () => {
    const clock = fakeClock();
    const { call, heard } = await start({ clock });
    const client = call();
    await clock.advance(4_999);
    expect(heard.dropped).toEqual([]);
    await clock.advance(1);
    await client.ended;
    expect(heard.dropped).toEqual(["late"]);
    expect(clock.waiting).toBe(0);
  });

  test("a CONNECT that drips in is gone after 5 s too", async () => {
    const clock = fakeClock();
    const { call, heard } = await start({ clock });
    const client = call();
    for (const byte of connectPacket().subarray(0, 50)) {
      client.write(Buffer.from([byte]));
      await clock.advance(99);
    }
    expect(heard.dropped).toEqual([]);
    await clock.advance(100);
    await client.ended;
    expect(heard.dropped).toEqual(["late"]);
  });

  test("a toy that is silent for one and a half keep-alives is gone; one that pings stays", async () => {
    const clock = fakeClock();
    const { call, toy, heard } = await start({ clock });
    const silent = await call().join(TEDDY, 1, 10);
    const alive = await toy(BRUNO);
    await clock.advance(14_999);
    expect(heard.closed).toEqual([]);
    alive.write(PINGREQ);
    await clock.advance(5_001);
    await silent.ended;
    expect(heard.closed).toEqual([{ deviceId: TEDDY, n: 1, reason: "silent" }]);
    for (let i = 0; i < 10; i++) {
      alive.write(PINGREQ);
      await clock.advance(60_000);
    }
    expect(heard.closed).toHaveLength(1);
  });

  test("bytes of a packet that never ends keep nobody alive", async () => {
    const clock = fakeClock();
    const { call, heard } = await start({ clock });
    const client = await call().join(TEDDY, 1, 10);
    client.write(Buffer.from([0x30, 100]));
    for (let i = 0; i < 20; i++) {
      client.write(Buffer.from([0]));
      await clock.advance(1_000);
    }
    expect(heard.closed).toEqual([{ deviceId: TEDDY, n: 1, reason: "silent" }]);
  });
});
