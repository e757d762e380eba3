import type { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PACKET_BURST, PACKETS_PER_S, toyTopics } from "@bearlink/sdk/protocol";
import { fakeClock, settle } from "../support/clock.ts";
import {
  BRUNO,
  callTcp,
  connectPacket,
  DISCONNECT,
  PINGREQ,
  publishPacket,
  seededChance,
  startBroker,
  subscribePacket,
  TEDDY,
  toyId,
  until,
} from "./support.ts";
import type { Client, TestBroker } from "./support.ts";

const { up, down } = toyTopics(TEDDY);
const MEGABYTE = 1_000_000;
/** ms: these tests move much, on machines that do other things too */
const PATIENCE_MS = 60_000;

vi.setConfig({ testTimeout: PATIENCE_MS });
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** bytes this process holds once all garbage is gone */
async function heldBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await settle();
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let cell: TestBroker;
let port: number;
beforeEach(async () => {
  cell = await startBroker();
  port = await cell.listen();
});
afterEach(() => cell.broker.close());

/** Counts PUBLISH packets of a fixed size without keeping them. */
function countBytes(client: Client): () => number {
  let bytes = 0;
  client.stream.removeAllListeners("data").on("data", (chunk: Buffer) => (bytes += chunk.length));
  return () => bytes;
}

describe("a toy that stops reading", () => {
  test("while it is sent 4,000 messages a second costs 1 MB at most, and no other toy a frame", async () => {
    const SECONDS = 3;
    const others = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => (await callTcp(port)).join(toyId(i))),
    );
    const counts = others.map(countBytes);
    const stalled = await (await callTcp(port)).join(TEDDY);
    stalled.stream.pause();
    const frame = Buffer.alloc(350, 1);
    let before = Infinity;
    let most = 0;
    let sent = 0;
    let dropped = 0;
    let lost = 0;
    // 10 ms of its messages, then one for each other toy, 100 times a second
    for (let step = 0; step < SECONDS * 100; step++) {
      for (let i = 0; i < 40; i++) if (!cell.broker.link(TEDDY)!.send(frame)) dropped++;
      for (let i = 0; i < others.length; i++) if (!cell.broker.link(toyId(i))!.send(frame)) lost++;
      sent++;
      if (step === 2) before = await heldBytes(); // its code is compiled, its socket's buffer in the kernel not yet full
      if (step % 100 === 99) most = Math.max(most, (await heldBytes()) - before);
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
    const packetBytes = publishPacket(toyTopics(toyId(0)).down, frame).length;
    await until(() => counts.every((count) => count() >= sent * packetBytes));
    expect(counts.map((count) => count() / packetBytes)).toEqual(others.map(() => sent));
    expect(lost).toBe(0);
    expect(most).toBeLessThan(MEGABYTE);
    expect(dropped).toBeGreaterThan(0);
    expect(cell.heard.dropped).toHaveLength(dropped);
  });

  test("while it asks and asks is gone once its answers have waited 5 s, at a bounded cost", async () => {
    const stalled = await (await callTcp(port)).join(TEDDY);
    stalled.stream.pause();
    const before = await heldBytes();
    const frame = Buffer.alloc(1000);
    for (let i = 1; cell.broker.link(TEDDY)!.send(frame); i++) if (i % 100 === 0) await settle();
    const socket = stalled.stream as Socket;
    // as many as §4.4 lets it, and 19 KB of answers
    socket.write(Buffer.concat(Array(3_800).fill(subscribePacket(down)) as Buffer[]));
    await settle();
    const held = (await heldBytes()) - before - socket.writableLength;
    await until(() => cell.heard.closed.length === 1);
    expect(cell.heard.closed).toMatchObject([{ deviceId: TEDDY, reason: "stalled" }]);
    expect(held).toBeLessThan(2 * MEGABYTE);
  });
});

describe("a toy that sends more than §4.4 gives", () => {
  test("is gone, and what it sent at once too much is not heard", async () => {
    const clock = fakeClock();
    const other = await startBroker({ clock });
    const toy = await other.call().join(TEDDY, 1, 10);
    const most = PACKET_BURST + PACKETS_PER_S * 5; // half its keep-alive
    toy.write(Buffer.concat(Array.from({ length: most - 2 }, () => publishPacket(up, "x")))); // CONNECT, SUBSCRIBE
    await until(() => other.heard.frames.length === most - 2);
    await clock.advance(5_000);
    toy.write(Buffer.concat(Array.from({ length: most }, () => publishPacket(up, "x"))));
    await until(() => other.heard.frames.length === 2 * most - 2);
    expect(other.heard.dropped).toEqual([]);
    toy.write(publishPacket(up, "x"));
    await toy.ended;
    expect(other.heard.closed).toMatchObject([{ deviceId: TEDDY, reason: "flood" }]);
    expect(other.heard.frames).toHaveLength(2 * most - 2);
    await other.broker.close();
  });
});

