/** Windows and owners, on both databases alike: one decides, whoever comes at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlOwnership } from "../../../../server/adapters/sql/ownership.ts";
import { sqlPairings } from "../../../../server/adapters/sql/pairing.ts";
import { sqlToys } from "../../../../server/adapters/sql/toys.ts";
import type { AuditEntry, Ownership, Pairings, PairingWindow, Toys } from "../../../../server/ports.ts";
import { RESET_TOLD_MS } from "../../../../server/bounds.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const MODE_END = NOW + 300_000;
const WORDS = ["apple", "owl", "robot"];
const prk = new Uint8Array([1, 2, 3]);
const nextPrk = new Uint8Array([4, 5, 6]);
const rekey = { sealedPrk: prk, sealedNextPrk: nextPrk };

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`pairing on ${name}`, () => {
    let database: Database;
    let pairings: Pairings;
    let ownership: Ownership;
    let toys: Toys;
    let deviceId: string;
    let made = 0;

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      pairings = sqlPairings(database);
      ownership = sqlOwnership(database);
      toys = sqlToys(database);
      const accounts = ["ada", "grace"].map((id) => ({ id, created_at: NOW }));
      await database.db.insertInto("accounts").values(accounts).execute();
      const children = accounts.map(({ id }) => ({
        id: `${id}-child`,
        account_id: id,
        created_at: NOW,
        sealed_profile: null,
      }));
      await database.db.insertInto("children").values(children).execute();
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      deviceId = `bear-${++made}`;
      await toys.add({ deviceId, sealedPrk: prk, pairingCodeHash: new Uint8Array(32) });
    });

    const windowOf = (accountId = "ada", fields: Partial<PairingWindow> = {}): PairingWindow => ({
      windowId: `window-${++made}`,
      deviceId,
      accountId,
      childId: `${accountId}-child`,
      choices: [...WORDS, "zebra"],
      words: WORDS,
      state: "open",
      picked: false,
      pressed: false,
      tries: 0,
      expiresAt: NOW + 180_000,
      ...fields,
    });
    async function opened(accountId?: string): Promise<PairingWindow> {
      await pairings.enterMode(deviceId, NOW, MODE_END);
      const window = windowOf(accountId);
      expect(await pairings.open(window, NOW)).toEqual({ outcome: "opened", expiresAt: window.expiresAt });
      return window;
    }
    const stateOf = async (windowId: string) => (await pairings.find(windowId))?.state;
    const ownerOf = async () => (await toys.find(deviceId))?.ownerId;
    const entry = (actor: string, action = "changed"): AuditEntry => ({
      ...{ at: NOW, action, outcome: "success", actor, resource: deviceId },
    });
    const from = (accountId: string) => ({ accountId, address: `of ${accountId}` });
    const audited = async () =>
      (
        await database.db
          .selectFrom("audit")
          .select(["action", "actor"])
          .where("resource", "=", deviceId)
          .orderBy("id")
          .execute()
      ).map(({ action, actor }) => `${action} ${actor}`);

    describe("a window", () => {
      test("opens on a toy in pairing mode that is nobody's, and is found as it was opened", async () => {
        const window = await opened();
        expect(await pairings.find(window.windowId)).toEqual(window);
        expect(await pairings.find("none")).toBeUndefined();
      });

      test.each(["no mode", "the mode is over", "owned", "disabled", "quarantined", "no toy"])(
        "does not open: %s",
        async (why) => {
          if (why !== "no mode") await pairings.enterMode(deviceId, NOW, MODE_END);
          const change = { owned: { owner_id: "ada", child_id: "ada-child" } }[why] ?? { [why]: true };
          if (["owned", "disabled", "quarantined"].includes(why))
            await database.db.updateTable("toys").set(change).where("device_id", "=", deviceId).execute();
          const window = windowOf("ada", why === "no toy" ? { deviceId: "bear-none" } : {});
          const now = why === "the mode is over" ? MODE_END : NOW;
          expect(await pairings.open(window, now)).toEqual({ outcome: "refused" });
          expect(await pairings.find(window.windowId)).toBeUndefined();
        },
      );

      test("ends no later than the toy's pairing mode", async () => {
        await pairings.enterMode(deviceId, NOW, NOW + 60_000);
        expect(await pairings.open(windowOf(), NOW)).toEqual({
          outcome: "opened",
          expiresAt: NOW + 60_000,
        });
      });

      test("of many parents at once nobody gets the toy: all windows are cancelled, and a new press is needed", async () => {
        await pairings.enterMode(deviceId, NOW, MODE_END);
        const windows = Array.from({ length: 6 }, (_, i) => windowOf(i % 2 ? "ada" : "grace"));
        const answers = await Promise.all(windows.map((window) => pairings.open(window, NOW)));
        const outcomes = answers.map(({ outcome }) => outcome).sort();
        expect(outcomes).toEqual(["opened", "refused", "refused", "refused", "refused", "twice"]);
        for (const { windowId } of windows) expect(await stateOf(windowId)).not.toBe("open");
        expect(await pairings.open(windowOf(), NOW)).toEqual({ outcome: "refused" });
        await pairings.enterMode(deviceId, NOW + 20_000, MODE_END);
        expect((await pairings.open(windowOf(), NOW + 20_000)).outcome).toBe("opened");
      });

      test("that ran out is in nobody's way", async () => {
        await opened();
        const later = NOW + 200_000;
        const next = windowOf("grace", { expiresAt: later + 180_000 });
        expect(await pairings.open(next, later)).toEqual({ outcome: "opened", expiresAt: MODE_END });
      });

      test("is cancelled where the toy leaves, and by a new press; the same press told again is none", async () => {
        const left = await opened();
        await pairings.leaveMode(deviceId);
        expect(await stateOf(left.windowId)).toBe("cancelled");
        expect(await pairings.open(windowOf(), NOW)).toEqual({ outcome: "refused" });
        const again = await opened();
        await pairings.enterMode(deviceId, NOW + 4_000, MODE_END);
        expect(await stateOf(again.windowId)).toBe("open");
        await pairings.enterMode(deviceId, NOW + 11_000, MODE_END);
        expect(await stateOf(again.windowId)).toBe("cancelled");
      });
    });

    describe("an owner", () => {
      test.each([
        ["words, then paw", true],
        ["paw, then words", false],
      ])("is made by words and paw, with one row of audit: %s", async (_, wordsFirst) => {
        const { windowId } = await opened();
        const pick = () => pairings.pick(windowId, from("ada"), WORDS, NOW);
        const press = () => pairings.press(windowId, NOW);
        const [first, second] = wordsFirst ? [pick, press] : [press, pick];
        expect((await first())?.state).toBe("open");
        expect(await ownerOf()).toBeUndefined();
        expect(await second()).toMatchObject({ state: "paired", picked: true, pressed: true, words: [] });
        expect(await toys.find(deviceId)).toMatchObject({ ownerId: "ada", childId: "ada-child" });
        // told again it changes nothing
        expect((await press())?.state).toBe("paired");
        expect((await pick())?.state).toBe("paired");
        expect(await audited()).toEqual(["toy_paired ada"]);
        const paired = await database.db
          .selectFrom("audit")
          .select(["address", "account_id"])
          .where("resource", "=", deviceId)
          .execute();
        expect(paired).toEqual([{ address: "of ada", account_id: "ada" }]);
        // it is the trail's now
        const window = await database.db
          .selectFrom("pairing_windows")
          .select("picked_address")
          .where("window_id", "=", windowId)
          .execute();
        expect(window).toEqual([{ picked_address: null }]);
      });

      test("is made once by words and paw at the same moment, many times over", async () => {
        const { windowId } = await opened();
        await Promise.all(
          Array.from({ length: 8 }, (_, i) =>
            i % 2 ? pairings.press(windowId, NOW) : pairings.pick(windowId, from("ada"), WORDS, NOW),
          ),
        );
        expect(await ownerOf()).toBe("ada");
        expect(await audited()).toEqual(["toy_paired ada"]);
      });

      test("three wrong picks cancel the window, in whatever order they come; the toy needs a new press", async () => {
        const { windowId } = await opened();
        const wrong = [...WORDS].reverse();
        const tries = await Promise.all(
          Array.from({ length: 5 }, () => pairings.pick(windowId, from("ada"), wrong, NOW)),
        );
        expect(Math.max(...tries.map((window) => window!.tries))).toBe(3);
        expect(await stateOf(windowId)).toBe("cancelled");
        expect((await pairings.pick(windowId, from("ada"), WORDS, NOW))?.picked).toBe(false);
        expect((await pairings.press(windowId, NOW))?.state).toBe("cancelled");
        expect(await ownerOf()).toBeUndefined();
        expect((await pairings.open(windowOf(), NOW)).outcome).toBe("refused");
      });

      test("is not made by another account's words, after the end, or of a toy that was switched off meanwhile", async () => {
        const { windowId, expiresAt } = await opened();
        expect(await pairings.pick(windowId, from("grace"), WORDS, NOW)).toBeUndefined();
        expect(await pairings.pick("none", from("ada"), WORDS, NOW)).toBeUndefined();
        expect((await pairings.pick(windowId, from("ada"), WORDS, expiresAt))?.picked).toBe(false);
        expect((await pairings.press(windowId, expiresAt))?.pressed).toBe(false);
        await pairings.pick(windowId, from("ada"), WORDS, NOW);
        await database.db
          .updateTable("toys")
          .set({ disabled: true })
          .where("device_id", "=", deviceId)
          .execute();
        expect((await pairings.press(windowId, NOW))?.state).toBe("cancelled");
        expect(await ownerOf()).toBeUndefined();
        expect(await audited()).toEqual([]);
      });

      test("cancelling does not touch a window that was decided", async () => {
        const { windowId } = await opened();
        await pairings.pick(windowId, from("ada"), WORDS, NOW);
        await pairings.press(windowId, NOW);
        await pairings.cancel(windowId);
        await pairings.leaveMode(deviceId);
        expect(await stateOf(windowId)).toBe("paired");
      });
    });

    describe("a toy that is owned", () => {
      beforeEach(async () => {
        const { windowId } = await opened();
        await pairings.pick(windowId, from("ada"), WORDS, NOW);
        await pairings.press(windowId, NOW);
        await toys.acceptClaim(
          deviceId,
          { boot: 1, seq: 0, sessionId: "00", firmwareVersion: "1", at: NOW },
          false,
        );
      });

      test("is on its parent's list and no other's", async () => {
        expect((await ownership.list("ada")).map((toy) => toy.deviceId)).toContain(deviceId);
        expect((await ownership.list("grace")).map((toy) => toy.deviceId)).not.toContain(deviceId);
        expect(await ownership.find("ada", deviceId)).toMatchObject({ childId: "ada-child", micOff: false });
        expect(await ownership.find("grace", deviceId)).toBeUndefined();
      });

      test("is let go by its owner alone, once: session, owner and child go, and a rekey is owed", async () => {
        expect(await ownership.unpair(deviceId, "grace", rekey, entry("grace"))).toBe("none");
        const answers = await Promise.all(
          Array.from({ length: 4 }, () => ownership.unpair(deviceId, "ada", rekey, entry("ada", "let_go"))),
        );
        expect(answers.sort()).toEqual(["done", "none", "none", "none"]);
        expect(await toys.find(deviceId)).toMatchObject({
          ownerId: undefined,
          childId: undefined,
          sessionId: undefined,
          sealedPrk: prk,
          sealedNextPrk: nextPrk,
        });
        expect((await audited()).filter((row) => row.startsWith("let_go"))).toHaveLength(1);
      });

      test("is not let go with a key that moved on meanwhile; a step that was offered stays the one", async () => {
        const stale = { ...rekey, sealedPrk: new Uint8Array([9]) };
        expect(await ownership.unpair(deviceId, "ada", stale, entry("ada"))).toBe("changed");
        expect(await ownerOf()).toBe("ada");
        const offered = new Uint8Array([7]);
        await database.db
          .updateTable("toys")
          .set({ sealed_next_prk: offered })
          .where("device_id", "=", deviceId)
          .execute();
        expect(await ownership.unpair(deviceId, "ada", rekey, entry("ada"))).toBe("done");
        expect((await toys.find(deviceId))?.sealedNextPrk).toEqual(offered);
      });

      test("is told of a rekey once for each session, and only while one is owed", async () => {
        expect(await ownership.takeRekey(deviceId, "00")).toBe(false);
        await ownership.unpair(deviceId, "ada", rekey, entry("ada"));
        const claim = { boot: 2, seq: 0, sessionId: "01", firmwareVersion: "1", at: NOW };
        await toys.acceptClaim(deviceId, claim, false);
        const answers = await Promise.all(
          Array.from({ length: 4 }, () => ownership.takeRekey(deviceId, "01")),
        );
        expect(answers.filter((took) => took)).toHaveLength(1);
        expect(await ownership.takeRekey(deviceId, "00")).toBe(false);
        await toys.acceptClaim(deviceId, { ...claim, boot: 3, sessionId: "02" }, false);
        expect(await ownership.takeRekey(deviceId, "02")).toBe(true);
        await toys.acceptClaim(deviceId, { ...claim, boot: 4, sessionId: "03" }, true);
        expect(await ownership.takeRekey(deviceId, "03")).toBe(false);
      });

      test("goes to who has the code: once, in time, and not to its owner", async () => {
        const hash = new Uint8Array(32).fill(5);
        const to = { accountId: "grace", childId: "grace-child" };
        const until = NOW + 1_000;
        expect(await ownership.offerTransfer(deviceId, "grace", { hash, until }, entry("grace"))).toBe(false);
        expect(await ownership.transfer(deviceId, hash, to, rekey, NOW, () => [entry("grace")])).toBe("none");
        expect(await ownership.offerTransfer(deviceId, "ada", { hash, until }, entry("ada"))).toBe(true);
        const own = { accountId: "ada", childId: "ada-child" };
        const entriesOf = (formerId: string) => [entry("grace", `left ${formerId}`), entry("grace", "came")];
        for (const [code, taker, at] of [
          [new Uint8Array(32), to, NOW],
          [hash, to, until],
          [hash, own, NOW],
        ] as const)
          expect(await ownership.transfer(deviceId, code, taker, rekey, at, entriesOf)).toBe("none");
        const answers = await Promise.all(
          Array.from({ length: 3 }, () => ownership.transfer(deviceId, hash, to, rekey, NOW, entriesOf)),
        );
        expect(answers.sort()).toEqual(["done", "none", "none"]);
        expect(await toys.find(deviceId)).toMatchObject({
          ownerId: "grace",
          childId: "grace-child",
          sessionId: undefined,
          sealedNextPrk: nextPrk,
        });
        expect((await audited()).slice(-2)).toEqual(["left ada grace", "came grace"]);
      });

      test("keeps its owner through a factory reset, which its owner sees", async () => {
        const reset = entry(deviceId, "toy_reset");
        expect(await ownership.noteReset(deviceId, reset, RESET_TOLD_MS)).toBe(true);
        expect(await ownership.find("ada", deviceId)).toMatchObject({ resetAt: NOW });
        expect(await audited()).toContain(`toy_reset ${deviceId}`);
        expect(await ownership.noteReset("bear-none", reset, RESET_TOLD_MS)).toBe(false);
      });

      test("that says again and again that it was reset is on record once an hour, whoever hears it", async () => {
        const resets = async (times: number, at: number) =>
          (
            await Promise.all(
              Array.from({ length: times }, () =>
                ownership.noteReset(deviceId, { ...entry(deviceId, "toy_reset"), at }, RESET_TOLD_MS),
              ),
            )
          ).filter(Boolean).length;
        expect(await resets(20, NOW)).toBe(1);
        expect(await resets(5, NOW + RESET_TOLD_MS - 1)).toBe(0);
        expect(await ownership.find("ada", deviceId)).toMatchObject({ resetAt: NOW });
        expect(await resets(5, NOW + RESET_TOLD_MS)).toBe(1);
        expect((await audited()).filter((line) => line === `toy_reset ${deviceId}`)).toHaveLength(2);
      });

      test("is owed what its own family wishes, until it has heard of it, and again after a reset", async () => {
        const none = { micOff: false, micWishedOff: false, volume: undefined, volumeTold: undefined };
        expect(await ownership.dues(deviceId)).toEqual(none);
        expect(await ownership.dues("bear-none")).toBeUndefined();
        expect(await ownership.wish(deviceId, "grace", { volume: 1 })).toBe(false);
        expect(await ownership.wish(deviceId, "ada", { volume: 40, micWishedOff: true })).toBe(true);
        expect(await ownership.wish(deviceId, "ada", { sealedName: new Uint8Array([7]) })).toBe(true);
        expect(await ownership.wish(deviceId, "ada", {})).toBe(true);
        await ownership.setMicOff(deviceId, true);
        await ownership.setVolumeTold(deviceId, 40);
        const told = { micOff: true, micWishedOff: true, volume: 40, volumeTold: 40 };
        expect(await ownership.dues(deviceId)).toEqual(told);
        expect(await ownership.find("ada", deviceId)).toMatchObject({
          ...{ micWishedOff: true, sealedName: new Uint8Array([7]), status: { volume: 40, onlineUntil: 0 } },
        });
        for (const at of [NOW, NOW + 1]) {
          await ownership.setVolumeTold(deviceId, 40);
          await ownership.noteReset(deviceId, { ...entry(deviceId, "toy_reset"), at }, RESET_TOLD_MS);
          expect(await ownership.dues(deviceId)).toEqual({ ...told, volumeTold: undefined });
        }
      });

      test("that was shut out is let in by its owner alone, once on record", async () => {
        await toys.quarantine(deviceId);
        expect(await ownership.restore(deviceId, "grace", entry("grace", "toy_restored"))).toBe(false);
        expect(await toys.find(deviceId)).toMatchObject({ quarantined: true });
        expect(await ownership.restore(deviceId, "ada", entry("ada", "toy_restored"))).toBe(true);
        expect(await ownership.restore(deviceId, "ada", entry("ada", "toy_restored"))).toBe(true);
        expect(await toys.find(deviceId)).toMatchObject({ quarantined: false });
        expect((await audited()).filter((line) => line === "toy_restored ada")).toHaveLength(1);
      });
    });
  });
