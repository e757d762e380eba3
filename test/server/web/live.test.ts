/** The live feed in the browser: ticket, socket, and again; what it tells is put together. MISSION D13 */
import { describe, expect, test } from "vitest";
import { createLive, waitMs } from "../../../server/web/api/live.ts";
import type { Socket } from "../../../server/web/api/live.ts";
import { nextFollowed, nothingFollowed } from "../../../server/web/api/followed.ts";
import { Refused } from "../../../server/web/api/refused.ts";
import type { LiveMessage, ToyLive, TurnEvent } from "../../../server/web/api/types.ts";

const toy: ToyLive = {
  device_id: "bear-1",
  online: true,
  activity: "idle",
  battery_mv: null,
  battery_percent: null,
  volume: null,
  rssi: null,
  last_talk: null,
};

function line() {
  const sockets: (Socket & { sent: string[]; closed: boolean })[] = [];
  const waits: { ms: number; work: () => void; cancelled: boolean }[] = [];
  const tickets: (() => Promise<string>)[] = [];
  const live = createLive({
    ticket: () => (tickets.shift() ?? (async () => "ticket"))(),
    open() {
      const sent: string[] = [];
      const socket = {
        sent,
        closed: false,
        send: (text: string) => void sent.push(text),
        close: () => void (socket.closed = true),
        onopen: null,
        onmessage: null,
        onclose: null,
      } as Socket & { sent: string[]; closed: boolean };
      sockets.push(socket);
      return socket;
    },
    after(ms, work) {
      const wait = { ms, work, cancelled: false };
      waits.push(wait);
      return () => void (wait.cancelled = true);
    },
    chance: () => 1,
  });
  return { live, sockets, waits, tickets, settled: () => new Promise((resolve) => setImmediate(resolve)) };
}
const say = (socket: Socket, message: LiveMessage) => socket.onmessage?.({ data: JSON.stringify(message) });

describe("the line", () => {
  test("sends its ticket first, and is live once the server is ready", async () => {
    const { live, sockets, settled } = line();
    const heard: string[] = [];
    live.follow(({ type }) => heard.push(type));
    live.start();
    expect(live.state.get()).toBe("connecting");
    await settled();
    sockets[0]!.onopen?.();
    expect(sockets[0]!.sent).toEqual(['{"ticket":"ticket"}']);
    say(sockets[0]!, { type: "ready", toys: [] });
    expect(live.state.get()).toBe("live");
    sockets[0]!.onmessage?.({ data: "no JSON" });
    expect(heard).toEqual(["ready"]);
  });

  test("that is lost is stale at once, and tried again after waits that double up to half a minute", async () => {
    const { live, sockets, waits, settled } = line();
    live.start();
    await settled();
    for (let tries = 0; tries < 7; tries++) {
      sockets[tries]!.onclose?.({ code: 1006 });
      expect(live.state.get()).toBe("stale");
      waits[tries]!.work();
      await settled();
    }
    expect(waits.map(({ ms }) => ms)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    say(sockets[7]!, { type: "ready", toys: [] });
    sockets[7]!.onclose?.({ code: 1006 });
    expect(waits[7]!.ms).toBe(1_000);
    expect(waitMs(3, 0)).toBe(4_000);
  });

  test("does not wait when the network is back", async () => {
    const { live, sockets, waits, settled } = line();
    live.start();
    await settled();
    sockets[0]!.onclose?.({ code: 1006 });
    live.hurry();
    await settled();
    expect(waits[0]!.cancelled).toBe(true);
    expect(sockets).toHaveLength(2);
  });

  test("ends with the session, and is tried again where only the server is away", async () => {
    const { live, waits, tickets, settled } = line();
    tickets.push(
      () => Promise.reject(new Refused("UNAVAILABLE", 503)),
      () => Promise.reject(new Refused("UNAUTHORIZED", 401)),
    );
    live.start();
    await settled();
    expect(live.state.get()).toBe("stale");
    waits[0]!.work();
    await settled();
    expect(live.state.get()).toBe("off");
    expect(waits).toHaveLength(1);
  });

  test("that was stopped hears nothing any more", async () => {
    const { live, sockets, waits, settled } = line();
    live.start();
    await settled();
    live.stop();
    expect(sockets[0]!.closed).toBe(true);
    sockets[0]!.onclose?.({ code: 1000 });
    expect(waits).toHaveLength(0);
    expect(live.state.get()).toBe("off");
  });
});

describe("what was told", () => {
  const turn = (stage: TurnEvent["stage"], more: Partial<TurnEvent> = {}): LiveMessage => ({
    type: "turn",
    device_id: "bear-1",
    child_id: "c",
    conversation_id: null,
    turn_id: "t1",
    stage,
    at: "2026-01-01T00:00:00Z",
    ...more,
  });
  const told = (...messages: LiveMessage[]) => messages.reduce(nextFollowed, nothingFollowed);
  const allow = { action: "allow", reason: "" } as const;

  test("are the toys as they are now", () => {
    const talking = { ...toy, activity: "speaking" } as const;
    expect(told({ type: "ready", toys: [toy] }, { type: "toy", toy: talking }).toys).toEqual({
      "bear-1": talking,
    });
  });

  test("is a turn, put together of its stages", () => {
    const { turns } = told(
      turn("began"),
      turn("heard", { text: "why is the sky blue", safety: allow }),
      turn("said", { text: "Because of the light.", safety: allow }),
      turn("said", { text: "It scatters.", safety: allow }),
      turn("over", { outcome: "answered" }),
    );
    expect(turns).toHaveLength(1);
    expect(turns[0]).toMatchObject({ stage: "over", heard: "why is the sky blue", outcome: "answered" });
    expect(turns[0]!.said.map(({ text }) => text)).toEqual(["Because of the light.", "It scatters."]);
  });

  test("is bounded: the oldest turns and alerts go", () => {
    const many = Array.from({ length: 60 }, (_, at) => turn("began", { turn_id: `t${at}` }));
    const { turns } = told(...many);
    expect(turns).toHaveLength(50);
    expect(turns[0]!.turnId).toBe("t10");
  });

  test("is an alert once, however often it is told", () => {
    const alert = {
      id: "1",
      kind: "battery_low",
      severity: "info",
      device_id: null,
      child_id: null,
      at: "",
      read: false,
      details: {},
    } as const;
    expect(told({ type: "alert", alert }, { type: "alert", alert }).alerts).toHaveLength(1);
  });

  test("is nothing where a newer server tells what this app does not know", () => {
    expect(told({ type: "weather" } as unknown as LiveMessage)).toEqual(nothingFollowed);
  });
});
