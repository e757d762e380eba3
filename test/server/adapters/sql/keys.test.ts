/** Developer keys on both databases alike: a key ends with its maker, at whatever moment it was made. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sqlParentSessions } from "../../../../server/adapters/sql/account-sessions.ts";
import { sqlAccounts } from "../../../../server/adapters/sql/accounts.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { sqlKeys } from "../../../../server/adapters/sql/keys.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import type {
  AuditEntry,
  DeveloperKey,
  DeveloperKeys,
  NewParentSession,
  ParentSessions,
} from "../../../../server/ports.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`developer keys on ${name}`, () => {
    let database: Database;
    let keys: DeveloperKeys;
    let made = 0;

    const key = (change: Partial<DeveloperKey> = {}): DeveloperKey => ({
      ...{
        id: (++made).toString(16).padStart(8, "0"),
        name: "a key",
        scopes: ["devices:read", "audit:read"],
      },
      ...{ makerId: undefined, createdAt: NOW, expiresAt: NOW + 1_000, revokedAt: undefined },
      ...{ lastUsedAt: undefined, uses: 0, ...change },
    });
    const entry = (action: string): AuditEntry => ({ at: NOW, action, outcome: "success", actor: "key:0" });
    const hashOf = ({ id }: DeveloperKey): Uint8Array => new Uint8Array(32).fill(parseInt(id, 16));
    const add = (one: DeveloperKey, most = 1_000) => keys.add(one, hashOf(one), most, entry("key_created"));
    const audited = async (): Promise<number> =>
      (await sql<{ n: number }>`select count(*) as n from audit`.execute(database.db)).rows[0]!.n;

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      keys = sqlKeys(database);
    });
    afterAll(() => database?.close());

    test("a key is found as it was made, with its digest, and an id is taken once", async () => {
      const one = key();
      expect(await add(one)).toBe(true);
      expect(await keys.find(one.id)).toEqual({ ...one, hash: hashOf(one) });
      expect(await keys.find("ffffffff")).toBeUndefined();
      const before = await audited();
      expect(await add(one)).toBe(false);
      expect(await audited()).toBe(before);
    });

    test("those of a maker are listed with what these made; a maker has a bound", async () => {
      const maker = key();
      const [child, other] = [key({ makerId: maker.id }), key()];
      const grandchild = key({ makerId: child.id });
      for (const one of [maker, child, other, grandchild]) expect(await add(one)).toBe(true);
      expect((await keys.list(maker.id)).map(({ id }) => id).sort()).toEqual([child.id, grandchild.id]);
      expect((await keys.list(undefined)).map(({ id }) => id)).toContain(other.id);
      expect(await add(key({ makerId: maker.id }), 1)).toBe(false);
      expect(await add(key({ makerId: maker.id }), 2)).toBe(true);
    });

    test("a change is told, with its row in the trail; what was made by it lives no longer than it", async () => {
      const maker = key();
      const child = key({ makerId: maker.id });
      await add(maker);
      await add(child);
      const changed = await keys.change(maker.id, { name: "new", expiresAt: NOW + 10 }, entry("key_changed"));
      expect(changed).toMatchObject({ name: "new", expiresAt: NOW + 10 });
      expect((await keys.find(child.id))!.expiresAt).toBe(NOW + 10);
      await keys.change(maker.id, { name: undefined, expiresAt: NOW + 20 }, entry("key_changed"));
      expect((await keys.find(child.id))!.expiresAt).toBe(NOW + 10);
      expect(
        await keys.change("ffffffff", { name: "x", expiresAt: undefined }, entry("key_changed")),
      ).toBeUndefined();
    });

    test("revoked, it ends with all that it made, once", async () => {
      const maker = key();
      const child = key({ makerId: maker.id });
      const grandchild = key({ makerId: child.id });
      for (const one of [maker, child, grandchild]) await add(one);
      const before = await audited();
      const ids = [maker, child, grandchild].map(({ id }) => id);
      expect(await keys.standing([...ids, "ffffffff"], NOW)).toEqual(new Set(ids));
      expect(await keys.standing(ids, NOW + 1_000)).toEqual(new Set());
      expect((await keys.revoke(maker.id, NOW, entry("key_revoked"))).keys.sort()).toEqual(ids);
      expect(await keys.standing(ids, NOW)).toEqual(new Set());
      expect(await keys.revoke(maker.id, NOW, entry("key_revoked"))).toEqual({ keys: [], visits: [] });
      expect(await audited()).toBe(before + 1);
      expect(await add(key({ makerId: maker.id }))).toBe(false);
      expect(
        await keys.change(maker.id, { name: "x", expiresAt: undefined }, entry("key_changed")),
      ).toBeUndefined();
    });

    describe("a visit of support", () => {
      let sessions: ParentSessions;
      beforeAll(async () => {
        sessions = sqlParentSessions(database);
        const people = { email: "a@example.org", name: "Ada", passwordHash: "h", guardianOf: undefined };
        const account = { ...people, id: "family", language: "en" as const, createdAt: NOW };
        await sqlAccounts(database).open(account, entry("registered"));
      });
      const newVisit = (): NewParentSession => ({
        ...{ id: `visit-${++made}`, accountId: "family", role: "support", signedInAt: NOW },
        ...{ expiresAt: NOW + 900, endsAt: NOW + 900, device: "Support: Grace", address: "::1" },
      });
      const entries = [entry("support_opened"), entry("support_visit")];

      test("ends with the key that opened it, and with the one that made that; no other does", async () => {
        const maker = key();
        const child = key({ makerId: maker.id });
        const other = key();
        for (const one of [maker, child, other]) await add(one);
        const visits = Array.from({ length: 4 }, newVisit);
        const keyIds = [maker.id, child.id, other.id, undefined];
        for (const [at, visit] of visits.entries())
          expect(await sessions.openVisit(visit, keyIds[at], entries)).toBe(true);
        const [first, second, ...stay] = visits.map(({ id }) => id);
        const ended = await keys.revoke(maker.id, NOW + 1, entry("key_revoked"));
        expect(ended.visits.sort()).toEqual([first, second]);
        const ids = [first!, second!, ...stay];
        expect(await sessions.standingOf(ids, NOW + 1)).toEqual(new Set(stay));
      });

      test("that ended, or ran out, before its key did is not told of again", async () => {
        const one = key();
        await add(one);
        const [gone, over] = [newVisit(), { ...newVisit(), expiresAt: NOW + 5 }];
        for (const visit of [gone, over]) await sessions.openVisit(visit, one.id, entries);
        await sessions.end("family", gone.id, entry("signed_out"));
        expect((await keys.revoke(one.id, NOW + 10, entry("key_revoked"))).visits).toEqual([]);
      });

      test("is not opened, nor told of in the trail, by a key that was revoked or has run out", async () => {
        const [revoked, over] = [key(), key({ expiresAt: NOW })];
        for (const one of [revoked, over]) await add(one);
        await keys.revoke(revoked.id, NOW, entry("key_revoked"));
        const before = await audited();
        for (const { id } of [revoked, over]) {
          const visit = newVisit();
          expect(await sessions.openVisit(visit, id, entries)).toBe(false);
          expect(await sessions.standingOf([visit.id], NOW)).toEqual(new Set());
        }
        expect(await audited()).toBe(before);
        expect(await sessions.openVisit(newVisit(), undefined, entries)).toBe(true);
        expect(await audited()).toBe(before + 2);
      });

      test("opened while its key is revoked does not outlive it", async () => {
        for (let i = 0; i < 5; i++) {
          const one = key();
          await add(one);
          const visits = Array.from({ length: 6 }, newVisit);
          const opening = visits.map((visit) => sessions.openVisit(visit, one.id, entries));
          await Promise.all([...opening, keys.revoke(one.id, NOW, entry("key_revoked"))]);
          const ids = visits.map(({ id }) => id);
          expect(await sessions.standingOf(ids, NOW)).toEqual(new Set());
        }
      });
    });

    test("what is made while its maker is revoked does not outlive it", async () => {
      for (let i = 0; i < 5; i++) {
        const maker = key();
        await add(maker);
        const between = key({ makerId: maker.id });
        await add(between);
        const children = Array.from({ length: 6 }, (_, at) =>
          key({ makerId: (at % 2 ? maker : between).id }),
        );
        const making = children.map((child) => add(child));
        await Promise.all([...making, keys.revoke(maker.id, NOW, entry("key_revoked"))]);
        const standing = await keys.standing([maker.id, ...children.map(({ id }) => id)], NOW);
        expect(standing).toEqual(new Set());
      }
    });

    test("what is made, or given more time, while its maker is given less does not outlive it", async () => {
      const late = key();
      await add(late);
      await keys.change(late.id, { name: undefined, expiresAt: NOW + 10 }, entry("key_changed"));
      // its maker was believed while it had more time
      expect(await add(key({ makerId: late.id, expiresAt: NOW + 11 }))).toBe(false);
      expect(await add(key({ makerId: late.id, expiresAt: NOW + 10 }))).toBe(true);
      for (let i = 0; i < 5; i++) {
        const maker = key();
        const child = key({ makerId: maker.id });
        const grandchild = key({ makerId: child.id });
        for (const one of [maker, child, grandchild]) await add(one);
        const changed = ([one, expiresAt]: readonly [DeveloperKey, number]) =>
          keys.change(one.id, { name: undefined, expiresAt }, entry("key_changed"));
        const less = [maker, NOW + 10] as const;
        const more = [
          [child, NOW + 900],
          [grandchild, NOW + 900],
        ] as const;
        await Promise.all([...(i % 2 ? [less, ...more] : [...more, less])].map(changed));
        for (const { id } of [child, grandchild]) expect((await keys.find(id))!.expiresAt).toBe(NOW + 10);
      }
    });

    test("uses are added up, and the latest stays", async () => {
      const one = key();
      await add(one);
      await keys.used(
        new Map([
          [one.id, { count: 3, at: NOW + 5 }],
          ["ffffffff", { count: 1, at: NOW }],
        ]),
      );
      await keys.used(new Map([[one.id, { count: 2, at: NOW + 4 }]]));
      expect(await keys.find(one.id)).toMatchObject({ uses: 5, lastUsedAt: NOW + 5 });
    });
  });
