/** A child's profile: sealed at rest, its age of the moment, gone with all its toys when it goes. */
import { utf8 } from "@bearlink/sdk/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqlFamilies } from "../../../server/adapters/sql/families.ts";
import type { Database } from "../../../server/adapters/sql/database.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import { addChild, ageAt, changeChild, findChild, listChildren } from "../../../server/family/child.ts";
import { pseudonym } from "../../../server/family/consent/consent.ts";
import { isUnderOwner, sealContext, TOY_CHANGED } from "../../../server/ports.ts";
import { startPglite } from "../../support/pglite.ts";
import { familyHouse, newAccount, newChild, newToy } from "./support.ts";

let database: Database;
beforeAll(async () => {
  database = await startPglite();
});
afterAll(() => database.close());

test.each([
  ["2019-04", "2024-04-30", 4],
  ["2019-04", "2024-05-01", 5],
  ["2019-04", "2019-04-10", 0],
  ["2019-12", "2025-01-01", 5],
  ["2019-12", "2024-12-31", 4],
])("who was born in %s is on %s %i years old: nobody is made older", (birthMonth, day, age) => {
  expect(ageAt(birthMonth, Date.parse(day))).toBe(age);
});

test("a profile is found and changed by its family, and what it says is nowhere in the database as it was said", async () => {
  const home = familyHouse(database);
  const { children } = home.families;
  const accountId = await newAccount(home);
  const childId = await newChild(home, accountId, false);
  const changed = await changeChild(children, { accountId, address: "::1" }, childId, {
    nickname: "Canary Finch",
    quietHours: { from: "20:00", to: "07:00", timeZone: "Europe/Berlin" },
    retentionDays: 7,
  });
  expect(changed).toMatchObject({ nickname: "Canary Finch", interests: ["trains"], retentionDays: 7 });
  expect(await findChild(children, accountId, childId)).toEqual(changed);
  expect(await listChildren(children, accountId)).toEqual([changed]);
  const back = await changeChild(children, { accountId, address: "::1" }, childId, {
    quietHours: undefined,
    voice: "warm",
  });
  expect(back).toMatchObject({ quietHours: undefined, voice: "warm" });
  const rows = await database.db.selectFrom("children").selectAll().execute();
  for (const { sealed_profile } of rows)
    expect(Buffer.from(sealed_profile ?? []).toString("latin1")).not.toMatch(/Canary|trains|2021/);
  // a row moved to another child does not open
  const other = await newChild(home, accountId, false);
  await database.db
    .updateTable("children")
    .set({ sealed_profile: rows.find(({ id }) => id === childId)!.sealed_profile })
    .where("id", "=", other)
    .execute();
  await expect(findChild(children, accountId, other)).rejects.toThrow();
});

test("who asks for the children at the same moment shares one opening of them, and who asks later does not", async () => {
  const home = familyHouse(database);
  const { children } = home.families;
  const accountId = await newAccount(home);
  await newChild(home, accountId, false);
  const { familyVault } = children;
  let openings = 0;
  const counted = {
    ...children,
    familyVault: {
      ...familyVault,
      open: (...sealed: Parameters<typeof familyVault.open>) => (openings++, familyVault.open(...sealed)),
    },
  };
  const lists = await Promise.all(Array.from({ length: 9 }, () => listChildren(counted, accountId)));
  expect(lists).toEqual(Array.from({ length: 9 }, () => lists[0]));
  expect(openings).toBe(1);
  await listChildren(counted, accountId);
  expect(openings).toBe(2);
});

test("a profile sealed under the cell's own key opens, and is under its family's once it is changed", async () => {
  const home = familyHouse(database);
  const { children } = home.families;
  const accountId = await newAccount(home);
  const childId = await newChild(home, accountId, false);
  const now = await findChild(children, accountId, childId);
  const former = home.at.vault.seal(utf8(JSON.stringify(now)), sealContext.profile(childId));
  const row = () =>
    database.db
      .selectFrom("children")
      .select("sealed_profile")
      .where("id", "=", childId)
      .executeTakeFirstOrThrow();
  await database.db
    .updateTable("children")
    .set({ sealed_profile: former })
    .where("id", "=", childId)
    .execute();
  expect(await findChild(children, accountId, childId)).toMatchObject({ nickname: "Pip", age: now.age });
  await changeChild(children, { accountId, address: "::1" }, childId, { nickname: "Pop" });
  expect(isUnderOwner((await row()).sealed_profile!)).toBe(true);
  expect(await findChild(children, accountId, childId)).toMatchObject({ nickname: "Pop" });
});

