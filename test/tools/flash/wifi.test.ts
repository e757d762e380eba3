/** A Wi-Fi over a serial line: to a toy's own side of it, through a console's chatter. */
import { describe, expect, test } from "vitest";
import { openSetup, setupKey } from "@bearlink/sdk/provisioning";
import type { Wifi } from "@bearlink/sdk/provisioning";
import { systemHash } from "../../../server/adapters/hash.ts";
import type { SerialLine } from "../../../tools/flash/line.ts";
import { tellWifiOver } from "../../../tools/flash/wifi.ts";
import { fakeClock } from "../../support/clock.ts";

const toy = {
  device_id: "bear-0123456789abcdef",
  device_secret: "ab".repeat(32),
  pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
  url: "",
};
const wifi: Wifi = { ssid: "Märchen", password: "teddy-bears" };

/** A toy that listens, and what crosses the line. */
function setUp({ joins = true as boolean | "silent", deviceId = toy.device_id, deaf = false } = {}) {
  const ended = new AbortController();
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const joined: Wifi[] = [];
  let crossed = "";
  const say = (text: string): void => {
    crossed += text;
    setImmediate(() => listeners.forEach((heard) => heard(Buffer.from(text, "latin1"))));
  };
  const setup = openSetup({
    hash: systemHash,
    after: fakeClock().after,
    deviceId,
    key: setupKey(systemHash, deviceId, toy.pairing_code),
    nonce: () => new Uint8Array(16).fill(5),
    send: (line) => say(`state searching\r\n${line}\r\n>`),
    join(to, done) {
      joined.push(to);
      if (joins !== "silent") done(joins);
    },
    closed: () => undefined,
  });
  const line: SerialLine = {
    gone: ended.signal,
    async write(bytes) {
      crossed += Buffer.from(bytes).toString();
      if (!deaf) setup.hear(Buffer.from(bytes).toString("latin1"));
    },
    listen(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    signals: async () => undefined,
    setBaud: async () => undefined,
    close: async () => ended.abort(new Error("gone")),
  };
  return { line, joined, crossed: () => crossed, listeners };
}

describe("a toy", () => {
  test("learns its Wi-Fi in bytes, and no word of it crosses the line", async () => {
    const at = setUp();
    const told: string[] = [];
    await tellWifiOver(at.line, toy, wifi, { tell: (doing) => told.push(doing) });
    expect(at.joined).toEqual([{ ssid: "M\xc3\xa4rchen", password: "teddy-bears" }]);
    expect(at.crossed()).not.toMatch(/rchen|teddy/);
    expect(told).toEqual(["joining …"]);
    expect(at.listeners.size).toBe(0);
  });

  test.each([
    ["that could not join", {}, { joins: false }, /check the network's name and password/],
    ["with another pairing code", { pairing_code: "0".repeat(26) }, {}, /does not know this pairing code/],
    ["that is another", {}, { deviceId: "bear-ffffffffffffffff" }, /another toy is at this port/],
    ["that does not listen", {}, { deaf: true }, /does not listen for a Wi-Fi/],
    [
      "that was started anew as it joined",
      {},
      { joins: "silent" as const },
      /began to join and said no more/,
    ],
  ])("%s is told with what to do", async (_what, change, kind, why) => {
    const at = setUp(kind);
    await expect(tellWifiOver(at.line, { ...toy, ...change }, wifi, { ms: 300 })).rejects.toThrow(why);
    expect(at.listeners.size).toBe(0);
  });

  test("whose cable is pulled ends it", async () => {
    const at = setUp({ deaf: true });
    const telling = tellWifiOver(at.line, toy, wifi);
    await at.line.close();
    await expect(telling).rejects.toThrow("gone");
  });
});
