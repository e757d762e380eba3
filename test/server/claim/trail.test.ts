/** What the trail is told of claims whose proof holds: each at first, and never without end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CLAIMS_TOLD, CLAIMS_TOLD_MS } from "../../../server/bounds.ts";
import { claim } from "../../../server/claim/claim.ts";
import { createTellsClaim } from "../../../server/claim/trail.ts";
import { fakeClock } from "../../support/clock.ts";
import { addBear, bear, claimAs, FROM, house, prepare } from "./support.ts";

test("a toy that claims without end is let in each time, and the trail is told of a few; of another address, and later, again", async () => {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  const told = () => at.entries.filter(({ action }) => action === "toy_claimed").length;
  for (let seq = 1; seq <= 3 * CLAIMS_TOLD; seq++) await claimAs(at, toy, 1, seq);
  expect([row.seq, told()]).toEqual([3 * CLAIMS_TOLD, CLAIMS_TOLD]);
  await claim(at.desk, await prepare(at, toy, 2, 0), { ...FROM, address: "198.51.100.1" });
  expect(told()).toBe(CLAIMS_TOLD + 1);
  await at.clock.advance(CLAIMS_TOLD_MS);
  await claimAs(at, toy, 3, 0);
  expect(told()).toBe(CLAIMS_TOLD + 2);
});

test.each([
  ["TOY_DISABLED", "toy_disabled", (row: { quarantined: boolean }) => (row.quarantined = true)],
  ["CLAIM_STALE", "claim_stale", (row: { boot: number }) => (row.boot = 9)],
] as const)("%s is said each time, and written down a few times", async (code, reason, spoil) => {
  const at = house();
  const toy = bear();
  spoil(await addBear(at, toy));
  for (let seq = 1; seq <= 3 * CLAIMS_TOLD; seq++)
    await expect(claimAs(at, toy, 1, seq)).rejects.toMatchObject({ code });
  expect(at.entries.map((entry) => entry.reason)).toEqual(Array<unknown>(CLAIMS_TOLD).fill(reason));
});

test("one claim sent over and over is written down a few times", async () => {
  const at = house();
  const toy = bear();
  await addBear(at, toy);
  const body = await prepare(at, toy, 1, 0);
  await claim(at.desk, body, FROM);
  for (let i = 0; i < 3 * CLAIMS_TOLD; i++)
    await expect(claim(at.desk, body, FROM)).rejects.toMatchObject({ code: "CLAIM_REPLAYED" });
  expect(at.entries.filter(({ reason }) => reason === "claim_replayed")).toHaveLength(CLAIMS_TOLD);
});

test("whoever comes, whenever: in any such time no more than twice as many are told, and all of who comes seldom", async () => {
  const who = fc.constantFrom("a", "b", "c");
  const arrival = fc.tuple(fc.integer({ min: 0, max: CLAIMS_TOLD_MS / 20 }), who, who);
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { maxLength: 300 }), async (arrivals) => {
      const clock = fakeClock();
      const tells = createTellsClaim(clock, (address) => address);
      const came = new Map<string, { at: number; told: boolean }[]>();
      for (const [wait, toy, address] of arrivals) {
        await clock.advance(wait);
        const key = toy + address;
        const now = clock.now();
        const own = came.get(key) ?? [];
        came.set(key, own);
        own.push({ at: now, told: tells(toy, address, "accepted") });
        const lately = own.filter(({ at }) => at > now - CLAIMS_TOLD_MS);
        expect(lately.filter(({ told }) => told).length).toBeLessThanOrEqual(2 * CLAIMS_TOLD);
        if (lately.length <= CLAIMS_TOLD) expect(own.at(-1)!.told).toBe(true);
      }
    }),
  );
});
