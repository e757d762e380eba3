/** Pairing between a parent, a toy and the cells: what each is told, and every way in which it comes to nothing. PROTOCOL.md §8 */
import { accountTag, fromHex, makeDeviceId, toHex } from "@bearlink/sdk/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemHash } from "../../../server/adapters/hash.ts";
import type { Database } from "../../../server/adapters/sql/database.ts";
import { PAIR_REFUSAL_MS, RESET_TOLD_MS } from "../../../server/bounds.ts";
import { acceptTransfer, offerTransfer, unpair, wishOfToy } from "../../../server/pairing/owner.ts";
import { lookAtWindow, openWindow, pickWords } from "../../../server/pairing/window.ts";
import { settle } from "../../support/clock.ts";
import { startPglite } from "../../support/pglite.ts";
import { CODE, familyHouse, newAccount, newChild, newToy } from "../family/support.ts";
import type { FamilyHouse, TestToy } from "../family/support.ts";

let database: Database;
beforeAll(async () => {
  database = await startPglite();
});
afterAll(() => database.close());

const ADDRESS = "203.0.113.7";

interface Parent {
  accountId: string;
  childId: string;
}

const from = ({ accountId }: Parent) => ({ accountId, address: ADDRESS });

let home: FamilyHouse;
let stop: () => Promise<void>;
let toy: TestToy;
let parent: Parent;

beforeEach(async () => {
  home = familyHouse(database);
  stop = await home.families.start();
  toy = await newToy(home);
  parent = await newParent();
  return () => stop();
});

async function newParent(): Promise<Parent> {
  const accountId = await newAccount(home);
  return { accountId, childId: await newChild(home, accountId) };
}