test("a family whose key was destroyed has children that nobody can read", async () => {
  const home = familyHouse(database);
  const { children } = home.families;
  const accountId = await newAccount(home);
  const childId = await newChild(home, accountId, false);
  await children.familyVault.destroy(accountId);
  await expect(findChild(children, accountId, childId)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(newChild(home, accountId, false)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a month to come, or of one who is grown up, is no child's", async () => {
  const home = familyHouse(database);
  const { children } = home.families;
  const accountId = await newAccount(home);
  const childId = await newChild(home, accountId, false);
  for (const birthMonth of ["2090-01", "2004-01"])
    await expect(
      changeChild(children, { accountId, address: "::1" }, childId, { birthMonth }),
    ).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
});

test("that a child was added and what of it was changed stands in the trail: fields, and nothing of what they say", async () => {
  const home = familyHouse(database);
  const { children } = home.families;
  const accountId = await newAccount(home);
  const by = { accountId, address: "192.0.2.1" };
  const row = { actor: accountId, account_id: accountId, outcome: "success", device: null };
  const rows = async () =>
    database.db.selectFrom("audit").selectAll().where("account_id", "=", accountId).orderBy("id").execute();
  const childId = await newChild(home, accountId, false);
  const resource = pseudonym(systemHash, childId);
  const added = { ...row, action: "child_added", resource, address: "::1", reason: null };
  expect(await rows()).toMatchObject([added]);
  await changeChild(children, by, childId, {
    ...{ nickname: "Canary Finch", keepsTranscripts: false, filter: "standard", birthMonth: "2015-01" },
    ...{ retentionDays: 30, interests: ["trains"], voice: undefined },
  });
  const changed = { ...row, action: "child_changed", resource, address: "192.0.2.1" };
  const reason = "nickname birth_month filter keeps_transcripts";
  const told = (await rows()).slice(1);
  expect(told).toMatchObject([changed]);
  expect(told[0]!.reason!.split(" ").sort()).toEqual(reason.split(" ").sort());
  // nothing that is other than it was
  await changeChild(children, by, childId, { filter: "standard" });
  await changeChild(children, by, childId, {});
  expect(await rows()).toHaveLength(2);
  expect(JSON.stringify(await rows())).not.toMatch(new RegExp(`Canary|2015|standard|${childId}`));
});

test("another family's child is not there: to find, to change", async () => {
  const home = familyHouse(database);
  const { children } = home.families;
  const childId = await newChild(home, await newAccount(home), false);
  const other = await newAccount(home);
  await expect(findChild(children, other, childId)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(
    changeChild(children, { accountId: other, address: "::1" }, childId, {}),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a family has so many children and no more", async () => {
  const home = familyHouse(database);
  const accountId = await newAccount(home);
  for (let i = 0; i < 20; i++) await newChild(home, accountId, false);
  const [child] = await listChildren(home.families.children, accountId);
  await expect(addChild(home.families.children, { accountId, address: "::1" }, child!)).rejects.toMatchObject(
    {
      code: "CHILD_LIMIT",
    },
  );
});

test("a parent who keeps nothing of what is said has it so from the next turn on, whatever they consented to", async () => {
  const home = familyHouse(database);
  const { children, gate } = home.families;
  const accountId = await newAccount(home);
  const childId = await newChild(home, accountId);
  const { deviceId } = await newToy(home);
  await sqlFamilies({ db: database.db, clock: home.at.clock }).pair(deviceId, accountId, childId);
  const told: string[] = [];
  await home.at.stores.bus.subscribe(TOY_CHANGED, (toy) => void told.push(toy));
  const keeps = async () => {
    const standing = await gate.standing(deviceId);
    return standing.state === "READY" && standing.recipients.has("transcripts");
  };
  expect(await keeps()).toBe(true);
  await changeChild(children, { accountId, address: "::1" }, childId, { keepsTranscripts: false });
  expect(await keeps()).toBe(false);
  expect(await gate.standing(deviceId)).toMatchObject({ state: "READY" });
  expect(told).toEqual([deviceId]);
});
