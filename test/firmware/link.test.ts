/** The toy's MQTT connection over Espruino's net: what it believes of a broker, and what ends it. PROTOCOL.md §4.1 */
import { beforeEach, expect, test } from "vitest";
import { bytesOf, fromLatin, toLatin } from "../../tools/twin/bytes.ts";

const CONNACK = "\x20\x02\x00";
const SUBACK = "\x90\x03\x00\x01\x00";
const PING = "\xc0\x00";
const PINGRESP = "\xd0\x00";
/** bytes that may wait to be sent */
const MAX_WAITING = 16_384;

const written: string[] = [];
let hear: Record<string, (data: string) => void> = {};
let isBroken = false;
// what the toy's own link is written against
Object.assign(globalThis, {
  E: {
    toString: (...parts: unknown[]) => toLatin(bytesOf(parts)),
    toFlatString: (...parts: unknown[]) => toLatin(bytesOf(parts)),
    toArrayBuffer: (text: string) => fromLatin(text).buffer,
  },
  espruino: () => ({
    connect(_to: object, opened: () => void) {
      setImmediate(opened);
      return {
        on: (event: string, heard: () => void) => (hear[event] = heard),
        removeAllListeners: () => (hear = {}),
        end: () => written.push("end"),
        write(text: string) {
          if (isBroken) throw new Error("This socket is closed.");
          written.push(text);
        },
      };
    },
  }),
});
const { keepAlive, openLink } = await import("../../firmware/host/link.ts");

let told: unknown[] = [];
let link: ReturnType<typeof openLink>;
const came = (text: string): void => hear.data?.(text);

beforeEach(async () => {
  isBroken = false;
  link?.close();
  written.length = 0;
  told = [];
  const to = { host: "127.0.0.1", port: 1883, tls: false, clientId: "bear", username: "bear", password: "x" };
  link = openLink(to, {
    connected: (code) => told.push(code),
    subscribed: () => told.push("subscribed"),
    message: (topic, bytes, retained) => told.push([topic, toLatin(bytes), retained]),
    closed: () => told.push("closed"),
  });
  await new Promise(setImmediate);
});

test.each([0, 3, 4, 5])("a CONNACK's code is told as it is: %i", (code) => {
  expect(written[0]).toMatch(/^\x10.\x00\x04MQTT\x04\xc2\x00\x3c/);
  came(CONNACK + String.fromCharCode(code));
  expect(told).toEqual([code]);
});

test("packets are taken apart wherever they were cut, and none is lost", () => {
  const long = "y".repeat(200);
  const all =
    `${CONNACK}\x00${SUBACK}` +
    `\x30\x04\x00\x01tx` +
    `\x31${String.fromCharCode((203 & 127) | 128, 203 >> 7)}\x00\x01t${long}${PINGRESP}`;
  for (let cut = 1; cut < all.length; cut++) {
    told = [];
    came(all.slice(0, cut));
    came(all.slice(cut));
    expect(told).toEqual([0, "subscribed", ["t", "x", false], ["t", long, true]]);
  }
});

test("a ping that is answered keeps it; one that is not ends it, once", () => {
  keepAlive();
  expect(written.at(-1)).toBe(PING);
  came(PINGRESP);
  keepAlive();
  expect(told).toEqual([]);
  keepAlive();
  keepAlive();
  expect(told).toEqual(["closed"]);
  expect(written.at(-1)).toBe("end");
});

test.each<[string, () => void]>([
  ["is closed by the other side", () => hear.close!("")],
  ["breaks", () => hear.error!("")],
  ["cannot be written to", () => ((isBroken = true), link.publish("t", new Uint8Array(1)))],
  [
    "carries nothing away",
    () => {
      for (let bytes = 0; bytes <= MAX_WAITING; bytes += 1_000) link.publish("t", new Uint8Array(1_000));
    },
  ],
  ["refuses what was subscribed for", () => came("\x90\x03\x00\x01\x80")],
  ["says what no toy knows", () => came("\x50\x02\x00\x01")],
  ["announces more than a toy holds", () => came("\x30\xff\xff\x7f")],
])("one that %s has ended, and is told once", (_what, happen) => {
  happen();
  expect(told).toEqual(["closed"]);
  came(CONNACK + "\x00");
  link.publish("t", new Uint8Array(1));
  expect(told).toEqual(["closed"]);
});

test("what drains may go on for ever", () => {
  for (let times = 0; times < 100; times++) {
    link.publish("t", new Uint8Array(1_000));
    hear.drain!("");
  }
  expect(told).toEqual([]);
});