/** Real work of the database goes on while the clock stands: looks until `isTrue`. */
async function comes(what: string, isTrue: () => unknown): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain: ${what}`);
}
const quiet = () => new Promise((resolve) => setTimeout(resolve, 60));

const press = () => home.families.news.event(toy.deviceId, "pairing");
const open = (by = parent, change: { deviceId?: string; pairingCode?: string; address?: string } = {}) =>
  openWindow(home.families.windows, {
    ...{ deviceId: toy.deviceId, pairingCode: CODE, address: ADDRESS },
    ...by,
    ...change,
  });
/** The same, with the clock moved on while it waits to refuse. */
async function refusal(asked: Promise<unknown>): Promise<{ code?: string; ms: number }> {
  const { clock } = home.at;
  const began = clock.now();
  let code: string | undefined;
  let over = false;
  void asked.then(
    () => (over = true),
    (error: { code?: string }) => {
      over = true;
      code = error.code;
    },
  );
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (clock.waiting > 0) await clock.advance(10);
  }
  return { code, ms: clock.now() - began };
}
const saidWords = () => /\] ([a-z]+ [a-z]+ [a-z]+) \[/.exec(home.said[0] ?? "")?.[1]?.split(" ") ?? [];
const view = (windowId: string, by = parent) => lookAtWindow(home.families.windows, by.accountId, windowId);
const owner = async () => (await home.toys.find(toy.deviceId))?.ownerId;
const accept = (message: { window_id: string; proof_hex: string }, sessionId = toy.sessionId) =>
  home.families.news.pairAccept(toy.deviceId, sessionId, message);
const kinds = () => home.told.map(({ kind }) => kind);

/** Window, and the three words as the toy said them. */
async function opened(): Promise<{ windowId: string; words: string[] }> {
  await press();
  const { windowId } = await open();
  await comes("the words", () => home.said.length > 0);
  return { windowId, words: saidWords() };
}

describe("a window", () => {
  test("has the toy offered to this account alone, and say three of the sixteen, twice; they are in no answer", async () => {
    await press();
    const window = await open();
    expect(window).toMatchObject({ expiresInS: 180 });
    expect(Object.keys(window).sort()).toEqual(["choices", "expiresInS", "windowId"]);
    await comes("the words", () => home.said.length > 0);
    const tag = accountTag(systemHash, parent.accountId, fromHex(window.windowId, 16)!);
    expect(home.told).toEqual([
      {
        deviceId: toy.deviceId,
        kind: "pair_offer",
        fields: { window_id: window.windowId, account_tag: toHex(tag) },
      },
    ]);
    const three = saidWords().join(" ");
    expect(home.said).toEqual([`[pair-words] ${three} [pair-words-again] ${three} [pair-press]`]);
    expect(window.choices).toEqual(expect.arrayContaining(saidWords()));
    expect(await view(window.windowId)).toEqual({
      state: "open",
      picked: false,
      triesLeft: 3,
      expiresInS: 180,
    });
  });

  test.each([{ id: 1, ok: false, code: "NOT_PAIRING" }, undefined])(
    "is cancelled where the toy does not take the offer: %j",
    async (ack) => {
      home.answers.pair_offer = ack;
      await press();
      const { windowId } = await open();
      await comes("its end", async () => (await view(windowId)).state === "cancelled");
      expect(home.said).toEqual([]);
    },
  );

  test("is expired in its time", async () => {
    const { windowId, words } = await opened();
    await home.at.clock.advance(180_000);
    expect(await view(windowId)).toMatchObject({ state: "expired", expiresInS: 0 });
    const { accountId } = parent;
    const late = await pickWords(home.families.windows, from(parent), windowId, words);
    expect(late).toMatchObject({ state: "expired", picked: false });
    accept(toy.accept(windowId, accountId));
    await quiet();
    expect(await owner()).toBeUndefined();
  });

  test("is its own parent's: to another it is not there", async () => {
    const { windowId, words } = await opened();
    const other = await newParent();
    await expect(view(windowId, other)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(pickWords(home.families.windows, from(other), windowId, words)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("needs the parent's own child, and consent for it as the notice reads now", async () => {
    await press();
    const { accountId } = parent;
    const without = { accountId, childId: await newChild(home, accountId, false) };
    await expect(open(without)).rejects.toMatchObject({ code: "CONSENT_REQUIRED" });
    const foreign = { accountId, childId: (await newParent()).childId };
    await expect(open(foreign)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a refusal", () => {
  test("is one answer in one time: unknown, wrong code, owned, not in pairing mode, a second parent", async () => {
    const other = await newParent();
    const told: { code?: string; ms: number }[] = [];
    told.push(await refusal(open(parent))); // not in pairing mode
    await press();
    const unknown = makeDeviceId(new Uint8Array(10).fill(9));
    told.push(await refusal(open(parent, { deviceId: unknown })));
    told.push(await refusal(open(parent, { pairingCode: CODE.replace("0", "1") })));
    await open(parent);
    told.push(await refusal(open(other)));
    const owned = { owner_id: parent.accountId, child_id: parent.childId };
    await database.db.updateTable("toys").set(owned).where("device_id", "=", toy.deviceId).execute();
    told.push(await refusal(open(other)));
    for (const { code, ms } of told) {
      expect(code).toBe("PAIRING_REFUSED");
      expect(ms).toBeGreaterThanOrEqual(PAIR_REFUSAL_MS);
      expect(ms).toBeLessThanOrEqual(PAIR_REFUSAL_MS + 20);
    }
  });

  test("of limits: five windows an hour of a parent, twenty of an address, counted by its network", async () => {
    const inNetwork = (host: number) => ({ address: `2001:db8::${host}` });
    for (let i = 0; i < 5; i++) await refusal(open(parent, inNetwork(i)));
    expect((await refusal(open(parent, inNetwork(5)))).code).toBe("RATE_LIMITED");
    for (let i = 0; i < 3; i++) {
      const other = await newParent();
      for (let j = 0; j < 5; j++) await refusal(open(other, inNetwork(10 * i + j)));
    }
    const more = await newParent();
    expect((await refusal(open(more, inNetwork(99)))).code).toBe("RATE_LIMITED");
    expect((await refusal(open(more, { address: "2001:db8:1::1" }))).code).toBe("PAIRING_REFUSED");
    await home.at.clock.advance(3_600_000);
    expect((await refusal(open(parent, inNetwork(1)))).code).toBe("PAIRING_REFUSED");
  });

  test("of twenty wrong codes locks a toy for nobody who holds it: a press of five seconds clears them", async () => {
    await press();
    const wrong = { pairingCode: CODE.replace("0", "1") };
    for (let i = 0; i < 4; i++) {
      const guesser = await newParent();
      for (let j = 0; j < 5; j++) await refusal(open(guesser, { ...wrong, address: `10.0.${i}.${j}` }));
    }
    expect((await refusal(open())).code).toBe("PAIRING_REFUSED");
    await home.at.clock.advance(11_000);
    await press();
    expect(await open()).toMatchObject({ expiresInS: 180 });
  });

  test("where the counters are away is UNAVAILABLE, and opens nothing", async () => {
    await press();
    home.families.windows.counters = {
      take: () => Promise.reject(new Error("away")),
      peek: () => Promise.reject(new Error("away")),
    };
    await expect(open()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(kinds()).toEqual([]);
  });
});

describe("an owner", () => {
  test("is made by the words and the paw; the toy is told, and every cell", async () => {
    const { windowId, words } = await opened();
    const picked = await pickWords(home.families.windows, from(parent), windowId, words);
    expect(picked).toMatchObject({ state: "open", picked: true });
    accept(toy.accept(windowId, parent.accountId));
    await comes("pair_done", () => kinds().includes("pair_done"));
    expect(await owner()).toBe(parent.accountId);
    expect(await view(windowId)).toMatchObject({ state: "paired" });
    // told again, as a toy does until it hears of it, and replayed for ever
    for (let i = 0; i < 3; i++) accept(toy.accept(windowId, parent.accountId));
    await quiet();
    expect(kinds()).toEqual(["pair_offer", "pair_done"]);
    expect(home.at.metrics.meter).toBeDefined();
  });

  test("who did not hear that it is one claims anew", async () => {
    home.answers.pair_done = undefined;
    const { windowId, words } = await opened();
    accept(toy.accept(windowId, parent.accountId));
    await comes("the paw", async () => (await home.families.windows.pairings.find(windowId))?.pressed);
    await pickWords(home.families.windows, from(parent), windowId, words);
    await comes("the end of its session", async () => {
      return (await home.toys.find(toy.deviceId))?.sessionId === undefined;
    });
    expect(await owner()).toBe(parent.accountId);
  });

  test("is not made by an accept of another window, account, toy or session, nor by a proof of one bit's difference", async () => {
    const { windowId, words } = await opened();
    const other = await newParent();
    const { accountId } = parent;
    await pickWords(home.families.windows, from(parent), windowId, words);
    const neighbour = await newToy(home);
    const right = toy.accept(windowId, accountId);
    const flipped = (parseInt(right.proof_hex[0]!, 16) ^ 1).toString(16) + right.proof_hex.slice(1);
    for (const [message, sessionId] of [
      [toy.accept("0".repeat(32), accountId)],
      [{ ...toy.accept("0".repeat(32), accountId), window_id: windowId }],
      [toy.accept(windowId, other.accountId)],
      [toy.accept(windowId, accountId, { deviceId: neighbour.deviceId })],
      [toy.accept(windowId, accountId, { sessionId: "0011223344556677" })],
      [right, "0011223344556677"],
      [neighbour.accept(windowId, accountId)],
      [{ window_id: windowId, proof_hex: flipped }],
      [{ window_id: windowId, proof_hex: "short" }],
      [{ window_id: "no window", proof_hex: right.proof_hex }],
    ] as [typeof right, string?][]) {
      accept(message, sessionId);
      await quiet();
    }
    // another toy's own accept, of this window
    home.families.news.pairAccept(
      neighbour.deviceId,
      neighbour.sessionId,
      neighbour.accept(windowId, accountId, { deviceId: neighbour.deviceId }),
    );
    await quiet();
    expect(await owner()).toBeUndefined();
    expect((await home.families.windows.pairings.find(windowId))?.pressed).toBe(false);
    // a right one, of a session that has ended meanwhile
    await home.toys.endSession(toy.deviceId);
    accept(right);
    await quiet();
    expect(await owner()).toBeUndefined();
    const { sessionId } = toy;
    const claim = { boot: 2, seq: 0, sessionId, firmwareVersion: "1", at: home.at.clock.now() };
    await home.toys.acceptClaim(toy.deviceId, claim, false);
    accept(right);
    await comes("the owner", async () => (await owner()) === accountId);
  });

  test("is nobody where words were wrong three times: the toy says so", async () => {
    const { windowId, words } = await opened();
    accept(toy.accept(windowId, parent.accountId));
    for (let left = 2; left >= 0; left--)
      expect(
        await pickWords(home.families.windows, from(parent), windowId, [...words].reverse()),
      ).toMatchObject({ triesLeft: left, state: left ? "open" : "cancelled" });
    await comes("its word", () => home.said.includes("[pair-cancelled]"));
    await pickWords(home.families.windows, from(parent), windowId, words);
    expect(await owner()).toBeUndefined();
  });

  test("is nobody where two parents came: the toy says so, and a new press begins anew", async () => {
    const { windowId } = await opened();
    expect((await refusal(open(await newParent()))).code).toBe("PAIRING_REFUSED");
    await comes("its word", () => home.said.includes("[pair-twice]"));
    expect((await view(windowId)).state).toBe("cancelled");
    expect((await refusal(open())).code).toBe("PAIRING_REFUSED");
    await home.at.clock.advance(11_000);
    await press();
    expect((await open()).choices).toHaveLength(16);
  });

  test("is nobody where the toy left in mid-window, or went back to its old self", async () => {
    const { windowId, words } = await opened();
    home.families.news.left(toy.deviceId);
    await comes("its end", async () => (await view(windowId)).state === "cancelled");
    await pickWords(home.families.windows, from(parent), windowId, words);
    accept(toy.accept(windowId, parent.accountId));
    await quiet();
    expect(await owner()).toBeUndefined();
    expect((await refusal(open())).code).toBe("PAIRING_REFUSED");
  });
});

describe("a notice between cells", () => {
  test("brings a parent's window at one cell to the toy at another, and the owner back", async () => {
    const { bus } = home.at.stores;
    const toyCell = familyHouse(database, { bus });
    const stopOther = await toyCell.families.start();
    home.here.clear();
    toyCell.here.add(toy.deviceId);
    const { news } = toyCell.families;
    await news.event(toy.deviceId, "pairing");
    const { windowId } = await open();
    await comes("the words", () => toyCell.said.length > 0);
    const words = /\] ([a-z]+ [a-z]+ [a-z]+) \[/.exec(toyCell.said[0]!)![1]!.split(" ");
    news.pairAccept(toy.deviceId, toy.sessionId, toy.accept(windowId, parent.accountId));
    await comes("the paw", async () => (await home.families.windows.pairings.find(windowId))?.pressed);
    const view = await pickWords(home.families.windows, from(parent), windowId, words);
    expect(view.state).toBe("paired");
    await comes("pair_done", () => toyCell.told.some(({ kind }) => kind === "pair_done"));
    expect(home.told).toEqual([]);
    await stopOther();
  });

  test("is for the cell that has the toy; one that makes no sense is nobody's", async () => {
    home.here.clear();
    await press();
    const { windowId } = await open();
    await quiet();
    expect(home.told).toEqual([]);
    home.here.add(toy.deviceId);
    for (const text of ["", "offer", `offer ${toy.deviceId} ${windowId} more`, `other ${toy.deviceId} x`])
      await home.at.stores.bus.publish("pairing", text);
    await home.at.stores.bus.publish("pairing", `offer ${toy.deviceId} none`);
    await settle();
    expect(home.told).toEqual([]);
    await home.at.stores.bus.publish("pairing", `offer ${toy.deviceId} ${windowId}`);
    await comes("the offer", () => kinds().includes("pair_offer"));
  });
});

describe("an owner's toy", () => {
  beforeEach(async () => {
    const { windowId, words } = await opened();
    await pickWords(home.families.windows, from(parent), windowId, words);
    accept(toy.accept(windowId, parent.accountId));
    await comes("pair_done", () => kinds().includes("pair_done"));
  });
  const by = () => ({ accountId: parent.accountId, address: ADDRESS });
  const session = async () => (await home.toys.find(toy.deviceId))?.sessionId;

  test("is let go: owner, child and session gone, its keys one step on, once", async () => {
    await unpair(home.families.owner, by(), toy.deviceId);
    const row = await home.toys.find(toy.deviceId);
    expect(row).toMatchObject({ ownerId: undefined, childId: undefined, sessionId: undefined });
    expect(row?.sealedNextPrk).toBeDefined();
    await expect(unpair(home.families.owner, by(), toy.deviceId)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    const claim = { boot: 2, seq: 0, sessionId: "00aa", firmwareVersion: "1", at: home.at.clock.now() };
    await home.toys.acceptClaim(toy.deviceId, claim, false);
    for (let i = 0; i < 2; i++) home.families.news.joined(toy.deviceId, "00aa");
    await comes("the rekey", () => kinds().includes("rekey"));
    await quiet();
    expect(kinds().filter((kind) => kind === "rekey")).toHaveLength(1);
  });

  test("goes to who was given the code, once; each family's trail has its own end of it", async () => {
    const other = await newParent();
    const { code } = await offerTransfer(home.families.owner, by(), toy.deviceId);
    const taker = { accountId: other.accountId, address: ADDRESS };
    const asked = { deviceId: toy.deviceId, code, childId: other.childId };
    await expect(offerTransfer(home.families.owner, taker, toy.deviceId)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await acceptTransfer(home.families.owner, { ...taker, address: "198.51.100.9" }, asked);
    const trailOf = async ({ accountId }: Parent) =>
      (
        await database.db.selectFrom("audit").selectAll().where("account_id", "=", accountId).execute()
      ).filter(({ resource }) => resource === toy.deviceId);
    expect((await trailOf(other)).map(({ action, actor }) => [action, actor])).toEqual([
      ["toy_transferred", other.accountId],
    ]);
    const former = await trailOf(parent);
    expect(former.map(({ action, actor, address }) => [action, actor, address])).toEqual([
      ["toy_paired", parent.accountId, ADDRESS],
      ["toy_transfer_offered", parent.accountId, ADDRESS],
      ["toy_transferred_away", "new-owner", null],
    ]);
    expect(JSON.stringify(former)).not.toContain(other.accountId);
    expect(await home.toys.find(toy.deviceId)).toMatchObject({
      ownerId: other.accountId,
      childId: other.childId,
      sessionId: undefined,
    });
    await expect(
      acceptTransfer(home.families.owner, by(), { ...asked, childId: parent.childId }),
    ).rejects.toMatchObject({
      code: "PAIRING_REFUSED",
    });
  });

  test("stays its owner's through a factory reset, which the owner sees", async () => {
    await home.families.news.event(toy.deviceId, "reset");
    const seen = await home.families.owner.ownership.find(parent.accountId, toy.deviceId);
    expect(seen).toMatchObject({ resetAt: home.at.clock.now() });
    expect(await owner()).toBe(parent.accountId);
    expect(await session()).toBe(toy.sessionId);
    expect(home.at.raised.at(-1)).toMatchObject({ kind: "toy_reset", accountId: parent.accountId });
    // nine hundred more are one toy that will not stop
    for (let i = 0; i < 50; i++) await home.families.news.event(toy.deviceId, "reset");
    const alerts = () => home.at.raised.filter(({ kind }) => kind === "toy_reset");
    expect(alerts()).toHaveLength(1);
    await home.at.clock.advance(RESET_TOLD_MS);
    await home.families.news.event(toy.deviceId, "reset");
    expect(new Set(alerts().map(({ dedupeKey }) => dedupeKey)).size).toBe(2);
  });

  test("is told of its parent's wishes, and again when it comes where it did not hear them", async () => {
    const { errands, owner: ports } = home.families;
    const commands = () => home.told.map(({ kind, fields }) => [kind, fields]);
    home.told.length = 0;
    home.answers.volume = undefined;
    await wishOfToy(ports, parent.accountId, toy.deviceId, { volume: 20, micWishedOff: true });
    await errands.changed(toy.deviceId);
    expect(commands()).toEqual([
      ["policy", { mic_off: true }],
      ["volume", { level: 20 }],
    ]);
    home.answers.volume = { id: 9, ok: true };
    await errands.joined(toy.deviceId, toy.sessionId);
    await errands.joined(toy.deviceId, toy.sessionId);
    expect(commands().slice(2)).toEqual([["volume", { level: 20 }]]);
    await expect(wishOfToy(ports, "account-of-nobody", toy.deviceId, {})).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("is told once that the parent took its voice back, and once that it may listen again", async () => {
    const { errands } = home.families;
    const policies = () =>
      home.told.filter(({ kind }) => kind === "policy").map(({ fields }) => fields.mic_off);
    await errands.changed(toy.deviceId);
    expect(policies()).toEqual([]);
    await database.db
      .updateTable("consents")
      .set({ state: "revoked" })
      .where("child_id", "=", parent.childId)
      .execute();
    home.answers.policy = undefined;
    await errands.changed(toy.deviceId);
    delete home.answers.policy;
    for (let i = 0; i < 2; i++) await errands.joined(toy.deviceId, toy.sessionId);
    expect(policies()).toEqual([true, true]);
    await database.db
      .updateTable("consents")
      .set({ state: "granted" })
      .where("child_id", "=", parent.childId)
      .execute();
    for (let i = 0; i < 2; i++) await errands.changed(toy.deviceId);
    expect(policies()).toEqual([true, true, false]);
  });
});
