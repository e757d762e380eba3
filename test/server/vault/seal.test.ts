import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { sealContext } from "../../../server/ports.ts";
import { createVault, parseMasterKey } from "../../../server/vault/seal.ts";

const masterKey = new Uint8Array(32).fill(1);
const otherKey = new Uint8Array(32).fill(2);
const vault = createVault({ masterKey, chance: systemChance });
const context = sealContext.prk("bear-1");
const secret = new Uint8Array([0, 1, 2, 253, 254, 255]);

describe("a vault", () => {
  test("opens what it sealed, of any bytes and context", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (plain, where) => {
        expect(vault.open(vault.seal(plain, where), where)).toEqual(new Uint8Array(plain));
      }),
    );
  });

  test("opens nothing of which one bit is changed, cut off or added", () => {
    const sealed = vault.seal(secret, context);
    for (let i = 0; i < sealed.length; i++) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const flipped = sealed.slice();
        flipped[i]! ^= bit;
        expect(() => vault.open(flipped, context), `byte ${i}`).toThrow();
      }
      expect(() => vault.open(sealed.slice(0, i), context), `cut at ${i}`).toThrow();
    }
    expect(() => vault.open(new Uint8Array([...sealed, 0]), context)).toThrow();
  });

  test.each([
    ["another toy's", sealContext.prk("bear-2")],
    ["another use's", sealContext.sk("bear-1", "0011223344556677")],
    ["none", ""],
  ])("does not open bytes that were moved to %s row", (_, elsewhere) => {
    expect(() => vault.open(vault.seal(secret, context), elsewhere)).toThrow();
  });

  test("does not open what another key sealed, even where the ids of the keys are made equal", () => {
    const other = createVault({ masterKey: otherKey, chance: systemChance });
    const theirs = other.seal(secret, context);
    // a cell that has yet to learn of that key: not a value that is wrong
    expect(() => vault.open(theirs, context)).toThrow(
      expect.objectContaining({ code: "UNAVAILABLE" }) as Error,
    );
    theirs.set(vault.seal(secret, context).subarray(0, 5));
    expect(() => vault.open(theirs, context)).toThrow();
  });

  test("takes bytes of another version for those of no vault, and too few for nothing", () => {
    const sealed = vault.seal(secret, context);
    expect(() => vault.open(new Uint8Array([9, ...sealed.slice(1)]), context)).toThrow("no vault");
    expect(() => vault.open(sealed.slice(0, 32), context)).toThrow("too short");
  });

  test("seals alike never: 10,000 nonces are distinct", () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 10_000; i++)
      nonces.add(Buffer.from(vault.seal(secret, context).subarray(5, 17)).toString("hex"));
    expect(nonces.size).toBe(10_000);
  });

  test("writes version, key id, nonce, text and tag, and neither the key nor the secret", () => {
    const sealed = vault.seal(secret, context);
    expect(sealed.length).toBe(1 + 4 + 12 + secret.length + 16);
    expect(sealed[0]).toBe(1);
    expect(Buffer.from(sealed).includes(Buffer.from(secret))).toBe(false);
    expect(Buffer.from(sealed).includes(Buffer.from(masterKey.subarray(0, 4)))).toBe(false);
  });

  test("opens under a former key, and says that it is one", () => {
    const rotated = createVault({ masterKey: otherKey, formerKeys: [masterKey], chance: systemChance });
    const old = vault.seal(secret, context);
    expect(rotated.open(old, context)).toEqual(secret);
    expect(rotated.needsRotation(old)).toBe(true);
    expect(rotated.needsRotation(rotated.seal(secret, context))).toBe(false);
    expect(() => vault.open(rotated.seal(secret, context), context)).toThrow();
  });

  test("takes a master key of 32 bytes only", () => {
    expect(() => createVault({ masterKey: new Uint8Array(31), chance: systemChance })).toThrow("32 bytes");
  });
});

test.each([
  ["ab".repeat(32), new Uint8Array(32).fill(0xab)],
  [`${"AB".repeat(32)}\n`, new Uint8Array(32).fill(0xab)],
  ["ab".repeat(31), undefined],
  ["ab".repeat(33), undefined],
  ["zz".repeat(32), undefined],
  ["", undefined],
])("a master key written %j", (text, key) => {
  expect(parseMasterKey(text)).toEqual(key);
});
