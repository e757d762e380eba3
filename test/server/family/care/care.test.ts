/** A family's data, handed out and let go, on the embedded database: with its toys, its consents, its guardians and its sessions. */
import { createHash } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemHash } from "../../../../server/adapters/hash.ts";
import { sqlConversations } from "../../../../server/adapters/sql/conversations.ts";
import { familyTables } from "../../../../server/adapters/sql/family-tables.ts";
import { DELETION_GRACE_MS, EXPORT_LIFE_MS } from "../../../../server/bounds.ts";
import { acceptInvitation, inviteGuardian } from "../../../../server/family/account/guardian.ts";
import { signIn } from "../../../../server/family/account/sign-in.ts";
import { askDeletion, cancelDeletion, carryOut } from "../../../../server/family/care/deletion.ts";
import { askExport, makeExport, takeExport } from "../../../../server/family/care/export.ts";
import { pseudonym } from "../../../../server/family/consent/consent.ts";
import { sealContext } from "../../../../server/ports.ts";
import type { Leaving } from "../../../../server/ports.ts";
import { accountHouse, FROM, PASSWORD } from "../account/support.ts";
import type { AccountHouse } from "../account/support.ts";
import { newChild, newToy } from "../support.ts";
import { careHouse } from "./support.ts";
import type { CareHouse } from "./support.ts";

const NICKNAME = "Pip";
const SENTENCE = "Who lives on the marzipan volcano?";
const signal = new AbortController().signal;

let at: AccountHouse;
let house: CareHouse;
const erased: Leaving[] = [];
beforeAll(async () => {
  at = await accountHouse();
  const store = { name: "elsewhere", erase: async (leaving: Leaving) => erased.push(leaving) };
  house = careHouse(at, { stores: [store] });
});
afterAll(() => at?.close());

/** A parent with a child that has a toy. */
async function newFamily() {
  const { account } = await at.newParent();
  const childId = await newChild(house.home, account.id);
  const { deviceId } = await newToy(house.home);
  await at.database.db
    .updateTable("toys")
    .set({ owner_id: account.id, child_id: childId })
    .where("device_id", "=", deviceId)
    .execute();
  return {
    accountId: account.id,
    email: account.email,
    childId,
    deviceId,
    by: { accountId: account.id, address: "::1" },
  };
}
const standing = async (deviceId: string): Promise<string> =>
  (await house.home.families.gate.standing(deviceId)).state;

/** What a child said, written down as a turn writes it. */
async function say(accountId: string, childId: string, deviceId: string): Promise<void> {
  const turnId = `turn-of-${childId}`;
  const context = sealContext.message(turnId, "child");
  const sealedText = await house.parts.familyVault.seal(accountId, Buffer.from(SENTENCE), context);
  const at = house.home.at.clock.now();
  const said = { role: "child" as const, sealedText, at, action: "allow" as const, reason: "" };
  const turn = { turnId, deviceId, childId, accountId, at, messages: [said] };
  expect(await sqlConversations(house.home.database).keep(turn, `talk-of-${childId}`)).toBeDefined();
}

/** The tables in which a text stands, as a dump would show it. */
async function tablesWith(text: string): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(at.database.db);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
      at.database.db,
    );
    if (rows.some(({ row }) => row.includes(text) || row.includes(Buffer.from(text).toString("hex"))))
      found.push(name);
  }
  return found;
}

async function fileOf(accountId: string, id: string): Promise<Record<string, unknown[]>> {
  const { bytes } = await takeExport(house.care.exporting, { accountId, address: "::1" }, id);
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown[]>;
}

