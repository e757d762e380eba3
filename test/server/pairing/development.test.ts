import { expect, test } from "vitest";
import { pairWithDemoFamily } from "../../../server/pairing/development.ts";
import { TOY_CHANGED } from "../../../server/ports.ts";
import type { Families } from "../../../server/ports.ts";
import { settle } from "../../support/clock.ts";
import { addBear, away, bear, house } from "../claim/support.ts";

const BY = { actor: "key:0a1b2c3d", address: "192.0.2.1" };

async function home() {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  const families: Families = {
    demoFamily: async () => ({ accountId: "demo", childId: "child" }),
    async pair(deviceId, accountId, childId) {
      const found = at.toys.rows.get(deviceId);
      if (!found || found.ownerId !== undefined) return false;
      Object.assign(found, { ownerId: accountId, childId });
      return true;
    },
  };
  return { at, toy, row, ports: { ...at.desk, families } };
}

test("a toy goes to the demo family, and the cells are told; once more changes nothing", async () => {
  const { at, toy, row, ports } = await home();
  const notices: string[] = [];
  await at.stores.bus.subscribe(TOY_CHANGED, (text) => notices.push(text));
  for (let i = 0; i < 2; i++)
    expect(await pairWithDemoFamily(ports, toy.deviceId, BY)).toEqual({
      account_id: "demo",
      child_id: "child",
    });
  await settle();
  expect(row).toMatchObject({ ownerId: "demo", childId: "child" });
  expect(notices).toEqual([toy.deviceId, toy.deviceId]);
});

test("someone else's toy and one that does not exist are refused alike", async () => {
  const { toy, row, ports } = await home();
  row.ownerId = "someone";
  for (const id of [toy.deviceId, "bear-0000000000000000"])
    await expect(pairWithDemoFamily(ports, id, BY)).rejects.toMatchObject({ code: "PAIRING_REFUSED" });
  expect(row.ownerId).toBe("someone");
});

test("with SQL away it is unavailable; with the Bus away the toy is paired all the same", async () => {
  const { toy, row, ports } = await home();
  await expect(
    pairWithDemoFamily({ ...ports, families: away(ports.families) }, toy.deviceId, BY),
  ).rejects.toMatchObject({ code: "UNAVAILABLE" });
  await pairWithDemoFamily({ ...ports, bus: away(ports.bus) }, toy.deviceId, BY);
  expect(row.ownerId).toBe("demo");
});
