/** The audit chain on both databases alike: rows are linked once, by one of many; what a database's master does is found; days go whole. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { systemHash } from "../../../../server/adapters/hash.ts";
import { auditRow, sqlAudit, sqlAuditReader } from "../../../../server/adapters/sql/audit.ts";
import { sqlAuditChain } from "../../../../server/adapters/sql/audit-chain.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlToys } from "../../../../server/adapters/sql/toys.ts";
import { dropProof } from "../../../../server/audit/chain.ts";
import { keepTrail } from "../../../../server/audit/keep.ts";
import { createLinker } from "../../../../server/audit/link.ts";
import { verifyChain } from "../../../../server/audit/verify.ts";
import type { AuditEntry } from "../../../../server/ports.ts";
import { openMetrics } from "../../../../server/watch/metrics.ts";
import { CHAIN_KEYS, memoryArchive, memoryHeads } from "../../../support/audit.ts";
import { fakeClock } from "../../../support/clock.ts";
import { silentLog } from "../../../support/voice.ts";
import { places } from "./places.ts";

const DAY_MS = 86_400_000;
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`the audit chain on ${name}`, () => {
    const clock = fakeClock(Date.parse("2026-11-28T12:00:00Z"));
    const second = memoryHeads();
    const archive = memoryArchive();
    let database: Database;

    const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
      ...{ at: clock.now(), action: "signed_in", outcome: "success", actor: "account-1" },
      ...change,
    });
    const ports = () => ({
      ...{
        chain: sqlAuditChain(database),
        keys: CHAIN_KEYS,
        heads: [second],
        archives: [archive],
        hash: systemHash,
        clock,
      },
      ...{ meter: openMetrics().meter, log: silentLog, audit: sqlAudit(database) },
    });
    const verify = () => verifyChain(ports());
    const count = async (table: string): Promise<number> =>
      (await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(database.db)).rows[0]!
        .n;
    /** What a database's master can do: past the triggers. */
    const byForce = async (...statements: string[]): Promise<void> => {
      await database.db.transaction().execute(async (tx) => {
        await sql`set local session_replication_role = replica`.execute(tx);
        for (const statement of statements) await sql.raw(statement).execute(tx);
      });
    };

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      await database.db
        .insertInto("accounts")
        .values([
          { id: "account-1", created_at: 1 },
          { id: "guardian-1", created_at: 1, guardian_of: "account-1" },
        ])
        .execute();
    });
    afterAll(() => database?.close());

    test("rows of many who write at once are linked once each, though two cells link at once", async () => {
      const audit = sqlAudit(database);
      const [one, other] = [createLinker(ports()), createLinker(ports())];
      const writing = Array.from({ length: 60 }, (_, i) => audit.append(entry({ resource: `s-${i}` })));
      const linking = Array.from({ length: 10 }, (_, i) => (i % 2 ? one : other).link());
      await Promise.all([...writing, ...linking]);
      while (!(await one.link()));
      await one.exportHeads(true);
      expect(await count("audit_links")).toBe(60);
      expect(await count("audit_unlinked")).toBe(0);
      expect(await verify()).toMatchObject({ holds: true, days: 1, links: 60, heads: 1 });
    });

    test("an act that is taken back leaves no row and nothing that waits", async () => {
      const before = await count("audit");
      const undone = database.db.transaction().execute(async (tx) => {
        await tx.insertInto("audit").values(auditRow(entry())).execute();
        throw new Error("undone");
      });
      await expect(undone).rejects.toThrow("undone");
      expect([await count("audit"), await count("audit_unlinked")]).toEqual([before, 0]);
    });

    test("an act does not wait for the linker, nor for another act: the lock is the linker's alone", async () => {
      await database.db.transaction().execute(async (tx) => {
        const { rows } = await sql<{ taken: boolean }>`
          select pg_try_advisory_xact_lock(7295001) as taken`.execute(tx);
        expect(rows[0]!.taken).toBe(true);
        // one connection is all that PGlite has: there the act is in the transaction itself
        if (name === "PGlite") return void (await tx.insertInto("audit").values(auditRow(entry())).execute());
        await sqlAudit(database).append(entry());
        expect(await createLinker(ports()).link()).toBe(false);
        expect(await sqlAuditChain(database).waiting(5, clock.now() + 1)).toBe(1);
        expect(await sqlAuditChain(database).waiting(5, clock.now())).toBe(0);
      });
      expect(await createLinker(ports()).link()).toBe(true);
      expect(await count("audit_unlinked")).toBe(0);
    });

    test("an entry is of the family of who acted, else of what was acted on, as it is at that moment", async () => {
      const toys = sqlToys(database);
      const toy = { sealedPrk: new Uint8Array([1]), pairingCodeHash: new Uint8Array(32) };
      await toys.add({ deviceId: "bear-1", ...toy }, entry({ actor: "developer-key", resource: "bear-1" }));
      await database.db
        .insertInto("children")
        .values({ id: "child-1", account_id: "account-1", created_at: 1 })
        .execute();
      await database.db.updateTable("toys").set({ owner_id: "account-1", child_id: "child-1" }).execute();
      await toys.quarantine(
        "bear-1",
        entry({ action: "toy_quarantined", actor: "bear-1", resource: "bear-1" }),
      );
      const claim = { boot: 1, seq: 0, sessionId: "0011223344556677", firmwareVersion: "1", at: 1 };
      const claimed = entry({ action: "toy_claimed", actor: "bear-1", resource: "bear-1", address: "::1" });
      expect(await toys.acceptClaim("bear-1", claim, false, claimed)).toBe(true);
      expect(await toys.acceptClaim("bear-1", claim, false, claimed)).toBe(false);
      await sqlAudit(database).append(
        entry({ action: "passkey_added", actor: "guardian-1", device: "Firefox" }),
      );
      await sqlAudit(database).append(
        entry({ action: "support_visit", actor: "support:Grace", resource: "account-1" }),
      );
      const viewed = entry({
        action: "transcript_viewed",
        actor: "support:visit-1",
        resource: "conversation-1",
      });
      await sqlAudit(database).append({ ...viewed, accountId: "account-1" });
      const [last, ...rows] = await sqlAuditReader(database).page({}, 6);
      expect(last).toMatchObject({ action: "transcript_viewed", accountId: "account-1" });
      expect(
        rows.map(({ action, accountId, actor, address, device }) => [
          action,
          accountId,
          actor,
          address,
          device,
        ]),
      ).toEqual([
        ["support_visit", "account-1", "support:Grace", null, null],
        ["passkey_added", "account-1", "guardian-1", null, "Firefox"],
        ["toy_claimed", "account-1", "bear-1", "::1", null],
        ["toy_quarantined", "account-1", "bear-1", null, null],
        ["signed_in", null, "developer-key", null, null],
      ]);
      await database.db.updateTable("toys").set({ owner_id: null, child_id: null }).execute();
    });

    test("whoever knows no better cannot change it: the database refuses", async () => {
      for (const statement of [
        "update audit_links set place = 99",
        "delete from audit_links",
        "truncate audit_links",
        "update audit set actor = 'x'",
        "delete from audit",
      ])
        await expect(sql.raw(statement).execute(database.db)).rejects.toThrow("append-only");
    });

    test("who does it all the same is found out", async () => {
      await createLinker(ports()).link();
      const [last] = await sqlAuditReader(database).page({}, 1);
      const id = last!.id;
      await byForce(`update audit set reason = 'nothing happened' where id = ${id}`);
      expect((await verify()).findings).toMatchObject([{ fault: "changed", id }]);
      await byForce(`update audit set reason = null where id = ${id}`);
      expect((await verify()).findings).toEqual([]);

      await byForce(`delete from audit where id = 7`);
      expect((await verify()).findings).toMatchObject([{ fault: "missing", id: 7 }]);
      await byForce(`delete from audit_links where audit_id = 7`);
      expect((await verify()).findings).toMatchObject([
        { fault: "missing", place: 7 },
        { fault: "changed", place: 8 },
      ]);
      await byForce(`delete from audit where id > 40`, `delete from audit_links where audit_id > 40`);
      const { findings } = await verify();
      expect(findings).toContainEqual({ fault: "cut", day: "2026-11-28", place: 60 });
    });

    test("days are sealed and exported, and go whole when their time is over: what is left holds on their heads", async () => {
      // a new trail: the one before was spoilt
      await byForce(
        "delete from audit",
        "delete from audit_links",
        "delete from audit_days",
        "delete from audit_unlinked",
      );
      second.heads = [];
      const linker = createLinker(ports());
      const audit = sqlAudit(database);
      for (let day = 0; day < 3; day++) {
        for (let i = 0; i < 4; i++) await audit.append(entry({ resource: `${day}-${i}` }));
        await linker.link();
        await linker.exportHeads(true);
        await clock.advance(DAY_MS);
      }
      expect(await sqlAuditChain(database).unexported(10)).toEqual([]);
      const days = await sqlAuditChain(database).days();
      expect(days.map(({ sealed }) => sealed?.places)).toEqual([4, 4, undefined]);
      await keepTrail(ports(), { days: 2, archiveDays: 0 }, new AbortController().signal);
      await linker.link();
      await linker.exportHeads(true);
      expect(await count("audit")).toBe(9); // with the word that a day went
      expect(await verify()).toMatchObject({ holds: true, days: 4, links: 9 });
      expect((await sqlAuditChain(database).days()).map(({ dropped }) => dropped !== undefined)).toEqual([
        true,
        false,
        false,
        false,
      ]);
    });

    test("a day goes by way of the archive, whose parts are noted before the first, and are proven with the day", async () => {
      await clock.advance(DAY_MS);
      const chain = sqlAuditChain(database);
      const never = new AbortController().signal;
      const dayOf = async (day: string) => (await chain.days()).find((one) => one.day === day)!;
      archive.away = true;
      const times = { days: 2, archiveDays: 2 };
      await keepTrail(ports(), times, never);
      expect(await dayOf("2026-11-29")).toMatchObject({ archived: 1, dropped: undefined });
      const proof = new Uint8Array(32);
      for (const archived of [undefined, 2])
        expect(await chain.drop("2026-11-29", { proof, archived }, 10, entry())).toBe(0);
      expect(await dayOf("2026-11-29")).toMatchObject({ archived: 1, dropped: undefined });

      archive.away = false;
      await keepTrail(ports(), times, never);
      await createLinker(ports()).link();
      expect([...archive.parts.keys()]).toEqual(["2026-11-29/1"]);
      expect(await verifyChain(ports(), { archive: true })).toMatchObject({ holds: true, archived: 4 });
      expect(await chain.archive("2026-11-29", 5)).toBe(false);
      expect(await chain.archive("2026-12-09", 5)).toBe(false);
      const last = (await chain.days()).at(-1)!;
      expect([last.sealed, await chain.archive(last.day, 5)]).toEqual([undefined, false]);

      await clock.advance(2 * DAY_MS);
      // the next day stays for the tests after this
      const kept = ports().chain;
      await keepTrail({ ...ports(), chain: { ...kept, drop: async () => 0 } }, times, never);
      expect(archive.parts.has("2026-11-29/1")).toBe(false);
      expect(await dayOf("2026-11-29")).toMatchObject({ archived: undefined });
      await chain.unarchive("2026-11-29", proof, entry({ action: "audit_archive_dropped" }));
      await createLinker(ports()).link();
      expect(await sqlAuditReader(database).page({ action: "audit_archive_dropped" }, 5)).toHaveLength(1);
      expect(await verify()).toMatchObject({ holds: true });
    });

    test("the reader pages backwards, filters, and tells who did something too often", async () => {
      const reader = sqlAuditReader(database);
      const all = await reader.page({}, 100);
      const paged = [];
      for (let before: number | undefined; ;) {
        const page = await reader.page({}, 4, before);
        paged.push(...page);
        if (page.length < 4) break;
        before = page.at(-1)!.id;
      }
      expect(paged).toEqual(all);
      expect(await reader.page({ action: "audit_day_dropped" }, 5)).toHaveLength(2);
      expect(await reader.page({ accountId: "account-1", resource: "2-1" }, 5)).toHaveLength(1);
      expect(await reader.page({ accountId: "account-2" }, 5)).toEqual([]);
      expect(await reader.page({ outcome: "refused" }, 5)).toEqual([]);
      expect(await reader.page({ to: all.at(-1)!.at }, 5)).toEqual([]);

      const now = clock.now();
      for (const [actor, address, times] of [
        ["account-1", "192.0.2.1", 2],
        ["account-1", "192.0.2.2", 1],
        ["account-2", "192.0.2.1", 5],
      ] as const)
        for (let i = 0; i < times; i++)
          await sqlAudit(database).append(
            entry({ at: now, action: "sign_in_refused", outcome: "refused", actor, address }),
          );
      const asked = { actions: ["sign_in_refused"], by: "actor", outcome: "refused", most: 10 } as const;
      const often = (change: object) =>
        reader.often({ ...asked, of: "rows", least: 1, since: now, whose: "families", ...change });
      const whose = "nobody";
      expect(await often({})).toEqual([{ who: "account-1", accountId: "account-1", count: 3 }]);
      expect(await often({ whose })).toEqual([{ who: "account-2", accountId: null, count: 5 }]);
      expect((await often({ whose, least: 4 })).map(({ who }) => who)).toEqual(["account-2"]);
      expect(await often({ least: 4 })).toEqual([]);
      expect((await often({ of: "addresses", least: 2 })).map(({ who }) => who)).toEqual(["account-1"]);
      expect(await often({ whose: { accountId: "account-1" } })).toHaveLength(1);
      expect(await often({ whose: { accountId: "account-2" } })).toEqual([]);
      expect(await often({ since: now + 1 })).toEqual([]);
      expect(await often({ outcome: "success" })).toEqual([]);
    });

    test("what two families did with one toy is not added up: the former owner hears nothing of the next", async () => {
      const reader = sqlAuditReader(database);
      const now = clock.now() + 10_000;
      for (const [accountId, address] of [
        ["account-1", "192.0.2.1"],
        ["account-9", "192.0.2.9"],
      ] as const)
        await sqlAudit(database).append(
          entry({ at: now, action: "toy_claimed", actor: "toy-9", resource: "toy-9", accountId, address }),
        );
      const asked = { actions: ["toy_claimed"], outcome: undefined, by: "resource", most: 9 } as const;
      const often = (whose: "families" | "nobody", least: number) =>
        reader.often({ ...asked, of: "addresses", least, since: now, whose });
      expect([await often("families", 2), await often("nobody", 2)]).toEqual([[], []]);
      expect(await often("families", 1)).toEqual([{ who: "toy-9", accountId: "account-1", count: 1 }]);
      // of a family that is gone
      expect(await often("nobody", 1)).toEqual([{ who: "toy-9", accountId: "account-9", count: 1 }]);
    });

    test("who did something too often is walked through family by family, each once, past any crowd of nobody's", async () => {
      const reader = sqlAuditReader(database);
      const now = clock.now() + 20_000;
      const { db } = database;
      const ids = Array.from({ length: 7 }, (_, i) => `walked-${i}`);
      await db
        .insertInto("accounts")
        .values(ids.map((id) => ({ id, created_at: 1 })))
        .execute();
      const refused = { at: now, action: "claim_rejected", outcome: "refused" } as const;
      const rows = [...ids, ...ids, undefined, undefined, undefined].flatMap((accountId) =>
        ["b", "a", "c"].map((toy) => {
          const resource = accountId ? `${accountId}-${toy}` : `made-up-${toy}`;
          return entry({ ...refused, actor: resource, resource, ...(accountId && { accountId }) });
        }),
      );
      for (const row of rows) await sqlAudit(database).append(row);
      const asked = { actions: ["claim_rejected"], by: "resource", of: "rows", least: 2 } as const;
      const walked: string[] = [];
      for (let after = { accountId: "", who: "" }, pages = 1; ; pages++) {
        const found = await reader.often({
          ...{ ...asked, outcome: "refused", since: now, whose: "families", after, most: 4 },
        });
        walked.push(...found.map(({ who }) => who));
        if (found.length < 4) break;
        expect(pages).toBeLessThan(7);
        after = { accountId: found.at(-1)!.accountId!, who: found.at(-1)!.who };
      }
      expect(walked).toEqual(ids.flatMap((id) => ["a", "b", "c"].map((toy) => `${id}-${toy}`)));
    });

    test("a day goes from its end, and whoever puts a row into one that went, or that there never was, is found out", async () => {
      const chain = sqlAuditChain(database);
      const linker = createLinker(ports());
      for (let i = 0; i < 4; i++) await sqlAudit(database).append(entry());
      await linker.link();
      await clock.advance(DAY_MS);
      await linker.link();
      const day = (await chain.days()).at(-1);
      const places = async () => (await chain.links(day!.day, 0, 100)).map(({ link }) => link.place);
      const end = {
        proof: dropProof(systemHash, CHAIN_KEYS.current, day!, day!.sealed!),
        archived: undefined,
      };
      const before = await places();
      expect(before.length).toBeGreaterThan(2);
      expect(await chain.drop(day!.day, end, 2, entry({ action: "audit_day_dropped" }))).toBe(2);
      expect(await places()).toEqual(before.slice(0, -2));
      await linker.link();
      expect(await verify()).toMatchObject({ holds: true });
      await chain.drop(day!.day, end, 100, entry());
      expect([await places(), (await verify()).holds]).toEqual([[], true]);

      const forge = (of: string) => [
        `insert into audit (id, at, action, outcome, actor) overriding system value
          values (900001, 1, 'signed_in', 'success', 'forged')`,
        `insert into audit_links values ('${of}', 1, 900001, decode(repeat('00', 32), 'hex'))`,
      ];
      await byForce(...forge(day!.day));
      expect((await verify()).findings).toEqual([{ fault: "changed", day: day!.day, place: 1, id: 900_001 }]);
      const undo = ["delete from audit_links where audit_id = 900001", "delete from audit where id = 900001"];
      await byForce(...undo, ...forge("1999-01-01"));
      expect((await verify()).findings).toEqual([{ fault: "added", id: 900_001 }]);
      await byForce(...undo);
      expect(await verify()).toMatchObject({ holds: true });

      const tail = (await chain.tail())!;
      const [head] = await chain.links(tail.day.day, tail.place - 1, 2);
      expect([tail.day.sealed, head!.link.mac]).toEqual([undefined, tail.mac]);
    });
  });