describe("strangers", () => {
  test("a CONNECT said to be of 256 MB costs less than 1 MB, though they send on", async () => {
    const junk = Buffer.alloc(16_384);
    const before = await heldBytes();
    let most = 0;
    for (let i = 0; i < 10; i++) {
      const client = await callTcp(port);
      client.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
      for (let sent = 0; sent < MEGABYTE && !client.stream.destroyed; sent += junk.length) {
        client.write(junk);
        await settle();
      }
      await client.ended;
      most = Math.max(most, (await heldBytes()) - before);
    }
    expect(most).toBeLessThan(MEGABYTE);
    expect(cell.heard.dropped).toEqual(Array(10).fill("size"));
  });

  test("2,000 silent sockets are gone after 5 s, and a toy among them is not", async () => {
    const clock = fakeClock();
    const other = await startBroker({ clock });
    const otherPort = await other.listen();
    const silent: Client[] = [];
    for (let i = 0; i < 20; i++) {
      silent.push(...(await Promise.all(Array.from({ length: 100 }, () => callTcp(otherPort)))));
    }
    const toy = await (await callTcp(otherPort)).join(TEDDY);
    await clock.advance(4_999);
    expect(other.heard.dropped).toEqual([]);
    await clock.advance(1);
    await Promise.all(silent.map((client) => client.ended));
    expect(other.heard.dropped).toEqual(silent.map(() => "late"));
    toy.write(PINGREQ);
    expect(await toy.next()).toMatchObject({ cmd: "pingresp" });
    expect(clock.waiting).toBe(1); // the toy's keep-alive
    await other.broker.close();
    await until(() => clock.waiting === 0);
  });
});

describe("20,000 mutated packets", () => {
  const chance = seededChance(0xbea2);
  const packets = [
    connectPacket(),
    connectPacket({ keepalive: 10, n: 77 }),
    subscribePacket(down),
    publishPacket(up, Buffer.alloc(200, 5)),
    publishPacket(up, ""),
    PINGREQ,
    DISCONNECT,
  ];

  /** One to four changes: a bit, a byte, a cut, bytes put in, a piece twice, another packet behind. */
  function mutate(packet: Buffer): Buffer {
    let bytes = [...packet];
    for (let changes = 1 + chance(4); changes > 0; changes--) {
      const at = chance(bytes.length + 1);
      const change = chance(6);
      if (change === 0 && at < bytes.length) bytes[at]! ^= 1 << chance(8);
      else if (change === 1 && at < bytes.length) bytes[at] = chance(256);
      else if (change === 2) bytes = bytes.slice(0, at);
      else if (change === 3) bytes.splice(at, 0, ...Array.from({ length: 1 + chance(5) }, () => chance(256)));
      else if (change === 4) bytes.splice(at, 0, ...bytes.slice(at, at + chance(20)));
      else if (change === 5) bytes.push(...packets[chance(packets.length)]!);
    }
    return Buffer.from(bytes);
  }

  test("leave it up and serving, and put no word in another toy's mouth", async () => {
    const healthy = await cell.toy(BRUNO);
    let before = Infinity;
    for (let batch = 0; batch < 200; batch++) {
      if (batch === 50) before = await heldBytes();
      const clients: Client[] = [];
      for (let i = 0; i < 100; i++) {
        const packet = packets[chance(packets.length)]!;
        const client = cell.call();
        // as a stranger, or as a toy that was let in
        if (packet[0] !== 0x10)
          client.write(connectPacket({ n: batch * 100 + i + 1 }), subscribePacket(down));
        client.write(mutate(packet));
        clients.push(client);
      }
      for (let i = 0; i < 5; i++) await settle();
      for (const client of clients) client.stream.destroy();
      healthy.write(publishPacket(toyTopics(BRUNO).up, String(batch)), PINGREQ);
      expect(await healthy.next()).toMatchObject({ cmd: "pingresp" });
      expect(cell.broker.link(BRUNO)!.send(Buffer.from("hi"))).toBe(true);
      expect(await healthy.next()).toMatchObject({ cmd: "publish" });
      for (const list of [cell.heard.asked, cell.heard.opened, cell.heard.closed, cell.heard.dropped])
        list.length = 0;
    }
    await until(() => cell.broker.links().length === 1);
    const own = cell.heard.frames.filter(({ deviceId }) => deviceId === BRUNO);
    expect(own.map(({ bytes }) => bytes.toString())).toEqual([...Array(200).keys()].map(String));
    expect((await heldBytes()) - before).toBeLessThan(5 * MEGABYTE);
  });
});
