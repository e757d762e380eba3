/** The power fails at any write of any life, and a slot of the counter may rot between two: the toy always comes back with a program that talks, and no boot or nonce comes twice. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { deviceNonce, macKey, toHex } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";
import { loadKeys, raiseBoot, readSlots, SECRET_RECORD, stepKeys } from "@bearlink/sdk/toy";
import type { ToyStore } from "@bearlink/sdk/toy";
import { chooseProgram, keepUse, readUse } from "../../firmware/host/use.ts";

class PowerCut extends Error {}

const DEVICE_ID = "bear-7q2m9xk4d8wr3hbn";
const DIGEST = new Uint8Array(8).fill(7);

/** A flash whose power fails at the write numbered `cutAt`, and leaves this much of it. */
class Flash {
  records = new Map<string, Uint8Array>([[SECRET_RECORD, new Uint8Array(32).map((_, i) => i * 37 + 11)]]);
  writes = 0;
  cutAt = Infinity;
  left = 0;
  store: ToyStore = {
    get: (name) => this.records.get(name)?.slice(),
    set: (name, bytes) => this.#write(name, bytes),
    erase: (name) => this.#write(name, undefined),
  };
  /** A bit of a slot goes where it lies, as long as the other one can be read: two cannot hold more. */
  spoil(name: string): void {
    const bytes = this.records.get(name);
    if (bytes && readSlots(this.store, nodeHash, "boot").sound) bytes[0]! ^= 1;
  }
  #write(name: string, bytes: Uint8Array | undefined): void {
    if (++this.writes >= this.cutAt) {
      // Storage erases the name, makes a file of ones, and then fills it
      const torn = new Uint8Array(bytes?.length ?? 0).fill(255);
      torn.set(bytes?.subarray(0, Math.floor(this.left * torn.length)) ?? []);
      if (this.left < 0.1) this.records.delete(name);
      else this.records.set(name, torn);
      throw new PowerCut();
    }
    if (bytes) this.records.set(name, bytes.slice());
    else this.records.delete(name);
  }
}

interface Life {
  /** the write at which the power fails, and how much of that write is left */
  cutAt: number;
  left: number;
  claims: number;
  rekey: boolean;
  /** before it, a slot of the boot counter that was whole can be read no more */
  rot: "boot0" | "boot1" | "none";
  /** takes an update; it can talk, or never claims */
  update: "none" | "good" | "bad";
}

const life: fc.Arbitrary<Life> = fc.record({
  cutAt: fc.integer({ min: 1, max: 16 }),
  left: fc.double({ min: 0, max: 1, noNaN: true }),
  claims: fc.integer({ min: 0, max: 3 }),
  rekey: fc.boolean(),
  // rare: two slots that go at once are beyond what a record in two slots can hold
  rot: fc.oneof({ weight: 3, arbitrary: fc.constant("none" as const) }, fc.constantFrom("boot0", "boot1")),
  update: fc.constantFrom("none", "good", "bad"),
});

test("in 1,000 random runs of lives cut short", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(life, { minLength: 2, maxLength: 8 }), (lives) => {
      const flash = new Flash();
      const { store } = flash;
      // what each of the two places holds: a program that talks, one that never claims, or nothing
      const programs: ("talks" | "dumb" | undefined)[] = ["talks", undefined];
      const nonces = new Set<string>();
      let lastBoot = 0;
      let commands = 0;

      const live = ({ claims, rekey, update }: Life): void => {
        const { program, trial } = chooseProgram(store, nodeHash, (place) => programs[place] !== undefined);
        expect(programs[program]).toBeDefined();
        // only a program on trial may be dumb: whatever is cut, the next start runs one that talks
        if (!trial) expect(programs[program]).toBe("talks");
        const boot = raiseBoot(store, nodeHash);
        expect(boot).toBeGreaterThan(lastBoot);
        lastBoot = boot;
        const keys = loadKeys(store, nodeHash, DEVICE_ID);
        expect(keys.rng).toEqual(macKey(nodeHash, rngBytes(store)));
        for (let seq = 0; seq < claims; seq++) {
          const nonce = toHex(deviceNonce(nodeHash, keys.rng, boot, seq));
          expect(nonces.has(nonce)).toBe(false);
          nonces.add(nonce);
        }
        if (programs[program] === "dumb" || claims === 0) return;
        if (trial) keepUse(store, nodeHash, { running: program, trial: 0, failures: 0, digest: DIGEST });
        if (rekey) stepKeys(store, nodeHash, DEVICE_ID, ++commands);
        if (update !== "none") {
          programs[1 - program] = update === "good" ? "talks" : "dumb";
          const use = readUse(store, nodeHash);
          keepUse(store, nodeHash, { running: program, trial: 1, failures: use.failures, digest: DIGEST });
        }
      };

      for (const one of lives) {
        flash.writes = 0;
        flash.cutAt = one.cutAt;
        flash.left = one.left;
        flash.spoil(one.rot);
        try {
          live(one);
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
        }
      }
      flash.cutAt = Infinity;
      // after the last cut, two starts at most: one may be a trial that fails
      for (let start = 0; start < 2; start++)
        live({ cutAt: Infinity, left: 1, claims: 1, rekey: false, rot: "none", update: "none" });
      const { program } = chooseProgram(store, nodeHash, (place) => programs[place] !== undefined);
      expect(programs[program]).toBe("talks");
    }),
    { numRuns: 1_000 },
  );
});

/** K_rng as its slot holds it: it never changes. */
function rngBytes(store: ToyStore): Uint8Array {
  const slot = [store.get("rng0"), store.get("rng1")].find((bytes) => bytes && bytes[4] !== 255)!;
  return slot.slice(4, 36);
}
