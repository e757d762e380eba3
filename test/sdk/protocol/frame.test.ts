/** Frames, sealed and opened: PROTOCOL.md §5, §6. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isNewTurn, macKey, nextTurn, openFrame, sealFrame, toHex, type Frame } from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import * as secondBear from "../../second-bear/wire.ts";
import { bytes, cases, vectors } from "./vectors.ts";

const { keys: hexKeys } = vectors("frames");
const raw = (direction: string) => ({
  mac: bytes(hexKeys[`${direction}-mac`]),
  enc: bytes(hexKeys[`${direction}-enc`]),
});
const keysOf = (direction: string) => ({
  mac: macKey(systemHash, raw(direction).mac),
  enc: macKey(systemHash, raw(direction).enc),
});
const up = keysOf("up");
const seal = (frame: Frame) => sealFrame(systemHash, up, frame);
const open = (sealed: Uint8Array, after = 0) => openFrame(systemHash, up, sealed, after);
const plain = (frame: Frame | string) =>
  typeof frame === "string" ? frame : { ...frame, payload: toHex(frame.payload) };

const HIGHEST = 0x7fffffff;
const byte = fc.nat(255);
const header = fc.record({
  type: byte,
  codec: byte,
  flags: byte,
  counter: fc.integer({ min: 1, max: HIGHEST }),
  turn: fc.nat(0xffff),
  sample: fc.nat(0xffffffff),
});
const frameOf = (payload: Uint8Array): Frame => ({
  type: 2,
  codec: 1,
  flags: 1,
  counter: 7,
  turn: 3,
  sample: 1600,
  payload,
});

describe.each(cases(vectors("frames")))("the vector “$name”", (vector) => {
  const { direction, frame, payload } = vector;
  const { type, codec, flags, counter, turn, sample } = vector as Frame;
  const clear = { type, codec, flags, counter, turn, sample, payload: bytes(payload) };
  const keys = keysOf(direction as string);
  const sealed = bytes(frame);

  test("is sealed as written", () => expect(toHex(sealFrame(systemHash, keys, clear))).toBe(frame));
  test("is opened whole, once", () => {
    expect(plain(openFrame(systemHash, keys, sealed, counter - 1))).toEqual(plain(clear));
    expect(openFrame(systemHash, keys, sealed, counter)).toBe("replay");
  });
  test("is dropped when cut at any byte, and when one byte longer", () => {
    for (let cut = 0; cut < sealed.length; cut++) {
      expect(["length", "tag"]).toContain(openFrame(systemHash, keys, sealed.slice(0, cut), 0));
    }
    const longer = new Uint8Array(sealed.length + 1);
    longer.set(sealed);
    expect(openFrame(systemHash, keys, longer, 0)).toBe(sealed.length === 1054 ? "length" : "tag");
  });
  test("is nobody's in the other direction", () => {
    expect(openFrame(systemHash, keysOf(direction === "up" ? "down" : "up"), sealed, 0)).toBe("tag");
  });
});

describe("a frame", () => {
  test("is opened as it was sealed, at every length a payload can have", () => {
    const payload = Uint8Array.from({ length: 1024 }, (_, i) => (i * 167 + 13) & 255);
    const headers = fc.sample(header, { numRuns: 1025, seed: 1 });
    headers.forEach((fields, length) => {
      const frame = { ...fields, payload: payload.slice(0, length) };
      const sealed = seal(frame);
      expect(sealed.length).toBe(30 + length);
      expect(plain(open(sealed))).toEqual(plain(frame));
    });
  });

  test("means the same to a reader who never saw this code", () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 1024 }), (fields, payload) => {
        const frame = { ...fields, payload };
        const sealed = seal(frame);
        expect(toHex(secondBear.seal(frame, raw("up")))).toBe(toHex(sealed));
        expect(plain(secondBear.open(Buffer.from(sealed), raw("up"), 0))).toEqual(plain(frame));
      }),
    );
  });

  test.each([0, 1, 33, 1024])("with %d bytes of payload is dropped whichever one bit is turned", (length) => {
    const sealed = seal(frameOf(new Uint8Array(length).fill(0x5a)));
    const taken: number[] = [];
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const turned = sealed.slice();
      turned[bit >> 3]! ^= 1 << (bit & 7);
      if (typeof open(turned) !== "string") taken.push(bit);
    }
    expect(taken).toEqual([]);
  });

  test("of arbitrary bytes is dropped, and nothing throws", () => {
    const magic = fc.uint8Array({ maxLength: 1100 }).map((some) => Uint8Array.from([0xb1, ...some]));
    fc.assert(
      fc.property(fc.oneof(magic, fc.uint8Array({ maxLength: 1100 })), (some) => {
        expect(typeof open(some)).toBe("string");
      }),
      { numRuns: 1000 },
    );
  });

  test("is taken once, and after a later one never", () => {
    const sealed = seal({ ...frameOf(new Uint8Array(3)), counter: 5 });
    expect(open(sealed, 4)).toMatchObject({ counter: 5 });
    expect([5, 6, HIGHEST].map((after) => open(sealed, after))).toEqual(["replay", "replay", "replay"]);
  });

  test.each([1, HIGHEST])("may have the counter %d", (counter) => {
    expect(open(seal({ ...frameOf(new Uint8Array(0)), counter }), counter - 1)).toMatchObject({ counter });
  });

  // the second bear seals what ours refuses to: the tag is right, the counter is not
  test.each([0, 0x80000000, 0xffffffff])(
    "is dropped for the counter %d, and not as a wrong tag",
    (counter) => {
      const frame = { ...frameOf(new Uint8Array(1)), counter };
      expect(open(secondBear.seal(frame, raw("up")))).toBe("counter");
      expect(() => seal(frame)).toThrow("counter");
    },
  );

  test("is dropped for its length or its magic before its tag is looked at", () => {
    const sealed = secondBear.seal(frameOf(new Uint8Array(1025)), raw("up"));
    expect(open(sealed)).toBe("length");
    expect(open(sealed.subarray(0, 29))).toBe("length");
    expect(open(seal(frameOf(new Uint8Array(4))).map((some, at) => (at === 0 ? 0xb2 : some)))).toBe("magic");
  });

  test("with more than 1024 bytes is not sealed", () => {
    expect(() => seal(frameOf(new Uint8Array(1025)))).toThrow("1024");
  });

  test.each<[keyof Frame, number]>(
    (["type", "codec", "flags", "counter", "turn", "sample"] as const).flatMap((field) => {
      const end = { type: 256, codec: 256, flags: 256, counter: 2 ** 31, turn: 65_536, sample: 2 ** 32 }[
        field
      ];
      return [-1, 1.5, NaN, Infinity, end, end + 1, 2 ** 32 + 1].map((value) => [field, value] as const);
    }) as [keyof Frame, number][],
  )("whose %s is %d is not sealed: another would come out", (field, value) => {
    expect(() => seal({ ...frameOf(new Uint8Array(2)), [field]: value })).toThrow(Error);
  });

  test("leaves its bytes as they were, sealed or opened", () => {
    const payload = new Uint8Array(40).fill(9);
    const sealed = seal(frameOf(payload));
    const before = toHex(sealed);
    open(sealed);
    expect([toHex(payload), toHex(sealed)]).toEqual(["09".repeat(40), before]);
  });
});

describe("a turn's number", () => {
  test.each([
    [0, 1, true],
    [1, 2, true],
    [1, 1, false],
    [2, 1, false],
    [1, 32768, true],
    [1, 32769, false],
    [65535, 1, true],
    [65535, 0, false],
    [0, 0, false],
    [40000, 7231, true],
    [40000, 7232, false],
  ])("after %d, %d is new: %s", (last, turn, isNew) => expect(isNewTurn(last, turn)).toBe(isNew));

  test("rises by one and steps over 0, and each is new after the last", () => {
    let turn = 0;
    for (let count = 0; count < 70_000; count++) {
      const next = nextTurn(turn);
      if (next === 0 || !isNewTurn(turn, next)) throw new Error(`${next} after ${turn}`);
      turn = next;
    }
    expect(turn).toBe(70_000 - 65_535);
  });
});
