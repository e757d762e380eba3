/** Bytes as the wire writes them: PROTOCOL.md §1. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ascii,
  concat,
  fromHex,
  lp,
  readU16,
  readU32,
  readU64,
  sameBytes,
  toHex,
  u16,
  u32,
  u64,
  u8,
  utf8,
} from "@bearlink/sdk/protocol";
import { unlp } from "../../second-bear/wire.ts";
import { bytes, cases, vectors } from "./vectors.ts";

const someBytes = fc.uint8Array({ maxLength: 300 });

describe("lp", () => {
  test.each(cases(vectors("encoding")))("writes $lp", ({ fields, lp: hex }) => {
    expect(toHex(lp((fields as string[]).map(bytes)))).toBe(hex);
    expect(unlp(Buffer.from(hex as string, "hex"))?.map(toHex)).toEqual(fields);
  });

  test('tells ("ab", "c") from ("a", "bc"), and both from ("abc")', () => {
    const lists = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"]];
    const written = new Set(lists.map((list) => toHex(lp(list.map(utf8)))));
    expect(written.size).toBe(lists.length);
  });

  test("writes every list of up to three short fields differently", () => {
    const fields = [[]] as number[][];
    for (let i = 0; fields[i]!.length < 3; i++)
      for (const byte of [0, 1, 2]) fields.push([...fields[i]!, byte]);
    let lists = [[]] as Uint8Array[][];
    const written = new Set<string>();
    let count = 0;
    for (let length = 0; length <= 3; length++) {
      for (const list of lists) written.add(Buffer.from(lp(list)).toString("latin1"));
      count += lists.length;
      lists =
        length < 3 ? lists.flatMap((list) => fields.map((field) => [...list, new Uint8Array(field)])) : [];
    }
    expect(written.size).toBe(count);
  });

  // two lists written alike would be read back alike, so one of them would come back as another
  test("is read back as the list that was written, a million lists in a row", { timeout: 120_000 }, () => {
    let seed = 1;
    const next = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 0x100000000) * below);
    };
    const pool = Array.from({ length: 64 }, (_, i) => new Uint8Array(i % 7).map(() => next(3)));
    let wrong = 0;
    for (let round = 0; round < 1_000_000; round++) {
      const list: Uint8Array[] = [];
      for (let left = next(5); left > 0; left--) list.push(pool[next(64)]!);
      const read = readList(lp(list));
      if (read.length !== list.length || read.some((field, i) => !sameBytes(field, list[i]!))) wrong++;
    }
    expect(wrong).toBe(0);
  });

  test("takes 255 fields and 65,535 bytes, and refuses one more of either", () => {
    const empty = new Uint8Array(0);
    expect(lp(Array.from({ length: 255 }, () => empty)).length).toBe(1 + 255 * 2);
    expect(() => lp(Array.from({ length: 256 }, () => empty))).toThrow("255 fields");
    expect(lp([new Uint8Array(65_535)]).length).toBe(1 + 2 + 65_535);
    expect(() => lp([new Uint8Array(65_536)])).toThrow("65535 bytes");
  });
});

// the shortest reader there is; it believes what it reads
function readList(written: Uint8Array): Uint8Array[] {
  const list: Uint8Array[] = [];
  let at = 1;
  for (let left = written[0]!; left > 0; left--) {
    const end = at + 2 + written[at]! * 256 + written[at + 1]!;
    list.push(written.subarray(at + 2, end));
    at = end;
  }
  return list;
}

describe("integers", () => {
  test("are big-endian", () => {
    expect([u8(0xab), u16(0xabcd), u32(0x89abcdef), u64(0x1f_0203_0405_0607)].map(toHex)).toEqual([
      "ab",
      "abcd",
      "89abcdef",
      "001f020304050607",
    ]);
  });

  test("come back as they went, u64 up to 2^53 − 1", () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffffffff), fc.maxSafeNat(), (short, word, long) => {
        const written = concat([u16(short), u32(word), u64(long)]);
        const view = new DataView(written.buffer);
        expect([readU16(written, 0), readU32(written, 2), readU64(written, 6)]).toEqual([short, word, long]);
        expect([view.getUint16(0), view.getUint32(2)]).toEqual([short, word]);
        expect(view.getBigUint64(6)).toBe(BigInt(long));
      }),
    );
  });

  test.each([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x1fffffffffffff])(
    "u64 holds %d",
    (value) => {
      expect(Buffer.from(u64(value)).readBigUInt64BE(0)).toBe(BigInt(value));
      expect(readU64(u64(value), 0)).toBe(value);
    },
  );
});

describe("utf8", () => {
  const unit = fc.oneof(
    fc.nat(0x7f),
    fc.nat(0xffff),
    fc.integer({ min: 0xd800, max: 0xdbff }),
    fc.integer({ min: 0xdc00, max: 0xdfff }),
  );
  const anyString = fc.array(unit, { maxLength: 40 }).map((units) => String.fromCharCode(...units));

  test("writes what TextEncoder writes, lone surrogates too", () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(anyString, (text) => {
        expect(toHex(utf8(text))).toBe(toHex(encoder.encode(text)));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    "",
    "\x7f\x80",
    "\u07ff\u0800",
    "\ud7ff\ue000\uffff",
    "\u{10000}\u{10ffff}",
    "\ud800",
    "a\udc00b",
    "\ud800\ud800\udc00",
  ])("agrees at the edge %j", (text) => expect(utf8(text)).toEqual(new TextEncoder().encode(text)));
});

describe("hex", () => {
  test("comes back as it went", () => {
    fc.assert(
      fc.property(someBytes, (some) => {
        expect(toHex(some)).toBe(Buffer.from(some).toString("hex"));
        expect(fromHex(toHex(some), some.length)).toEqual(some);
      }),
    );
  });

  test.each([
    ["0"],
    ["0g"],
    ["0A"],
    ["AB"],
    ["000"],
    [""],
    [" 0"],
    ["\u0130\u0130"],
    [7],
    [null],
    [undefined],
    [["ab"]],
  ])("%j is not one byte of it", (text) => expect(fromHex(text, 1)).toBeUndefined());
});

test("ascii takes 0 to 127 and nothing above, at any place", () => {
  const all = Uint8Array.from({ length: 128 }, (_, i) => i);
  expect(ascii(all)).toBe(Buffer.from(all).toString("latin1"));
  for (const at of [0, 64, 127]) expect(ascii(all.map((byte, i) => (i === at ? 128 : byte)))).toBeUndefined();
});

test("sameBytes is equality, and one bit anywhere breaks it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(7), (some, place, bit) => {
      expect(sameBytes(some, some.slice())).toBe(true);
      expect(sameBytes(some, some.slice(0, -1))).toBe(false);
      expect(sameBytes(some.slice(0, -1), some)).toBe(false);
      const at = place % some.length;
      expect(
        sameBytes(
          some,
          some.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte)),
        ),
      ).toBe(false);
    }),
  );
});

test("concat puts its parts end to end", () => {
  fc.assert(
    fc.property(fc.array(someBytes, { maxLength: 8 }), (parts) => {
      expect(Buffer.from(concat(parts))).toEqual(Buffer.concat(parts));
    }),
  );
});
