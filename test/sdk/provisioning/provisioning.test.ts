/** A Wi-Fi told to a toy: PROTOCOL.md §12, by its vectors, then toy and teller against each other and against strangers. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { macKey, openFrame, sealFrame, toHex, utf8 } from "@bearlink/sdk/protocol";
import {
  decodeState,
  decodeWifi,
  encodeWifi,
  lineReader,
  MAX_SETUP_LINE,
  MAX_WRONG_SEALS,
  openSetup,
  readLine,
  SETUP_MS,
  setupKey,
  setupKeys,
  setupNonce,
  tellWifi,
  writeLine,
} from "@bearlink/sdk/provisioning";
import type { Teller, Setup, SetupHost, Wifi } from "@bearlink/sdk/provisioning";
import { systemHash } from "../../../server/adapters/hash.ts";
import { fakeClock } from "../../support/clock.ts";
import { bytes, cases, vectors } from "../protocol/vectors.ts";

const vector = vectors("provisioning");
const deviceId = vector.device_id as string;
const label = { deviceId, pairingCode: vector.pairing_code as string };
const key = bytes(vector.key);
const wifi: Wifi = { ssid: "Nursery", password: "teddy-bears-picnic" };

describe("the vectors", () => {
  const keys = setupKeys(systemHash, key, deviceId, bytes(vector.toy_nonce), bytes(vector.host_nonce));

  test("the key a toy keeps is its pairing code's", () =>
    expect(toHex(setupKey(systemHash, deviceId, label.pairingCode))).toBe(vector.key));

  test("nonces come from K_rng, a start and a count", () => {
    const rng = macKey(systemHash, bytes(vector.K_rng));
    for (const { boot, count, nonce } of cases(vector, "nonces"))
      expect(toHex(setupNonce(systemHash, rng, boot as number, count as number))).toBe(nonce);
  });

  describe.each(cases(vector))("“$name”", (one) => {
    const direction = one.direction === "in" ? keys.in : keys.out;
    const { type, counter } = one as { type: number; counter: number };
    const payload = utf8(one.json as string);

    test("is sealed as written, and lies in its line", () => {
      const clear = { type, codec: 0, flags: 0, counter, turn: 0, sample: 0, payload };
      const frame = sealFrame(systemHash, direction, clear);
      expect(toHex(frame)).toBe(one.frame);
      const line =
        one.direction === "in"
          ? writeLine({ kind: "seal", nonce: bytes(vector.host_nonce), frame })
          : writeLine({ kind: "said", frame });
      expect(line).toBe(one.line);
      expect(line.length).toBeLessThanOrEqual(MAX_SETUP_LINE);
    });

    test("is opened, and means what its JSON says", () => {
      const opened = openFrame(systemHash, direction, bytes(one.frame), counter - 1);
      if (typeof opened === "string") throw new Error(opened);
      if (one.direction === "out") return expect({ state: decodeState(opened.payload) }).toEqual(one.means);
      const means = one.means as Wifi;
      expect(toHex(encodeWifi(means)!)).toBe(toHex(payload));
      const asBytes = (written: string) => Buffer.from(written).toString("latin1");
      expect(decodeWifi(opened.payload)).toEqual({
        ssid: asBytes(means.ssid),
        password: asBytes(means.password),
      });
    });
  });

  test("the toy's hello is read and written back", () => {
    const line = readLine(vector.bear as string);
    expect(line).toEqual({ kind: "bear", deviceId, nonce: bytes(vector.toy_nonce) });
    expect(writeLine(line!)).toBe(vector.bear);
  });
});

describe("lines", () => {
  test("any text is a line that writes back as it was, or none", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.mixedCase(fc.constantFrom(...cases(vector).map(({ line }) => line as string))),
          fc.constantFrom(
            "hello",
            "no closed",
            "no",
            "said",
            "seal  ",
            "bear x y",
            `${vector.bear as string} `,
          ),
        ),
        (text) => {
          const line = readLine(text);
          if (line !== undefined) expect(writeLine(line)).toBe(text);
        },
      ),
    );
  });

  test("come whole out of any pieces, and one too long is no line", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("hello", "no closed", "x".repeat(2_000))),
        fc.integer({ min: 1, max: 900 }),
        (sent, cut) => {
          const got: string[] = [];
          const hear = lineReader((line) => got.push(line));
          const text = sent.map((line) => `${line}\r\n`).join("");
          for (let at = 0; at < text.length; at += cut) hear(text.slice(at, at + cut));
          expect(got.map((line) => line.length > MAX_SETUP_LINE)).toEqual(
            sent.map((line) => line.length > 1_000),
          );
          expect(got.every((line) => line.length <= MAX_SETUP_LINE + 1)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ["", "12345678", false],
    ["a", "", true],
    ["a", "1234567", false],
    ["a", "12345678", true],
    ["a".repeat(32), "1".repeat(63), true],
    ["a".repeat(33), "", false],
    ["a", "1".repeat(64), false],
    ["田".repeat(10) + "ab", "", true],
    ["田".repeat(11), "", false],
    ["🐻".repeat(8), "", true],
    ["🐻".repeat(8) + "a", "", false],
  ])("a Wi-Fi named %j with password %j: %s", (ssid, password, is) =>
    expect(encodeWifi({ ssid, password }) !== undefined).toBe(is),
  );
});

describe("a toy that listens", () => {
  let clock: ReturnType<typeof fakeClock>;
  let said: string[];
  let told: string[];
  let joined: Wifi[];
  let closed: number;
  let joins: boolean | undefined;
  let nonces: number;
  let toy: Setup;
  let teller: Teller;

  const host = (): SetupHost => ({
    hash: systemHash,
    after: clock.after,
    deviceId,
    key,
    nonce: () => new Uint8Array(16).fill(++nonces),
    send(line) {
      said.push(line);
      teller?.hear(`${line}\r\n`);
    },
    join(to, done) {
      joined.push(to);
      if (joins !== undefined) done(joins);
    },
    closed: () => closed++,
  });

  const help = (change: { pairingCode?: string; deviceId?: string } = {}): Teller =>
    tellWifi(
      {
        hash: systemHash,
        after: clock.after,
        nonce: () => randomBytes(16),
        send: (line) => heard(line),
        told: (what) => told.push(what),
      },
      { ...label, ...change },
      wifi,
    );

  let lines: string[] = [];
  /** Nothing is heard before both are there. */
  function heard(line: string): void {
    lines.push(line);
    queueMicrotask(() => toy.hear(`${line}\n`));
  }
  const run = () => clock.advance(0);

  beforeEach(() => {
    clock = fakeClock();
    [said, told, joined, lines] = [[], [], [], []];
    [closed, nonces, joins] = [0, 0, true];
    teller = undefined as never;
    toy = openSetup(host());
  });

  test("takes the Wi-Fi, says so under its seal, and listens no more", async () => {
    teller = help();
    await run();
    expect(joined).toEqual([wifi]);
    expect(told).toEqual(["joining", "joined"]);
    expect(closed).toBe(1);
    expect(said.concat(lines).join()).not.toMatch(/teddy|Nursery|joined/);
    toy.hear("hello\n");
    expect(said).toHaveLength(3);
    expect(clock.waiting).toBe(0);
  });

  test("takes another one after the first failed", async () => {
    joins = false;
    teller = help();
    await run();
    expect(told).toEqual(["joining", "failed"]);
    joins = true;
    teller = help();
    await run();
    expect(told.slice(2)).toEqual(["joining", "joined"]);
  });

  test("refuses who has another pairing code, and does not join", async () => {
    teller = help({ pairingCode: "0".repeat(26) });
    await run();
    expect(told).toEqual(["decryption_failed"]);
    expect(joined).toEqual([]);
  });

  test("is not told anything by the teller of another toy", async () => {
    teller = help({ deviceId: "bear-ffffffffffffffff" });
    await run();
    expect(told).toEqual(["wrong_toy"]);
    expect(lines).toEqual(["hello"]);
  });

  test("refuses a frame with any bit changed: decryption_failed", async () => {
    teller = help();
    const kept = toy;
    toy = { hear: () => undefined, close: () => undefined };
    await run();
    kept.hear("hello\n");
    await run();
    const line = lines.find((one) => one.startsWith("seal"))!;
    const [, nonce, frame] = line.split(" ") as [string, string, string];
    said.length = 0;
    for (const at of [2, 8, 14, 20, frame.length / 2 - 1]) {
      const broken = bytes(frame);
      broken[at]! ^= 1;
      kept.hear(`seal ${nonce} ${toHex(broken)}\n`);
    }
    kept.hear(`seal ${"00".repeat(16)} ${frame}\n`);
    expect(said).toEqual(Array<string>(6).fill("no decryption_failed"));
    expect(joined).toEqual([]);
    kept.hear(`${line}\n`);
    expect(joined).toEqual([wifi]);
  });

  test("takes a line once: neither in the same talk nor in a later one", async () => {
    joins = false;
    teller = help();
    await run();
    const line = lines.find((one) => one.startsWith("seal"))!;
    said.length = 0;
    toy.hear(`${line}\n`);
    expect(said).toEqual(["no replayed"]);
    teller = help();
    await run();
    said.length = 0;
    toy.hear(`${line}\n`);
    expect(said).toEqual(["no decryption_failed"]);
    expect(joined).toHaveLength(2);
  });

  test("refuses what is not a Wi-Fi, though it is sealed", () => {
    const nonce = randomBytes(16);
    const keys = setupKeys(systemHash, key, deviceId, new Uint8Array(16).fill(1), nonce);
    const clear = {
      type: 0x20,
      codec: 0,
      flags: 0,
      counter: 1,
      turn: 0,
      sample: 0,
      payload: utf8('{"ssid":"61","password":"6"}'),
    };
    toy.hear(`seal ${toHex(nonce)} ${toHex(sealFrame(systemHash, keys.in, clear))}\n`);
    toy.hear("what?\n");
    expect(said).toEqual(["no malformed", "no malformed"]);
  });

  test("closes after ten minutes, and after too many wrong seals", async () => {
    await clock.advance(SETUP_MS - 1);
    expect(closed).toBe(0);
    await clock.advance(1);
    expect([closed, said.at(-1)]).toEqual([1, "no closed"]);
    toy.hear("hello\n");
    expect(said).toHaveLength(1);

    toy = openSetup(host());
    const frame = toHex(new Uint8Array(40).fill(0xb1));
    for (let i = 0; i < MAX_WRONG_SEALS; i++) toy.hear(`seal ${"00".repeat(16)} ${frame}\n`);
    expect(closed).toBe(2);
  });

  test("is greeted until it answers", async () => {
    const kept = toy;
    toy = { hear: () => undefined, close: () => undefined };
    teller = help();
    await clock.advance(3_500);
    expect(lines).toEqual(["hello", "hello", "hello", "hello"]);
    toy = kept;
    await clock.advance(1_000);
    expect(told).toEqual(["joining", "joined"]);
  });

  test("a teller refuses to tell what no radio takes", () =>
    expect(() => tellWifi({ hash: systemHash } as never, label, { ssid: "", password: "" })).toThrow());
});
