/** Master keys: made once, kept wrapped, a new one for a new key of the KMS, and none where one does not unwrap. */
import { beforeEach, expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { localKms, openMasters, renewMasters, rewrapMasters } from "../../../server/vault/masters.ts";
import type { KmsRing } from "../../../server/vault/masters.ts";
import { fakeClock } from "../../support/clock.ts";
import { memoryMasters } from "../../support/vault.ts";

const [one, two, three] = [1, 2, 3].map((n) => localKms(new Uint8Array(32).fill(n), systemChance));
const ring = (...all: unknown[]): KmsRing => all as unknown as KmsRing;
let ports: {
  masters: ReturnType<typeof memoryMasters>;
  chance: typeof systemChance;
  clock: ReturnType<typeof fakeClock>;
};

beforeEach(() => {
  ports = { masters: memoryMasters(), chance: systemChance, clock: fakeClock() };
});

test("a master key is made at the first start, and is the same at every later one", async () => {
  const first = await openMasters(ports, ring(one));
  expect(first).toHaveLength(1);
  expect(first[0].key).toHaveLength(32);
  expect(await openMasters(ports, ring(one))).toEqual(first);
  expect(Buffer.from(ports.masters.rows[0]!.wrapped).includes(Buffer.from(first[0].key))).toBe(false);
});

test("cells that start at once have one master key", async () => {
  const all = await Promise.all([1, 2, 3].map(() => openMasters(ports, ring(one))));
  expect(all[1]).toEqual(all[0]);
  expect(all[2]).toEqual(all[0]);
  expect(ports.masters.rows).toHaveLength(1);
});

test("a start under another key of the KMS adds no master key that cells which run have not got", async () => {
  const former = await openMasters(ports, ring(one));
  expect(await openMasters(ports, ring(two, one))).toEqual(former);
  expect(await openMasters(ports, ring(one))).toEqual(former);
});

test("a rewrap under another key of the KMS brings another master key, once, and the former one still opens", async () => {
  const [former] = await openMasters(ports, ring(one));
  const { masters: both, isNew } = await renewMasters(ports, ring(two, one));
  expect(isNew).toBe(true);
  expect(await renewMasters(ports, ring(two, one))).toEqual({ masters: both, isNew: false });
  expect(both).toHaveLength(2);
  expect(both[1]).toEqual(former);
  expect(both[0]).not.toEqual(former);
  expect(await openMasters(ports, ring(two, one))).toEqual(both);
});

test("without the key that wrapped it nothing starts, and nothing is changed", async () => {
  await openMasters(ports, ring(one));
  const rows = structuredClone(ports.masters.rows);
  await expect(openMasters(ports, ring(two))).rejects.toMatchObject({ code: "KMS" });
  await expect(openMasters(ports, ring(two))).rejects.toThrow("BEARLINK_MASTER_KEY_PREVIOUS");
  expect(ports.masters.rows).toEqual(rows);
});

test("a rewrap leaves nothing to the former key, is told so the second time, and the former key may go", async () => {
  await openMasters(ports, ring(one));
  const { masters: both } = await renewMasters(ports, ring(two, one));
  expect(await rewrapMasters(ports, ring(two, one))).toBe(1);
  expect(await rewrapMasters(ports, ring(two, one))).toBe(0);
  expect(await openMasters(ports, ring(two))).toEqual(both);
  expect((await renewMasters(ports, ring(three, two))).masters).toHaveLength(3);
});

test("a wrapped key moved to another version's row, or under another name, opens nothing", async () => {
  await openMasters(ports, ring(one));
  const [row] = ports.masters.rows;
  ports.masters.rows.push({ ...row!, version: 2 });
  await expect(openMasters(ports, ring(one))).rejects.toThrow("not wrapped as such");
  ports.masters.rows.splice(0, 2, { ...row!, kek: two!.kek });
  await expect(openMasters(ports, ring(two))).rejects.toMatchObject({ code: "KMS" });
});