describe("every table that holds something of a family", () => {
  // of an account, a child, a toy of theirs, or a session; and an address of mail
  const FAMILYS =
    /^(account_id|owner_id|child_id|guardian_of|family_id|device_id|session_id|export_id|conversation_id|email|actor|about)$/;

  test("is in the registry of what is handed out and what goes; and nothing is there that is not", async () => {
    const { rows } = await sql<{ table: string; column: string }>`
      select table_name as "table", column_name as "column" from information_schema.columns
      where table_schema = 'public'`.execute(at.database.db);
    const tables = [...new Set(rows.filter(({ column }) => FAMILYS.test(column)).map(({ table }) => table))];
    expect(Object.keys(familyTables)).toEqual(expect.arrayContaining(tables));
    const all = new Set(rows.map(({ table }) => table));
    expect(Object.keys(familyTables).filter((table) => !all.has(table))).toEqual([]);
  });

  test("is told of by a section of the export, or says why not", () => {
    const sections = house.care.exporting.sections.map(({ name }) => name);
    const named = Object.entries(familyTables).flatMap(([table, { tells }]) =>
      "nothing" in tells ? [] : "section" in tells ? [tells.section] : [table],
    );
    expect(sections).toEqual(expect.arrayContaining(named));
    expect(new Set(sections).size).toBe(sections.length);
  });
});

