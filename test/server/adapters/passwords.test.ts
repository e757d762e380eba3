import { expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { openPasswords } from "../../../server/adapters/passwords.ts";
import { MAX_HASHES, MAX_HASHES_WAITING } from "../../../server/bounds.ts";

const passwords = await openPasswords({ chance: systemChance });

test("a password matches its own hash, and no other does", async () => {
  const kept = await passwords.hash("a tractor, four geese");
  expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.hash("a tractor, four geese")).not.toBe(kept);
  expect(await passwords.matches(kept, "a tractor, four geese")).toBe(true);
  expect(await passwords.matches(kept, "a tractor, five geese")).toBe(false);
});

test("one password is one, however its letters were composed", async () => {
  const kept = await passwords.hash("caf\u00e9 au lait, please");
  expect(await passwords.matches(kept, "cafe\u0301 au lait, please")).toBe(true);
});

test("where there is no account nothing matches, and it takes as long", async () => {
  const kept = await passwords.hash("a tractor, four geese");
  const time = async (hash: string | undefined): Promise<number> => {
    const times = [];
    for (let i = 0; i < 9; i++) {
      const began = performance.now();
      expect(await passwords.matches(hash, "wrong password")).toBe(false);
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[4]!;
  };
  await time(kept);
  const [withAccount, without] = [await time(kept), await time(undefined)];
  // on a busy machine: a look-up that skipped the work would be a hundredth
  expect(without / withAccount).toBeGreaterThan(0.4);
  expect(without / withAccount).toBeLessThan(2.5);
});

test("few are worked on at once, few wait, and the rest are refused at once", async () => {
  const over = 5;
  const all = await Promise.allSettled(
    Array.from({ length: MAX_HASHES + MAX_HASHES_WAITING + over }, () =>
      passwords.matches(undefined, "a tractor, four geese"),
    ),
  );
  expect(all.filter(({ status }) => status === "rejected")).toHaveLength(over);
  expect(await passwords.matches(undefined, "again")).toBe(false);
});
