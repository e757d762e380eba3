/** A change of the key above while cells run: none of them meets what it cannot open, and one whose settings lack the key says so. MISSION B12 */
import { beforeEach, expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { MASTERS_MS, MASTERS_SETTLE_MS } from "../../../server/bounds.ts";
import type { Log } from "../../../server/ports.ts";
import { localKms, openMasters, renewMasters, rewrapMasters } from "../../../server/vault/masters.ts";
import type { KmsRing } from "../../../server/vault/masters.ts";
import { watchMasters } from "../../../server/vault/master-watch.ts";
import { createVault } from "../../../server/vault/seal.ts";
import { fakeClock } from "../../support/clock.ts";
import { memoryMasters } from "../../support/vault.ts";

const [one, two] = [1, 2].map((n) => localKms(new Uint8Array(32).fill(n), systemChance)) as [
  KmsRing[0],
  KmsRing[0],
];
const text = new TextEncoder().encode("a secret");
let clock: ReturnType<typeof fakeClock>;
let masters: ReturnType<typeof memoryMasters>;
let told: string[];

beforeEach(async () => {
  clock = fakeClock();
  masters = memoryMasters();
  told = [];
  await openMasters(ports(), [one]);
});

const tell = (_: unknown, message: string): void => void told.push(message);
const log: Log = { debug: tell, info: tell, warn: tell, error: tell, child: () => log };
const ports = () => ({ masters, clock, log, chance: systemChance });

async function cell(...kmsRing: [KmsRing[0], ...KmsRing[0][]]) {
  const masterKeys = await openMasters(ports(), kmsRing);
  const [{ key: masterKey }, ...former] = masterKeys;
  const vault = createVault({ masterKey, formerKeys: former.map(({ key }) => key), chance: systemChance });
  return { vault, watch: watchMasters(ports(), { vault, kmsRing, masterKeys, handed: [] }) };
}

/** What `bear rewrap` seals under, with the key it has added. */
async function rewrapper() {
  const { masters: keys } = await renewMasters(ports(), [two, one]);
  await rewrapMasters(ports(), [two, one]);
  const [{ key: masterKey }, ...former] = keys;
  return createVault({ masterKey, formerKeys: former.map(({ key }) => key), chance: systemChance });
}

test("a cell opens what an added key sealed after one look, and seals under it only when all have looked", async () => {
  const { vault, watch } = await cell(two, one);
  const other = await cell(two, one);
  const added = await rewrapper();
  await clock.advance(MASTERS_MS);
  expect(vault.open(added.seal(text, "x"), "x")).toEqual(text);
  const early = vault.seal(text, "x");
  expect(added.needsRotation(early)).toBe(true);
  await clock.advance(MASTERS_SETTLE_MS);
  const late = vault.seal(text, "x");
  expect(added.needsRotation(late)).toBe(false);
  for (const sealed of [early, late]) {
    expect(vault.open(sealed, "x")).toEqual(text);
    expect(other.vault.open(sealed, "x")).toEqual(text);
  }
  await Promise.all([watch.stop(), other.watch.stop()]);
  expect(clock.waiting).toBe(0);
});

test("a cell whose settings lack the new key says so once, is not ready, and answers that it is unavailable", async () => {
  const { vault, watch } = await cell(one);
  const sealed = (await rewrapper()).seal(text, "x");
  await clock.advance(3 * MASTERS_MS);
  expect(told.filter((message) => message.includes("start it anew"))).toHaveLength(1);
  expect(watch.lacksKey()).toBe(true);
  expect(() => vault.open(sealed, "x")).toThrow(expect.objectContaining({ code: "UNAVAILABLE" }) as Error);
  expect(vault.open(vault.seal(text, "x"), "x")).toEqual(text);
  await watch.stop();
});

test("under the settings of a change, and before the rewrap, nothing is sealed that a cell not yet started anew cannot open", async () => {
  const [old, anew] = [await cell(one), await cell(two, one)];
  expect(old.vault.open(anew.vault.seal(text, "x"), "x")).toEqual(text);
  await clock.advance(3 * MASTERS_SETTLE_MS);
  expect(old.vault.open(anew.vault.seal(text, "x"), "x")).toEqual(text);
  expect(old.watch.lacksKey()).toBe(false);
  await Promise.all([old.watch.stop(), anew.watch.stop()]);
});

test("a cell that cannot read the record goes on with what it has, and looks again", async () => {
  const { vault, watch } = await cell(two, one);
  const added = await rewrapper();
  const { list } = masters;
  masters.list = () => Promise.reject(new Error("away"));
  await clock.advance(MASTERS_MS);
  expect(watch.lacksKey()).toBe(false);
  expect(vault.open(vault.seal(text, "x"), "x")).toEqual(text);
  masters.list = list;
  await clock.advance(MASTERS_MS);
  expect(vault.open(added.seal(text, "x"), "x")).toEqual(text);
  await watch.stop();
});