describe("an export", () => {
  test("stands in the family's trail each time that its file is handed out, and is not handed out where that cannot be written", async () => {
    const { accountId, by } = await newFamily();
    const { exporting } = house.care;
    const { id } = await askExport(exporting, by);
    await makeExport(exporting, id, signal);
    await at.trail();
    await fileOf(accountId, id);
    await fileOf(accountId, id);
    const row = { action: "export_taken", outcome: "success", resource: id, address: "::1" };
    expect(await at.trail()).toEqual(
      Array(2).fill(expect.objectContaining({ ...row, actor: accountId, accountId })),
    );
    await expect(takeExport(exporting, by, "another")).rejects.toMatchObject({ code: "NOT_FOUND" });
    const audit = { append: () => Promise.reject(new Error("away")) };
    await expect(takeExport({ ...exporting, audit }, by, id)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await at.trail()).toEqual([]);
  });

  test("tells all there is of a family and nothing of another; its file is sealed, mailed about, and gone after a week", async () => {
    const { accountId, by, childId, deviceId, email } = await newFamily();
    const other = await newFamily();
    await say(accountId, childId, deviceId);
    const { exporting } = house.care;
    const asked = await askExport(exporting, by);
    expect(asked).toMatchObject({ accountId, state: "waiting", size: undefined });
    expect((await askExport(exporting, by)).id).toBe(asked.id);
    await expect(takeExport(exporting, by, asked.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await makeExport(exporting, asked.id, signal);

    const file = await fileOf(accountId, asked.id);
    expect(file).toMatchObject({
      family: accountId,
      accounts: [{ id: accountId, email }],
      children: [{ childId, nickname: NICKNAME, interests: ["trains"] }],
      toys: [{ device_id: deviceId, child_id: childId }],
      conversations: [{ childId, messages: [{ role: "child", text: SENTENCE }] }],
      account_sessions: [{ account_id: accountId, role: "parent", device: FROM.device }],
    });
    expect(file.consent_records!.length).toBeGreaterThan(3);
    expect(JSON.stringify(file)).not.toContain(other.childId);
    expect(JSON.stringify(file)).not.toMatch(/password|token_hash|public_key/);
    for (const words of [NICKNAME, SENTENCE]) expect(await tablesWith(words)).toEqual([]);
    expect(at.letters.at(-1)).toMatchObject({ to: email, subject: "Bearlink: your family's data is ready" });
    expect(at.at.raised.at(-1)).toMatchObject({ accountId, kind: "export_ready" });
    await expect(takeExport(exporting, other.by, asked.id)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });

    await makeExport(exporting, asked.id, signal); // done twice: nothing is made twice
    expect((await exporting.exports.find(accountId, asked.id))?.state).toBe("ready");
    await at.at.clock.advance(EXPORT_LIFE_MS);
    await expect(takeExport(exporting, by, asked.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await exporting.exports.expire(at.at.clock.now(), 0);
    expect((await exporting.exports.find(accountId, asked.id))?.state).toBe("gone");
    expect(await exporting.exports.part(asked.id, 0)).toBeUndefined();
  });

  test("that was cut short is made again from its beginning", async () => {
    const { accountId, by } = await newFamily();
    const { exporting } = house.care;
    const { id } = await askExport(exporting, by);
    const cut = { ...exporting, sections: [...exporting.sections, { name: "cut", records: cutShort }] };
    await expect(makeExport(cut, id, signal)).rejects.toThrow("cut short");
    await makeExport(exporting, id, signal);
    expect(await fileOf(accountId, id)).toMatchObject({ family: accountId });
  });
});

async function* cutShort(): AsyncGenerator<object> {
  for (let i = 0; i < 2_000; i++) yield { text: "x".repeat(400) };
  throw new Error("cut short");
}

describe("a child's deletion", () => {
  test("silences its toys at once, waits thirty days, and can be taken back until then", async () => {
    const { by, childId, deviceId, email } = await newFamily();
    const { deleting } = house.care;
    expect(await standing(deviceId)).toBe("READY");
    const asked = await askDeletion(deleting, by, { childId, now: false });
    expect(asked).toMatchObject({ what: "child", childId, state: "scheduled" });
    expect(asked.dueAt - asked.requestedAt).toBe(DELETION_GRACE_MS);
    expect(await standing(deviceId)).toBe("NO_CONSENT");
    expect(at.letters.at(-1)).toMatchObject({
      to: email,
      subject: "Bearlink: a child's data will be deleted",
    });
    expect((await askDeletion(deleting, by, { childId, now: false })).id).toBe(asked.id);
    const other = await newFamily();
    await expect(cancelDeletion(deleting, other.by, asked.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await cancelDeletion(deleting, by, asked.id);
    expect(await standing(deviceId)).toBe("READY");
    await carryOut(deleting, asked.id, signal);
    expect(await tablesWith(childId)).not.toEqual([]);
    await expect(cancelDeletion(deleting, by, asked.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("of another family is asked in vain", async () => {
    const [one, other] = [await newFamily(), await newFamily()];
    const wish = { childId: other.childId, now: true };
    await expect(askDeletion(house.care.deleting, one.by, wish)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("leaves no row with its id, lets its toy go, leaves its sibling and the family be, and gives a receipt", async () => {
    const { accountId, by, childId, deviceId, email } = await newFamily();
    const sibling = await newChild(house.home, accountId);
    await say(accountId, childId, deviceId);
    const { exporting, deleting } = house.care;
    await say(accountId, childId, deviceId);
    const made = await askExport(exporting, by);
    await makeExport(exporting, made.id, signal);
    const { id } = await askDeletion(deleting, by, { childId, now: true });
    erased.length = 0;
    await carryOut(deleting, id, signal);

    expect(await tablesWith(childId)).toEqual([]);
    expect(erased).toEqual([{ what: "child", accountId, childId }]);
    expect(await exporting.exports.part(made.id, 0)).toBeUndefined();
    expect(await house.home.toys.find(deviceId)).toMatchObject({ ownerId: undefined, sessionId: undefined });
    expect(await house.home.families.children.children.find(accountId, sibling)).toBeDefined();
    const [{ receipt, state, childId: named }] = (await deleting.deletions.list(accountId)) as never as [
      {
        receipt: { digest: string; stores: { store: string; rows: number }[] };
        state: string;
        childId: undefined;
      },
    ];
    expect([state, named]).toEqual(["done", undefined]);
    const rows = Object.fromEntries(receipt.stores.map(({ store, rows }) => [store, rows]));
    expect(rows).toMatchObject({ children: 1, toys: 1, elsewhere: 1, exports: 1, export_parts: 1 });
    expect(rows).toMatchObject({ conversations: 1, messages: 1 });
    expect(rows).toMatchObject({ conversations: 1, messages: 1 });
    expect(rows.consents).toBeGreaterThan(3);
    const { digest, ...told } = receipt;
    expect(createHash("sha256").update(JSON.stringify(told)).digest("hex")).toBe(digest);
    const letter = at.letters.at(-1)!;
    expect(letter).toMatchObject({ to: email, subject: "Bearlink: a child's data was deleted" });
    expect(letter.text).toContain(digest);
    expect(letter.text).toContain("children: 1");
    const trail = await house.home.database.db
      .selectFrom("audit")
      .select(["action", "actor", "resource", "address"])
      .where("account_id", "=", accountId)
      .where("actor", "=", "deletion")
      .orderBy("id")
      .execute();
    const pseudonymous = { resource: pseudonym(systemHash, childId), address: null };
    expect(trail).toEqual([
      { action: "toy_unpaired", actor: "deletion", resource: deviceId, address: null },
      { action: "child_deleted", actor: "deletion", ...pseudonymous },
    ]);
    // an alert that names no child
    const dedupeKey = `child_deleted:${id}`;
    expect(at.at.raised.at(-1)).toEqual({ accountId, kind: "child_deleted", details: {}, dedupeKey });

    const letters = at.letters.length;
    await carryOut(deleting, id, signal); // done twice: nothing is done twice
    expect(at.letters).toHaveLength(letters);
  });

  test("that was cut short between two steps is carried out by the next try, all counted", async () => {
    const { accountId, by, childId } = await newFamily();
    const { deleting } = house.care;
    const { id } = await askDeletion(deleting, by, { childId, now: true });
    const broken = {
      ...deleting,
      deletions: { ...deleting.deletions, eraseRecord: () => Promise.reject(new Error("cut")) },
    };
    await expect(carryOut(broken, id, signal)).rejects.toThrow("cut");
    await expect(cancelDeletion(deleting, by, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await carryOut(deleting, id, signal);
    const [done] = await deleting.deletions.list(accountId);
    expect(done!.receipt!.stores).toContainEqual({ store: "toys", rows: 1 });
    expect(await tablesWith(childId)).toEqual([]);
  });
});

describe("an account's deletion", () => {
  test("with its grace leaves the parent signed in to take it back, and the toys deaf", async () => {
    const { by, deviceId, email } = await newFamily();
    const { deleting } = house.care;
    const { id } = await askDeletion(deleting, by, { childId: undefined, now: false });
    expect(await standing(deviceId)).toBe("NO_CONSENT");
    await signIn(at.desk, { email, password: PASSWORD }, FROM);
    await cancelDeletion(deleting, by, id);
    expect(await standing(deviceId)).toBe("READY");
  });

  test("at once ends every sign-in, then everything: no row, no address, and old rows open no more", async () => {
    const { accountId, by, childId, deviceId, email } = await newFamily();
    await say(accountId, childId, deviceId);
    const { deleting, exporting } = house.care;
    const invited = at.newEmail();
    await inviteGuardian(at.desk, accountId, { email: invited, name: "Gran", language: "en" }, FROM);
    const secret = /invite\/([0-9a-f]{64})/.exec(at.letters.at(-1)!.text)![1]!;
    const gran = { secret, password: PASSWORD, name: "Gran", language: "en" } as const;
    const guardian = await acceptInvitation(at.desk, gran, FROM);
    await say(accountId, childId, deviceId);
    const made = await askExport(exporting, by);
    await makeExport(exporting, made.id, signal);
    const backup = (await exporting.exports.part(made.id, 0))!;
    const { familyVault } = house.parts;
    const context = `export/${made.id}/0`;
    expect(Buffer.from(await familyVault.open(accountId, backup, context)).toString()).toContain(SENTENCE);

    const { sealedProfile: profile } = (await house.parts.children.find(accountId, childId))!;

    const { id } = await askDeletion(deleting, by, { childId: undefined, now: true });
    await expect(signIn(at.desk, { email, password: PASSWORD }, FROM)).rejects.toMatchObject({
      code: "SIGN_IN_REFUSED",
    });
    await carryOut(deleting, id, signal);

    for (const trace of [childId, email, invited, guardian.account.email])
      expect(await tablesWith(trace)).toEqual([]);
    // a random id, which names nobody any more
    expect(await tablesWith(accountId)).toEqual(["audit"]);
    expect(await house.home.toys.find(deviceId)).toMatchObject({ ownerId: undefined, sessionId: undefined });
    await expect(familyVault.open(accountId, backup, context)).rejects.toThrow();
    await expect(familyVault.open(accountId, profile, sealContext.profile(childId))).rejects.toThrow();
    const told = at.letters.slice(-4).map(({ to, subject }) => `${to} ${subject}`);
    expect(told).toContain(`${email} Bearlink: your account was deleted`);
    expect(told).toContain(`${invited} Bearlink: the family you read along with has left`);
    expect(at.letters.at(-1)!.text).toMatch(/accounts: 2\n[^]*children: 1\n[^]*SHA-256 [0-9a-f]{64}/);
    // the address is free for who comes anew
    await expect(at.desk.accounts.findByEmail(email)).resolves.toBeUndefined();
  });
});
