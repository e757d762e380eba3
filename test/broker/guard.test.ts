import { describe, expect, test } from "vitest";
import { toyTopics } from "@bearlink/sdk/protocol";
import { Guard } from "../../broker/guard.ts";
import {
  connectPacket,
  DISCONNECT,
  PINGREQ,
  publishPacket,
  startBroker,
  subscribePacket,
  TEDDY,
} from "./support.ts";

const { up, down } = toyTopics(TEDDY);

function accepted(): Guard {
  const guard = new Guard();
  expect(guard.check(connectPacket())).toBeUndefined();
  guard.accept();
  return guard;
}

/** A packet of `total` bytes: a fixed header with this first byte, and zeros. */
function packetOf(first: number, total: number): Buffer {
  const length = total - (total > 129 ? 3 : 2);
  const header = length < 128 ? [first, length] : [first, (length & 127) | 128, length >> 7];
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length)]);
}

describe("the guard", () => {
  test("lets through what a toy sends, cut at every byte and one by one", () => {
    const talk = [subscribePacket(down), publishPacket(up, Buffer.alloc(300)), PINGREQ, DISCONNECT];
    const bytes = Buffer.concat(talk);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const guard = accepted();
      expect(guard.check(bytes.subarray(0, cut))).toBeUndefined();
      expect(guard.check(bytes.subarray(cut))).toBeUndefined();
      expect(guard.packets).toBe(1 + talk.length);
    }
    const guard = accepted();
    for (const byte of bytes) expect(guard.check(Buffer.from([byte]))).toBeUndefined();
    expect(guard.packets).toBe(1 + talk.length);
  });

  test("lets through four first bytes after CONNECT, and no other of the 256", () => {
    const passed = [];
    for (let first = 0; first < 256; first++) if (!accepted().check(Buffer.from([first]))) passed.push(first);
    expect(passed).toEqual([0x30, 0x82, 0xc0, 0xe0]);
  });

  test("lets through CONNECT alone as the first packet", () => {
    const passed = [];
    for (let first = 0; first < 256; first++)
      if (!new Guard().check(Buffer.from([first]))) passed.push(first);
    expect(passed).toEqual([0x10]);
  });

  test.each([
    ["a CONNECT of 1024 bytes", packetOf(0x10, 1024), undefined],
    ["a CONNECT of 1025 bytes", packetOf(0x10, 1025), "size"],
    ["a CONNECT too short for its fields", packetOf(0x10, 13), "packet"],
    ["a CONNECT said to be of 256 MB", Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]), "size"],
    ["a length written longer than it is", Buffer.from([0x10, 0xc0, 0x80, 0x00]), "size"],
  ])("%s before CONNECT: %s", (_what, bytes, fault) => {
    expect(new Guard().check(bytes)).toBe(fault);
    const guard = new Guard();
    const faults = [...bytes].map((byte) => guard.check(Buffer.from([byte])));
    expect(faults.find((found) => found !== undefined)).toBe(fault);
  });

  test("1024 bytes in all are the bound until CONNECT is accepted, and 4096 a packet afterwards", () => {
    const guard = new Guard();
    const connect = connectPacket();
    guard.check(connect);
    const rest = packetOf(0x30, 1024 - connect.length);
    expect(guard.check(rest)).toBeUndefined();
    expect(guard.check(PINGREQ)).toBe("size");

    const after = accepted();
    for (let i = 0; i < 10; i++) expect(after.check(packetOf(0x30, 4096))).toBeUndefined();
    expect(after.check(packetOf(0x30, 4097))).toBe("size");
  });

  test.each([
    ["a PUBLISH with no topic", packetOf(0x30, 4)],
    ["a SUBSCRIBE to nothing", packetOf(0x82, 4)],
    ["a SUBSCRIBE without an id", packetOf(0x82, 3)],
    ["a PINGREQ with a body", packetOf(0xc0, 3)],
    ["a DISCONNECT with a body", packetOf(0xe0, 3)],
  ])("%s is no packet", (_what, bytes) => {
    expect(accepted().check(bytes)).toBe("packet");
  });
});

describe("MQTT cut at each byte", () => {
  test("is understood as if it had come whole", async () => {
    const { broker, call, heard } = await startBroker();
    const hello = connectPacket();
    const talk = Buffer.concat([publishPacket(up, "a frame"), PINGREQ, publishPacket(up, "another")]);
    const longest = Math.max(hello.length, talk.length);
    for (let cut = 1; cut < longest; cut++) {
      const client = call();
      for (const part of [hello.subarray(0, cut), hello.subarray(cut)]) client.write(part);
      expect(await client.next()).toMatchObject({ cmd: "connack", returnCode: 0 });
      const subscribe = subscribePacket(down);
      for (const part of [subscribe.subarray(0, cut), subscribe.subarray(cut)]) client.write(part);
      expect(await client.next()).toMatchObject({ cmd: "suback", granted: [0] });
      for (const part of [talk.subarray(0, cut), talk.subarray(cut)]) client.write(part);
      expect(await client.next()).toMatchObject({ cmd: "pingresp" });
      client.write(DISCONNECT);
      await client.ended;
    }
    expect(heard.frames.map(({ bytes }) => bytes.toString())).toEqual(
      Array.from({ length: longest - 1 }, () => ["a frame", "another"]).flat(),
    );
    expect(heard.dropped).toEqual([]);
    await broker.close();
  });
});
