/** Bundles and attempts, on both databases alike. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import type { AuditEntry } from "../../../../server/ports.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlToys } from "../../../../server/adapters/sql/toys.ts";
import { sqlUpdates } from "../../../../server/adapters/sql/updates.ts";
import type { Bundle, Updates } from "../../../../server/ports/updates.ts";
import { bundleOf, signed } from "../../update/support.ts";
import { places } from "./places.ts";

const entryOf = (action: string): AuditEntry => ({ at: 5, action, outcome: "success", actor: "key" });
const UNWRITABLE = { ...entryOf("unwritable"), outcome: "neither" as "refused" };

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`updates on ${name}`, () => {
    let database: Database;
    let updates: Updates;
    const { bytes } = signed({ bytes: new Uint8Array([0, 255, 39, 92, 10]) });
    const bundle = bundleOf({ size: bytes.length, publishedAt: 1_800_000_000_000 });

    const written = async (action: string) => {
      const rows = await database.db
        .selectFrom("audit")
        .select("reason")
        .where("action", "=", action)
        .orderBy("id")
        .execute();
      return rows.map(({ reason }) => reason);
    };

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      updates = sqlUpdates(database);
    });
    afterAll(() => database?.close());

    test("a bundle is kept once for its board, whole, and listed newest first", async () => {
      expect(await updates.add(bundle, bytes, entryOf("published"))).toBe(true);
      expect(await updates.add({ ...bundle, percent: 1 }, bytes, entryOf("published"))).toBe(false);
      const later = { ...bundle, version: "1.2.0", publishedAt: bundle.publishedAt + 1 };
      expect(await updates.add(later, bytes, entryOf("later"))).toBe(true);
      expect(
        await updates.add({ ...bundle, board: "esp32-s3", publishedAt: 1 }, bytes, entryOf("later")),
      ).toBe(true);
      expect(await updates.list()).toEqual([later, bundle, { ...bundle, board: "esp32-s3", publishedAt: 1 }]);
      expect(await updates.bytes("esp32-classic", "1.1.0")).toEqual(bytes);
      expect(await updates.bytes("esp32-classic", "9.9.9")).toBeUndefined();
      expect(await written("published")).toHaveLength(1);
    });

    test("its size is that of its bytes", async () => {
      const wrong = { ...bundle, version: "1.3.0", size: 1 };
      await expect(updates.add(wrong, bytes, entryOf("wrong"))).rejects.toThrow(/check/);
      expect(await written("wrong")).toEqual([]);
    });

    test("one that cannot be written down is not published, nor staged", async () => {
      const unwritten = { ...bundle, version: "1.4.0" };
      await expect(updates.add(unwritten, bytes, UNWRITABLE)).rejects.toThrow(/check/);
      expect(await updates.bytes("esp32-classic", "1.4.0")).toBeUndefined();
      const staged = updates.change("esp32-classic", "1.1.0", { percent: 3 }, () => UNWRITABLE);
      await expect(staged).rejects.toThrow(/check/);
      expect(await updates.list()).toContainEqual(bundle);
    });

    test("a stage is changed in part, and written down as it is then", async () => {
      const staged = ({ percent, paused }: Bundle) => ({
        ...entryOf("staged"),
        reason: `${percent} ${paused}`,
      });
      expect(await updates.change("esp32-classic", "1.1.0", { percent: 25 }, staged)).toEqual({
        ...bundle,
        percent: 25,
      });
      expect(await updates.change("esp32-classic", "1.1.0", { paused: true }, staged)).toEqual({
        ...bundle,
        percent: 25,
        paused: true,
      });
      expect(await updates.change("esp32-classic", "1.1.0", {}, staged)).toMatchObject({
        percent: 25,
        paused: true,
      });
      expect(await updates.change("esp32-classic", "9.9.9", { percent: 1 }, staged)).toBeUndefined();
      expect(await written("staged")).toEqual(["25 false", "25 true", "25 true"]);
    });

    test("a toy's newest attempt replaces the former, and toys are counted", async () => {
      const ids = ["bear-1", "bear-2", "bear-3"];
      for (const deviceId of ids)
        await sqlToys(database).add({ deviceId, sealedPrk: bytes, pairingCodeHash: new Uint8Array(32) });
      const attempt = { deviceId: "bear-1", version: "1.1.0", tries: 1, state: "offered" as const, at: 5 };
      expect(await updates.attempt("bear-1")).toBeUndefined();
      await updates.keepAttempt(attempt);
      await updates.keepAttempt({ ...attempt, tries: 2, at: 2 ** 40 });
      expect(await updates.attempt("bear-1")).toEqual({ ...attempt, tries: 2, at: 2 ** 40 });
      await updates.keepAttempt({ ...attempt, deviceId: "bear-2", state: "ok" });
      await updates.keepAttempt({ ...attempt, deviceId: "bear-3", state: "ok" });
      expect(await updates.tallies()).toEqual(
        new Map([["1.1.0", { offered: 1, ok: 2, failed: 0, refused: 0 }]]),
      );
    });

    test("how an attempt ended is written down once, of many that see it", async () => {
      const deviceId = "bear-4";
      await sqlToys(database).add({ deviceId, sealedPrk: bytes, pairingCodeHash: new Uint8Array(32) });
      const offered = { deviceId, version: "1.1.0", tries: 1, state: "offered" as const, at: 5 };
      await updates.keepAttempt(offered);
      const ended = { ...offered, state: "ok" as const };
      await expect(updates.keepAttempt(ended, UNWRITABLE)).rejects.toThrow(/check/);
      expect(await updates.attempt(deviceId)).toEqual(offered);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => updates.keepAttempt(ended, entryOf("ended"))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await updates.attempt(deviceId)).toEqual(ended);
      expect(await written("ended")).toHaveLength(1);
    });
  });
