import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryStore, nodeHash } from "@bearlink/sdk/node";
import { loadKeys, raiseBoot, raiseBootOver, SECRET_RECORD, stepKeys } from "@bearlink/sdk/toy";
import type { ToyStore } from "@bearlink/sdk/toy";
import { nextPrk, secretPrk, toHex, authKey } from "@bearlink/sdk/protocol";
import { DEVICE_ID, SECRET } from "./fakes.ts";

class PowerCut extends Error {}

/** A store whose power fails at its `cutAt`th write, leaving the first `kept` bytes of it, or all of them. */
function cutStore(store: ToyStore, cutAt: number, kept: number): ToyStore {
  let writes = 0;
  return {
    get: (name) => store.get(name),
    erase: (name) => store.erase(name),
    set(name, bytes) {
      writes++;
      if (writes !== cutAt) return store.set(name, bytes);
      const torn = Uint8Array.from(bytes, (byte, i) => (i < kept ? byte : 0xff));
      store.set(name, torn);
      throw new PowerCut();
    },
  };
}

test("a first start, and each that follows, has a boot of its own", () => {
  const store = memoryStore();
  const boots = [1, 2, 3, 4, 5].map(() => raiseBoot(store, nodeHash));
  expect(boots).toEqual([2, 3, 4, 5, 6]);
});

test("the boot rises by two when one slot cannot be read", () => {
  const store = memoryStore();
  const last = [1, 2, 3].map(() => raiseBoot(store, nodeHash)).pop()!;
  const newest = ["boot0", "boot1"].find((name) => store.get(name)![3] === last)!;
  store.set(newest, new Uint8Array(12));
  expect(raiseBoot(store, nodeHash)).toBe(last - 1 + 2);
});

test("with the power cut at any write of 1,000 lives, no boot is ever used twice", () => {
  const start = fc.record({
    cutAt: fc.integer({ min: 1, max: 4 }),
    kept: fc.nat(13),
    floor: fc.option(fc.nat(5)),
  });
  fc.assert(
    fc.property(fc.array(start, { minLength: 1, maxLength: 20 }), (starts) => {
      const flash = memoryStore();
      let used = 0;
      for (const { cutAt, kept, floor } of starts) {
        const store = cutStore(flash, cutAt, kept);
        try {
          const boot = raiseBoot(store, nodeHash);
          expect(boot).toBeGreaterThan(used);
          used = boot;
          if (floor !== null) {
            const raised = raiseBootOver(store, nodeHash, used + floor);
            expect(raised).toBeGreaterThan(used);
            used = raised;
          }
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
        }
      }
      expect(raiseBoot(flash, nodeHash)).toBeGreaterThan(used);
    }),
    { numRuns: 1_000 },
  );
});

test("no boot is used twice either when a slot rots at each start", () => {
  const store = memoryStore();
  let used = 0;
  for (let i = 0; i < 50; i++) {
    const boot = raiseBoot(store, nodeHash);
    expect(boot).toBeGreaterThan(used);
    used = boot;
    store.set(i % 3 === 0 ? "boot0" : "boot1", new Uint8Array(12));
  }
});

test("with the power cut at any write, a rekey is taken once, and the toy holds the old key or the new", () => {
  const prk = secretPrk(nodeHash, SECRET);
  const keys = [prk, nextPrk(nodeHash, prk, DEVICE_ID)].map((p) => toHex(authKey(nodeHash, p, DEVICE_ID)));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(44)), { maxLength: 8 }), (cuts) => {
      const flash = memoryStore();
      flash.set(SECRET_RECORD, SECRET);
      for (const [cutAt, kept] of cuts) {
        const store = cutStore(flash, cutAt, kept);
        try {
          expect(keys).toContain(toHex(loadKeys(store, nodeHash, DEVICE_ID).authBytes));
          stepKeys(store, nodeHash, DEVICE_ID, 5);
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
        }
      }
      loadKeys(flash, nodeHash, DEVICE_ID);
      stepKeys(flash, nodeHash, DEVICE_ID, 5);
      expect(toHex(loadKeys(flash, nodeHash, DEVICE_ID).authBytes)).toBe(keys[1]);
    }),
    { numRuns: 300 },
  );
});
