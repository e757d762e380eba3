import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { createBroker } from "@bearlink/broker";
import type { Link } from "@bearlink/broker";
import { MAX_FRAME_BYTES, toyTopics } from "@bearlink/sdk/protocol";
import { systemClock } from "../../server/adapters/clock.ts";
import { fakeClock, settle } from "../support/clock.ts";
import {
  admitAll,
  BRUNO,
  callTcp,
  connectPacket,
  DISCONNECT,
  PINGREQ,
  publishPacket,
  startBroker,
  subscribePacket,
  TEDDY,
  toyId,
  until,
} from "./support.ts";

const { up, down } = toyTopics(TEDDY);

/** `n` as a frame of 4 bytes. */
function numbered(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

describe("a link", () => {
  test("carries frames of every length down, whole and in order", async () => {
    const { broker, toy } = await startBroker();
    const client = await toy();
    const link = broker.link(TEDDY)!;
    for (let length = 0; length <= MAX_FRAME_BYTES; length++) {
      expect(link.send(Buffer.alloc(length, length))).toBe(true);
      const packet = await client.next();
      expect(packet).toMatchObject({ cmd: "publish", topic: down, qos: 0, retain: false, dup: false });
      expect(packet?.cmd === "publish" && Buffer.alloc(length, length).equals(packet.payload as Buffer)).toBe(
        true,
      );
    }
    expect(() => link.send(Buffer.alloc(MAX_FRAME_BYTES + 1))).toThrow();
    await broker.close();
  });

  test("hands 1,000 frames up in order, however they are cut", async () => {
    const { broker, listen, heard } = await startBroker();
    const client = await (await callTcp(await listen())).join(TEDDY);
    const bytes = Buffer.concat(Array.from({ length: 1_000 }, (_, i) => publishPacket(up, numbered(i))));
    for (let at = 0; at < bytes.length; at += 7_919) client.write(bytes.subarray(at, at + 7_919));
    await until(() => heard.frames.length === 1_000);
    expect(heard.frames.map((frame) => frame.bytes.readUInt32BE())).toEqual([...Array(1_000).keys()]);
    await broker.close();
  });

  test("that a frame of its own ends hands up none of those that came with it", async () => {
    const heard: number[] = [];
    const events = {
      frame(link: Link, bytes: Uint8Array) {
        heard.push(Buffer.from(bytes).readUInt32BE());
        link.close("revoked");
      },
    };
    const { broker, toy, heard: told } = await startBroker({ events });
    await (await toy()).write(...[1, 2, 3].map((n) => publishPacket(up, numbered(n)))).ended;
    expect(heard).toEqual([1]);
    // and no fault is found in them
    await until(() => told.closed.length > 0);
    expect([told.closed[0]!.reason, told.dropped]).toEqual(["revoked", []]);
    await broker.close();
  });

  test("that is ended twice has ended for the first reason", async () => {
    const { broker, toy, heard } = await startBroker();
    const client = await toy();
    const link = broker.link(TEDDY)!;
    link.close("revoked");
    link.close("replaced");
    await client.ended;
    await until(() => heard.closed.length > 0);
    expect(heard.closed).toEqual([{ deviceId: TEDDY, n: 1, reason: "revoked" }]);
    await broker.close();
  });

  test("opens after its SUBACK is on the way, so a frame sent at once comes behind it", async () => {
    const broker = await createBroker({
      clock: systemClock,
      events: {
        admit: admitAll,
        opened: (link) => void link.send(Buffer.from("hello")),
        frame: () => {},
        closed: () => {},
      },
    });
    const port = (await broker.listen(0, "127.0.0.1")).port;
    const toy = await callTcp(port);
    toy.write(connectPacket());
    await toy.next();
    toy.write(subscribePacket(down), PINGREQ);
    expect((await toy.next())?.cmd).toBe("suback");
    expect((await toy.next())?.cmd).toBe("publish");
    expect((await toy.next())?.cmd).toBe("pingresp");
    await broker.close();
  });

  test("drops frames before SUBACK, up and down", async () => {
    const { broker, call, heard } = await startBroker();
    const client = call().write(connectPacket());
    await client.next();
    client.write(publishPacket(up, "too early"), PINGREQ);
    await client.next();
    expect(heard).toMatchObject({ frames: [], opened: [], dropped: ["early"] });
    expect(broker.link(TEDDY)!.send(Buffer.from("x"))).toBe(false);
    await broker.close();
  });

  test("takes CONNECT, SUBSCRIBE and PINGREQ in one breath", async () => {
    const { broker, call } = await startBroker();
    const client = call().write(connectPacket(), subscribePacket(down), PINGREQ);
    expect([await client.next(), await client.next(), await client.next()]).toMatchObject([
      { cmd: "connack", returnCode: 0 },
      { cmd: "suback" },
      { cmd: "pingresp" },
    ]);
    await broker.close();
  });

  test.each([
    ["says DISCONNECT", (stream: NodeJS.WritableStream) => void stream.write(DISCONNECT)],
    ["closes its half", (stream: NodeJS.WritableStream) => void stream.end()],
  ])("hands on what came before a toy %s", async (_what, leave) => {
    const { broker, listen, heard } = await startBroker();
    const client = await (await callTcp(await listen())).join(TEDDY);
    client.write(publishPacket(up, "last words"));
    leave(client.stream);
    await client.ended;
    await until(() => heard.closed.length === 1);
    expect(heard.frames).toHaveLength(1);
    expect(heard.closed).toEqual([{ deviceId: TEDDY, n: 1, reason: "gone" }]);
    expect(broker.links()).toEqual([]);
    await broker.close();
  });

  test("ends where the socket is reset", async () => {
    const { broker, listen, heard } = await startBroker();
    const client = await (await callTcp(await listen())).join(TEDDY);
    (client.stream as Socket).resetAndDestroy();
    await until(() => heard.closed.length === 1);
    expect(broker.links()).toEqual([]);
    await broker.close();
  });
});

describe("takeover", () => {
  test("a second connection with a valid password takes the place of the first", async () => {
    const { broker, toy, heard } = await startBroker();
    const other = await toy(BRUNO);
    const first = await toy(TEDDY, 1);
    const second = await toy(TEDDY, 2);
    await first.ended;
    expect(heard.closed).toEqual([{ deviceId: TEDDY, n: 1, reason: "replaced" }]);
    expect(broker.links().map(({ deviceId, n }) => [deviceId, n])).toEqual([
      [BRUNO, 1],
      [TEDDY, 2],
    ]);
    broker.link(TEDDY)!.send(Buffer.from("to the second"));
    expect(await second.next()).toMatchObject({ cmd: "publish" });
    other.write(PINGREQ);
    expect(await other.next()).toMatchObject({ cmd: "pingresp" });
    await broker.close();
  });

  test("a chain of a hundred, all at once, leaves the last one standing and serving", async () => {
    const { broker, call, heard } = await startBroker();
    const clients = [];
    for (let n = 1; n <= 100; n++) {
      clients.push(call().write(connectPacket({ n }), subscribePacket(down)));
      if (n % 3 === 0) await settle();
    }
    await Promise.all(clients.slice(0, -1).map((client) => client.ended));
    await until(() => heard.opened.at(-1)?.n === 100);
    expect(broker.links().map(({ n }) => n)).toEqual([100]);
    expect(heard.closed).toHaveLength(heard.opened.length - 1);
    await broker.close();
  });

  test("an invalid one does not touch it", async () => {
    const { broker, toy, call, heard } = await startBroker({
      admit: (credentials) =>
        credentials.n > 1 ? Promise.resolve({ verdict: "refused" }) : admitAll(credentials),
    });
    const first = await toy();
    for (const options of [
      { n: 2 },
      { password: "no" },
      { username: `${TEDDY}::` },
      { will: undefined, keepalive: 1 },
    ]) {
      await call().write(connectPacket(options)).ended;
    }
    expect(heard.closed).toEqual([]);
    first.write(PINGREQ);
    expect(await first.next()).toMatchObject({ cmd: "pingresp" });
    await broker.close();
  });

  test("answers of the server that come in another order let the later connection stand", async () => {
    const answers: (() => void)[] = [];
    const { broker, call, heard } = await startBroker({
      admit: (credentials) => new Promise((resolve) => answers.push(() => resolve(admitAll(credentials)))),
    });
    const first = call().write(connectPacket({ n: 1 }));
    await until(() => heard.asked.length === 1);
    const second = call().write(connectPacket({ n: 2 }));
    await until(() => heard.asked.length === 2);
    answers[1]!();
    expect(await second.next()).toMatchObject({ returnCode: 0 });
    answers[0]!();
    expect(await first.next()).toMatchObject({ returnCode: 4 });
    expect(broker.links().map(({ n }) => n)).toEqual([2]);
    await broker.close();
  });
});

describe("a kick", () => {
  test("ends a link at once, its last frame still sent and nothing of it heard afterwards", async () => {
    const { broker, listen, heard } = await startBroker();
    const client = await (await callTcp(await listen())).join(TEDDY);
    const link = broker.link(TEDDY)!;
    link.send(Buffer.from("goodbye"));
    link.close("unpaired");
    expect(link.send(Buffer.from("x"))).toBe(false);
    client.write(publishPacket(up, "still here"));
    expect(await client.next()).toMatchObject({ cmd: "publish" });
    await client.ended;
    expect(heard.closed).toEqual([{ deviceId: TEDDY, n: 1, reason: "unpaired" }]);
    expect(heard.frames).toEqual([]);
    expect(broker.links()).toEqual([]);
    link.close("twice");
    expect(heard.closed).toHaveLength(1);
    await broker.close();
  });

  test("lets what was written reach a slow toy, for a second", async () => {
    const clock = fakeClock();
    const { broker, call } = await startBroker({ clock });
    const slow = await call().join(TEDDY);
    const stuck = await call().join(BRUNO);
    for (const client of [slow, stuck]) client.stream.pause();
    await settle();
    const frames = 40;
    for (const link of broker.links()) {
      for (let i = 0; i < frames; i++) expect(link.send(Buffer.alloc(1000))).toBe(true);
      link.close("unpaired");
    }
    await clock.advance(999);
    slow.stream.resume();
    await slow.ended;
    expect(slow.received).toHaveLength(frames);
    await clock.advance(1);
    expect(stuck.stream.destroyed).toBe(true);
    expect(clock.waiting).toBe(0);
    await broker.close();
  });

  test("reaches a toy that has not subscribed yet", async () => {
    const { broker, call, heard } = await startBroker();
    const client = call().write(connectPacket());
    await client.next();
    broker.link(TEDDY)!.close("revoked");
    await client.ended;
    expect(broker.links()).toEqual([]);
    expect(heard).toMatchObject({ opened: [], closed: [] });
    await broker.close();
  });

  test("from within a frame stops the frames behind it", async () => {
    const seen: string[] = [];
    const broker = await createBroker({
      clock: systemClock,
      events: {
        admit: admitAll,
        opened: () => {},
        closed: () => {},
        frame(link, bytes) {
          seen.push(Buffer.from(bytes).toString());
          link.close("enough");
        },
      },
    });
    const port = (await broker.listen(0, "127.0.0.1")).port;
    const client = await (await callTcp(port)).join(TEDDY);
    client.write(...["1", "2", "3"].map((text) => publishPacket(up, text)));
    await client.ended;
    expect(seen).toEqual(["1"]);
    await broker.close();
  });
});

describe("closing", () => {
  test("ends every line and listener and leaves no handle", async () => {
    const handles = () => process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind)).length;
    const before = handles();
    const { broker, listen, call, toy, heard } = await startBroker();
    const port = await listen();
    const clients = await Promise.all([0, 1, 2].map(async (i) => (await callTcp(port)).join(toyId(i))));
    const silent = [await callTcp(port), call()];
    clients.push(await toy(TEDDY));
    await broker.close();
    await Promise.all([...clients, ...silent].map((client) => client.ended));
    expect(heard.closed.map(({ reason }) => reason)).toEqual(Array(4).fill("shutdown"));
    for (const client of [...clients, ...silent]) client.stream.destroy();
    await until(() => handles() <= before);
    await expect(callTcp(port)).rejects.toThrow();
    await call().ended;
    await broker.close();
  });

  test("of a listener leaves its toys on the line", async () => {
    const { broker } = await startBroker();
    const listener = await broker.listen(0, "127.0.0.1");
    const client = await (await callTcp(listener.port)).join(TEDDY);
    const closed = listener.close();
    await expect(callTcp(listener.port)).rejects.toThrow();
    client.write(PINGREQ);
    expect(await client.next()).toMatchObject({ cmd: "pingresp" });
    await broker.close();
    await closed;
  });

  test("a port that is taken is refused", async () => {
    const { broker } = await startBroker();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(broker.listen(port, "127.0.0.1")).rejects.toThrow("EADDRINUSE");
    other.close();
    await broker.close();
  });
});
