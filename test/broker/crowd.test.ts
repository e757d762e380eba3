import { afterEach, describe, expect, test } from "vitest";
import { openCrowd } from "../../broker/crowd.ts";
import { toyTopics } from "@bearlink/sdk/protocol";
import { fakeClock, settle } from "../support/clock.ts";
import { BRUNO, connectPacket, publishPacket, startBroker, TEDDY, toyId } from "./support.ts";
import type { TestBroker } from "./support.ts";

const limits = {
  lines: 2,
  connects: 3,
  addresses: 2,
  keyOf: (address: string) => (address === "proxy" ? undefined : address),
};
let cell: TestBroker | undefined;
afterEach(() => cell?.broker.close());

describe("a crowd", () => {
  test("has so many lines an address, and place again for each that left", () => {
    const crowd = openCrowd(fakeClock(), limits);
    expect([1, 2, 3].map(() => crowd.enters("a"))).toEqual([true, true, false]);
    expect(crowd.enters("b")).toBe(true);
    crowd.leaves("a");
    expect([1, 2].map(() => crowd.enters("a"))).toEqual([true, false]);
  });

  test("sends so many CONNECTs a minute, whatever lines they come on", async () => {
    const clock = fakeClock();
    const crowd = openCrowd(clock, limits);
    expect([1, 2, 3, 4].map(() => crowd.connects("a"))).toEqual([true, true, true, false]);
    expect(crowd.connects("b")).toBe(true);
    await clock.advance(60_000);
    expect(crowd.connects("a")).toBe(true);
  });

  test("of one address begins no minute of another", async () => {
    const clock = fakeClock();
    const crowd = openCrowd(clock, limits);
    crowd.enters("a");
    await clock.advance(30_000);
    crowd.enters("b");
    await clock.advance(31_000);
    expect([1, 2, 3, 4].map(() => crowd.connects("a"))).toEqual([true, true, true, false]);
    await clock.advance(35_000);
    expect(crowd.connects("a")).toBe(false);
  });

  test("turns away whom it has no room to count, until others are gone for a minute", async () => {
    const clock = fakeClock();
    const crowd = openCrowd(clock, limits);
    crowd.enters("a");
    crowd.enters("b");
    expect([crowd.enters("c"), crowd.connects("c")]).toEqual([false, false]);
    crowd.leaves("a");
    await clock.advance(60_000);
    expect(crowd.enters("c")).toBe(true);
    expect(crowd.enters("b")).toBe(true);
  });

  test("that is gone leaves no timer", async () => {
    const clock = fakeClock();
    const crowd = openCrowd(clock, limits);
    crowd.enters("a");
    crowd.leaves("a");
    await clock.advance(60_000);
    expect(clock.waiting).toBe(0);
  });

  test("behind a proxy that is trusted is not counted", () => {
    const crowd = openCrowd(fakeClock(), limits);
    for (let i = 0; i < 9; i++)
      expect([crowd.enters("proxy"), crowd.connects("proxy")]).toEqual([true, true]);
  });
});

describe("a broker", () => {
  test("that has closed takes no line", async () => {
    cell = await startBroker({ clock: fakeClock() });
    await cell.broker.close();
    const late = cell.call();
    await settle();
    expect(late.stream.destroyed).toBe(true);
  });

  test("destroys a line too many before it reads a byte of it, and takes one again when another is gone", async () => {
    cell = await startBroker({ crowd: limits });
    const first = cell.call("a");
    cell.call("a");
    const third = cell.call("a");
    await settle();
    await settle();
    expect(third.stream.destroyed).toBe(true);
    expect(cell.heard.dropped).toEqual(["crowd"]);
    first.stream.destroy();
    for (let i = 0; i < 5; i++) await settle();
    expect(await cell.call("a").join(TEDDY, 1)).toBeDefined();
  });

  test("tells a CONNECT too many to come again, and asks nobody about it", async () => {
    cell = await startBroker({ crowd: { ...limits, lines: 99 } });
    for (let i = 0; i < 3; i++) await cell.call("a").join(toyId(i), 1);
    const late = cell.call("a");
    late.stream.write(connectPacket({ deviceId: toyId(9) }));
    expect(await late.next()).toMatchObject({ cmd: "connack", returnCode: 3 });
    expect(cell.heard.asked.length).toBe(3);
    expect(await cell.call("b").join(BRUNO, 1)).toBeDefined();
  });

  test("ends the line of a toy whose frame meets a bug, and no other's", async () => {
    const bugs: (string | undefined)[] = [];
    cell = await startBroker({
      events: {
        frame({ deviceId }) {
          if (deviceId === TEDDY) throw new Error("a bug");
        },
        bug: (_error, deviceId) => bugs.push(deviceId),
      },
    });
    const teddy = await cell.call().join(TEDDY, 1);
    const bruno = await cell.call().join(BRUNO, 1);
    teddy.stream.write(publishPacket(toyTopics(TEDDY).up, Buffer.alloc(30)));
    bruno.stream.write(publishPacket(toyTopics(BRUNO).up, Buffer.alloc(30)));
    await expect.poll(() => cell!.heard.closed).toEqual([{ deviceId: TEDDY, n: 1, reason: "bug" }]);
    expect(bugs).toEqual([TEDDY]);
    expect(bruno.stream.destroyed).toBe(false);
  });
});
