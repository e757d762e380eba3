/** The power fails at any write or erasing of any life, and a slot of the counter may rot between two: the toy always comes back with a program that talks, and no boot or nonce comes twice. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { deviceNonce, macKey, rngKey, secretPrk, toHex } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";
import { loadKeys, raiseBoot, readSlots, SECRET_RECORD, stepKeys } from "@bearlink/sdk/toy";
import { forgetFormerKeys } from "../../sdk/toy/keys.ts";
import { chooseProgram, keepUse, readUse } from "../../firmware/host/use.ts";
import { RECORD_CHAR_BYTES, RECORD_HEAD_BYTES, RECORDS } from "../../firmware/record.ts";
import { clearBits, erasePage, openFlash, PAGES_START } from "../../tools/twin/flash.ts";
import type { Flash } from "../../tools/twin/flash.ts";
import { Death } from "../../tools/twin/loop.ts";
import { putRecord } from "../../tools/twin/records.ts";

const DEVICE_ID = "bear-7q2m9xk4d8wr3hbn";
const SECRET = new Uint8Array(32).map((_, i) => i * 37 + 11);
/** what no cut and no rekey may change */
const RNG = macKey(nodeHash, rngKey(nodeHash, secretPrk(nodeHash, SECRET), DEVICE_ID));
const DIGEST = new Uint8Array(8).fill(7);

/** The flash of the toy that lives now, and at which of its changes the power fails. */
let flash: Flash;
let changes = 0;
let cutAt = Infinity;

function change(): void {
  if (++changes >= cutAt) flash.cut = () => {};
}
// what the toy's own store writes through
Object.assign(globalThis, {
  espruino: () => ({
    read: (length: number, at: number) => flash.pages.slice(at - PAGES_START, at - PAGES_START + length),
    write(bytes: Uint8Array, at: number) {
      change();
      clearBits(flash, at - PAGES_START, bytes, flash.pages);
    },
    erasePage(at: number) {
      change();
      erasePage(flash, at - PAGES_START, flash.pages);
    },
  }),
});
const { store } = await import("../../firmware/host/store.ts");

/** A bit of a slot goes where it lies, as long as the other one can be read: two cannot hold more. */
function spoil(name: string): void {
  const slot = store.get(name);
  if (slot && readSlots(store, nodeHash, "boot").sound)
    flash.pages[RECORDS.indexOf(name) * RECORD_CHAR_BYTES + RECORD_HEAD_BYTES]! ^= 1;
}

interface Life {
  /** the write or erasing at which the power fails, and how much of it is done then */
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
  cutAt: fc.integer({ min: 1, max: 32 }),
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
      flash = openFlash(new Uint8Array(0));
      putRecord(flash, SECRET_RECORD, SECRET);
      // what each of the two places holds: a program that talks, one that never claims, half of one, or nothing
      const programs: ("talks" | "dumb" | "torn" | undefined)[] = ["talks", undefined];
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
        expect(keys.rng).toEqual(RNG);
        for (let seq = 0; seq < claims; seq++) {
          const nonce = toHex(deviceNonce(nodeHash, keys.rng, boot, seq));
          expect(nonces.has(nonce)).toBe(false);
          nonces.add(nonce);
        }
        if (programs[program] === "dumb" || claims === 0) return;
        forgetFormerKeys(store, nodeHash);
        if (trial) keepUse(store, nodeHash, { running: program, trial: 0, failures: 0, digest: DIGEST });
        if (rekey) stepKeys(store, nodeHash, DEVICE_ID, ++commands);
        if (update !== "none") {
          programs[1 - program] = "torn";
          change();
          if (flash.cut) throw new Death("in the download");
          programs[1 - program] = update === "good" ? "talks" : "dumb";
          const use = readUse(store, nodeHash);
          keepUse(store, nodeHash, { running: program, trial: 1, failures: use.failures, digest: DIGEST });
        }
      };

      for (const one of lives) {
        changes = 0;
        cutAt = one.cutAt;
        flash.left = one.left;
        spoil(one.rot);
        try {
          live(one);
        } catch (error) {
          if (!(error instanceof Death)) throw error;
        }
        flash.cut = undefined;
      }
      cutAt = Infinity;
      // after the last cut, two starts at most: one may be a trial that fails
      for (let start = 0; start < 2; start++)
        live({ cutAt: Infinity, left: 1, claims: 1, rekey: false, rot: "none", update: "none" });
      const { program } = chooseProgram(store, nodeHash, (place) => programs[place] !== undefined);
      expect(programs[program]).toBe("talks");
    }),
    { numRuns: 1_000 },
  );
});
