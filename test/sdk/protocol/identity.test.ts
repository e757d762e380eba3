/** Ids, pairing codes and secrets: PROTOCOL.md §2. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isDeviceId,
  isPairingCode,
  isWeakSecret,
  makeDeviceId,
  makePairingCode,
  pairingCodeHash,
  toHex,
} from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";

const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
const size = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

// an independent way back: the characters as one long binary number
const bits = (text: string) =>
  [...text.toLowerCase()].map((c) => CROCKFORD.indexOf(c).toString(2).padStart(5, "0")).join("");
const bitsOf = (random: Uint8Array) => [...random].map((byte) => byte.toString(2).padStart(8, "0")).join("");

describe("a device id", () => {
  test("holds all 80 random bits, and is known as one", () => {
    fc.assert(
      fc.property(size(10), (random) => {
        const id = makeDeviceId(random);
        expect(id).toHaveLength(21);
        expect(bits(id.slice(5))).toBe(bitsOf(random));
        expect(isDeviceId(id)).toBe(true);
      }),
    );
  });

  test.each(["ilou", "ILOU"].flatMap((letters) => [...letters]))("never has the letter %s", (letter) => {
    expect(isDeviceId(`bear-${letter.repeat(16)}`)).toBe(false);
  });

  test.each([
    "bear-7q2m9xk4d8wr3hb",
    "bear-7q2m9xk4d8wr3hbnn",
    "bear-7Q2M9XK4D8WR3HBN",
    "Bear-7q2m9xk4d8wr3hbn",
    "toy-7q2m9xk4d8wr3hbn",
    " bear-7q2m9xk4d8wr3hbn",
    "bear-7q2m9xk4d8wr3hbn\n",
    "bear-7q2m9xk4d8wr3h/+",
    "bear-7q2m9xk4d8wr3hb\u212a",
    "bear-",
    "",
    7,
    null,
    undefined,
    ["bear-7q2m9xk4d8wr3hbn"],
  ])("is not %j", (value) => expect(isDeviceId(value)).toBe(false));

  test("is no arbitrary string", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isDeviceId(text)).toBe(/^bear-[0-9a-hjkmnp-tv-z]{16}$/.test(text));
      }),
    );
  });

  test("takes ten random bytes, not one more or fewer", () => {
    for (const length of [0, 9, 11])
      expect(() => makeDeviceId(new Uint8Array(length))).toThrow("10 random bytes");
  });
});

describe("a pairing code", () => {
  test("holds all 128 random bits, then two zeros, and is known as one", () => {
    fc.assert(
      fc.property(size(16), (random) => {
        const code = makePairingCode(random);
        expect(code).toHaveLength(26);
        expect(bits(code)).toBe(`${bitsOf(random)}00`);
        expect(isPairingCode(code)).toBe(true);
        expect(isPairingCode(code.slice(1))).toBe(false);
        expect(isPairingCode(`${code}0`)).toBe(false);
      }),
    );
  });

  test.each([
    "A".repeat(25) + "a",
    "A".repeat(25) + "U",
    "A".repeat(25) + " ",
    "A".repeat(25) + "\u212a",
    "",
    26,
    null,
    undefined,
  ])("is not %j", (value) => {
    expect(isPairingCode(value)).toBe(false);
  });

  test("is kept as the SHA-256 of its characters", () => {
    const code = makePairingCode(new Uint8Array(16).fill(0x5a));
    expect(toHex(pairingCodeHash(systemHash, code))).toBe(
      createHash("sha256").update(code, "ascii").digest("hex"),
    );
  });

  test("takes sixteen random bytes, not one more or fewer", () => {
    for (const length of [0, 15, 17])
      expect(() => makePairingCode(new Uint8Array(length))).toThrow("16 random bytes");
  });
});

describe("a secret is refused", () => {
  test.each(Array.from({ length: 16 }, (_, i) => i + 1))("when a pattern of %d bytes fills it", (length) => {
    const pattern = createHash("sha256").update(`${length}`).digest();
    expect(isWeakSecret(Uint8Array.from({ length: 32 }, (_, i) => pattern[i % length]!))).toBe(true);
  });

  test("when it counts, by any step, up or down", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), (first, step) => {
        expect(isWeakSecret(Uint8Array.from({ length: 32 }, (_, i) => first + i * step))).toBe(true);
      }),
    );
  });

  test.each([0, 16, 31, 33, 64])("when it has %d bytes", (length) => {
    expect(isWeakSecret(createHash("sha512").update("a secret").digest().subarray(0, length))).toBe(true);
  });

  test("and not when it is chance, nor for one byte that breaks a pattern", () => {
    for (let i = 0; i < 1000; i++)
      expect(isWeakSecret(createHash("sha256").update(`${i}`).digest())).toBe(false);
    const broken = new Uint8Array(32).fill(7);
    broken[31] = 8;
    expect(isWeakSecret(broken)).toBe(false);
  });
});
