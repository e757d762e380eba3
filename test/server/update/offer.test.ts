/** A toy is told of its update, comes back with it, or does not. PROTOCOL.md §10 */
import { beforeEach, expect, test } from "vitest";
import type { Ack } from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import { UPDATE_AGAIN_MS, UPDATE_OFFERS, UPDATE_OFFERS_MS, UPDATE_PACE_MS } from "../../../server/bounds.ts";
import type { AuditEntry, Toy } from "../../../server/ports.ts";
import { createOffers } from "../../../server/update/offer.ts";
import type { OfferPorts, Offers } from "../../../server/update/offer.ts";
import { fakeClock } from "../../support/clock.ts";
import { away, silent } from "../claim/support.ts";
import { bundleOf, memoryUpdates } from "./support.ts";

const toy = "bear-0123456789abcdef";
let clock: ReturnType<typeof fakeClock>;
let updates: ReturnType<typeof memoryUpdates>;
let entries: AuditEntry[];
let told: unknown[][];
let runs: string;
let answer: Ack | undefined;
let ports: OfferPorts;
let offers: Offers;

let counted: string[];

beforeEach(() => {
  clock = fakeClock();
  [entries, told, runs, counted] = [[], [], "1.0.0", []];
  updates = memoryUpdates(entries);
  updates.bundles.push(bundleOf());
  answer = { id: 1, ok: true };
  ports = {
    updates,
    toys: { find: async () => ({ firmwareVersion: runs }) as Toy },
    clock,
    hash: systemHash,
    meter: { count: (series, labels) => void counted.push(`${series} ${labels?.result}`) },
    log: silent,
    urlOf: ({ version }) => `http://bears.example/${version}.js`,
    async command(...args) {
      told.push(args);
      return answer;
    },
    online: () => [toy, "bear-1111111111111111"],
  };
  offers = createOffers(ports);
});
const attempt = () => updates.attempts.get(toy);
const actions = () => entries.map(({ action }) => action);

test("a toy on the line is told, with all that it checks", async () => {
  await offers.arrived(toy);
  const { size, sha256 } = updates.bundles[0]!;
  const fields = { version: "1.1.0", url: "http://bears.example/1.1.0.js", size, sha256 };
  expect(told).toEqual([[toy, "update", 60, fields]]);
  expect(attempt()).toMatchObject({ version: "1.1.0", tries: 1, state: "offered" });
});

test("one that refuses two versions in turn, or lies about its own, is told a few times an hour and no more", async () => {
  updates.bundles.push(bundleOf({ version: "1.2.0" }));
  answer = { id: 1, ok: false, code: "NO" };
  for (let i = 0; i < 100; i++) await offers.arrived(toy);
  expect(told).toHaveLength(UPDATE_OFFERS);
  answer = { id: 1, ok: true };
  for (let i = 0; i < 100; i++) {
    runs = ["1.0.0", "1.2.0", "1.1.0"][i % 3]!;
    await offers.arrived(toy);
  }
  expect(told).toHaveLength(UPDATE_OFFERS);
  expect(entries.length).toBeLessThanOrEqual(2 * UPDATE_OFFERS);
  await offers.arrived("bear-1111111111111111");
  expect(told).toHaveLength(UPDATE_OFFERS + 1);
  runs = "1.0.0";
  await clock.advance(UPDATE_OFFERS_MS);
  await offers.arrived(toy);
  expect(told).toHaveLength(UPDATE_OFFERS + 2);
});

test("what becomes of it is counted: told, and what came of that", async () => {
  await offers.arrived(toy);
  runs = "1.1.0";
  await offers.arrived(toy);
  expect(counted).toEqual(["updates_total offered", "updates_total ok"]);
});

test("that it comes back with it is its success: update_ok, once", async () => {
  await offers.arrived(toy);
  runs = "1.1.0+esp32-classic";
  await offers.arrived(toy);
  await offers.arrived(toy);
  expect(told).toHaveLength(1);
  expect(attempt()?.state).toBe("ok");
  expect(entries).toMatchObject([{ action: "update_ok", actor: toy, resource: toy, outcome: "success" }]);
  expect(entries[0]!.reason).toBe("version 1.1.0, tries 1");
  expect(await updates.tallies()).toEqual(new Map([["1.1.0", { offered: 0, ok: 1, failed: 0, refused: 0 }]]));
});

test("one that comes back with the old program is told again, later, and three times in all", async () => {
  for (let i = 0; i < 5; i++) {
    await offers.arrived(toy);
    await offers.arrived(toy); // a line that broke is no failure
    await clock.advance(UPDATE_AGAIN_MS);
  }
  expect(told).toHaveLength(3);
  expect(attempt()).toMatchObject({ state: "failed", tries: 3 });
  expect(actions()).toEqual(["update_failed"]);
});

test("the next version is tried all the same", async () => {
  updates.attempts.set(toy, { deviceId: toy, version: "1.1.0", tries: 3, state: "failed", at: clock.now() });
  updates.bundles.push(bundleOf({ version: "1.2.0" }));
  await offers.arrived(toy);
  expect(attempt()).toMatchObject({ version: "1.2.0", tries: 1 });
});

test("one that refuses is not asked again", async () => {
  answer = { id: 1, ok: false, code: "UNKNOWN" };
  await offers.arrived(toy);
  await clock.advance(UPDATE_AGAIN_MS);
  await offers.arrived(toy);
  expect(told).toHaveLength(1);
  expect([attempt()?.state, actions()]).toEqual(["refused", ["update_refused"]]);
  expect(entries[0]!.reason).toBe("version 1.1.0, tries 1, code UNKNOWN");
});

test("one that gives no answer has not been told", async () => {
  answer = undefined;
  await offers.arrived(toy);
  expect(attempt()?.tries).toBe(0);
  await clock.advance(UPDATE_AGAIN_MS);
  await offers.arrived(toy);
  expect(told).toHaveLength(2);
});

test("where a store is away the update waits, and nothing is thrown", async () => {
  await createOffers({ ...ports, updates: away(updates) }).arrived(toy);
  expect(told).toEqual([]);
});

test("what is published goes to all on the line, one after another", async () => {
  const all = offers.changed();
  await clock.advance(0);
  expect(told.map(([id]) => id)).toEqual([toy]);
  await clock.advance(UPDATE_PACE_MS * 2);
  await all;
  expect(told.map(([id]) => id)).toEqual([toy, "bear-1111111111111111"]);
});

test("what a toy would get is told without telling it", async () => {
  expect(await offers.wouldGet(toy)).toEqual({ bundle: updates.bundles[0] });
  updates.bundles[0]!.paused = true;
  expect(await offers.wouldGet(toy)).toEqual({ why: "PAUSED" });
  expect(told).toEqual([]);
});
