/** Children and consent, on both databases alike: a family's own, a record that only grows, a proof that counts once. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sqlChildren } from "../../../../server/adapters/sql/children.ts";
import { sqlConsents } from "../../../../server/adapters/sql/consents.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { CONSENT_TRIES } from "../../../../server/bounds.ts";
import { nextConsent } from "../../../../server/family/consent/states.ts";
import { RECIPIENTS } from "../../../../server/ports.ts";
import type { AuditEntry, ChildRecord, ConsentRequest, Consents } from "../../../../server/ports.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const entry: AuditEntry = { at: NOW, action: "tested", outcome: "success", actor: "ada" };
const granted = (): AuditEntry => entry;

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`families on ${name}`, () => {
    let database: Database;
    let consents: Consents;
    let children: ReturnType<typeof sqlChildren>;
    let childId: string;
    let made = 0;

    const childOf = (fields: Partial<ChildRecord> = {}): ChildRecord => ({
      childId: `child-${++made}`,
      accountId: "ada",
      sealedProfile: new Uint8Array([1, 2, 3]),
      retentionDays: 30,
      keepsTranscripts: true,
      createdAt: NOW,
      ...fields,
    });
    const requestOf = (fields: Partial<ConsentRequest> = {}): ConsentRequest => ({
      requestId: `request-${++made}`,
      childId,
      accountId: "ada",
      method: "form",
      versions: { voice: "v1", chat: "c1" },
      language: "de",
      digests: { voice: "d1", chat: "e1" },
      codeHash: undefined,
      expiresAt: NOW + 1_000,
      ...fields,
    });
    const statesOf = async (of = childId) =>
      Object.fromEntries(
        (await consents.of(of)).map(({ recipient, state, noticeVersion }) => [
          recipient,
          `${state} ${noticeVersion}`,
        ]),
      );

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      children = sqlChildren(database);
      consents = sqlConsents({ db: database.db, next: nextConsent });
      const accounts = ["ada", "grace"].map((id) => ({ id, created_at: NOW }));
      await database.db.insertInto("accounts").values(accounts).execute();
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      const child = childOf();
      childId = child.childId;
      await children.add(child, 1_000, entry);
    });

    describe("a child", () => {
      test("is its own family's: found, listed and changed there alone", async () => {
        expect(await children.find("ada", childId)).toMatchObject({ childId, retentionDays: 30 });
        expect(await children.find("grace", childId)).toBeUndefined();
        expect(await children.list("grace")).toEqual([]);
        const change = { sealedProfile: new Uint8Array([9]), retentionDays: 1, keepsTranscripts: false };
        expect(await children.change("grace", childId, change, entry)).toBe(false);
        expect(await children.change("ada", childId, change, entry)).toBe(true);
        expect(await children.find("ada", childId)).toMatchObject(change);
      });

      test("is added and changed with an audit row, or not at all", async () => {
        const rowsOf = async (action: string) =>
          database.db
            .selectFrom("audit")
            .select(["actor", "resource", "account_id", "reason"])
            .where("action", "=", action)
            .execute();
        const child = childOf();
        const added = { ...entry, action: `added ${child.childId}`, actor: "ada", resource: "child-1" };
        const told = { actor: "ada", resource: "child-1", account_id: "ada", reason: null };
        expect(await children.add(child, 1_000, added)).toBe(true);
        expect(await children.add(childOf(), 1, added)).toBe(false);
        expect(await rowsOf(added.action)).toEqual([told]);
        const change = { sealedProfile: new Uint8Array([9]), retentionDays: 1, keepsTranscripts: false };
        const changed = { ...added, action: `changed ${child.childId}`, reason: "keeps_transcripts" };
        expect(await children.change("grace", child.childId, change, changed)).toBe(false);
        expect(await children.change("ada", child.childId, change, changed)).toBe(true);
        expect(await rowsOf(changed.action)).toEqual([{ ...told, reason: "keeps_transcripts" }]);

        const broken = { ...entry, action: null as never };
        const another = childOf();
        await expect(children.add(another, 1_000, broken)).rejects.toThrow();
        expect(await children.find("ada", another.childId)).toBeUndefined();
        const again = { ...change, retentionDays: 2 };
        await expect(children.change("ada", child.childId, again, broken)).rejects.toThrow();
        expect(await children.find("ada", child.childId)).toMatchObject(change);
      });

      test("is one of so many, for those added at once too", async () => {
        await database.db
          .insertInto("accounts")
          .values({ id: `many-${++made}`, created_at: NOW })
          .execute();
        const accountId = `many-${made}`;
        const added = await Promise.all(
          Array.from({ length: 6 }, () => children.add(childOf({ accountId }), 4, entry)),
        );
        expect(added.filter((one) => one)).toHaveLength(4);
        expect(await children.list(accountId)).toHaveLength(4);
      });

      test("takes with it all that it consented to, record and requests; nothing with its id stays", async () => {
        const request = requestOf();
        await consents.ask(request, NOW);
        await consents.prove(request.requestId, "form", "form 1", NOW, granted);
        await consents.ask(requestOf(), NOW);
        await database.db.deleteFrom("children").where("id", "=", childId).execute();
        for (const table of ["consents", "consent_records", "consent_requests", "pairing_windows"]) {
          const { rows } = await sql`select 1 from ${sql.table(table)} where child_id = ${childId}`.execute(
            database.db,
          );
          expect(rows).toEqual([]);
        }
      });
    });

    describe("consent", () => {
      test("is asked for, proven once, by its own method and in time; each step leaves a record", async () => {
        const request = requestOf();
        await consents.ask(request, NOW);
        expect(await statesOf()).toEqual({ voice: "pending v1", chat: "pending c1" });
        expect(await consents.prove(request.requestId, "card", "x", NOW, granted)).toBeUndefined();
        const late = consents.prove(request.requestId, "form", "x", request.expiresAt, granted);
        expect(await late).toBeUndefined();
        const proofs = await Promise.all(
          Array.from({ length: 4 }, () => consents.prove(request.requestId, "form", "form 7", NOW, granted)),
        );
        expect(proofs.filter((proof) => proof !== undefined)).toEqual([request]);
        expect(await statesOf()).toEqual({ voice: "granted v1", chat: "granted c1" });
        await consents.revoke(childId, RECIPIENTS, entry);
        const records = await database.db
          .selectFrom("consent_records")
          .select(["state", "method", "evidence", "notice_version", "notice_language", "notice_digest"])
          .where("child_id", "=", childId)
          .where("recipient", "=", "voice")
          .orderBy("id")
          .execute();
        const read = { notice_version: "v1", notice_language: "de", notice_digest: "d1" };
        expect(records).toEqual([
          { state: "pending", method: "form", evidence: null, ...read },
          { state: "granted", method: "form", evidence: "form 7", ...read },
          { state: "revoked", method: "form", evidence: null, ...read },
        ]);
      });

      test("asked for before its language was kept is proven as it was asked", async () => {
        const request = requestOf({ language: undefined, digests: {} });
        await consents.ask(request, NOW);
        const former = { notice_language: null, digests: null };
        const { requestId } = request;
        await database.db
          .updateTable("consent_requests")
          .set(former)
          .where("request_id", "=", requestId)
          .execute();
        expect(await consents.prove(requestId, "form", "form 7", NOW, granted)).toEqual(request);
        expect(await consents.of(childId)).toContainEqual({
          ...{ recipient: "voice", state: "granted", method: "form", changedAt: NOW },
          ...{ noticeVersion: "v1", noticeLanguage: undefined, noticeDigest: undefined },
        });
      });

      test("that stands is not lost by asking anew; the proof brings the new notice", async () => {
        const first = requestOf();
        await consents.ask(first, NOW);
        await consents.prove(first.requestId, "form", "form", NOW, granted);
        const second = requestOf({ versions: { voice: "v2" } });
        await consents.ask(second, NOW);
        expect(await statesOf()).toEqual({ voice: "granted v1", chat: "granted c1" });
        await consents.prove(second.requestId, "form", "form", NOW, granted);
        expect(await statesOf()).toEqual({ voice: "granted v2", chat: "granted c1" });
      });

      test("revoked is revoked: for one recipient or all, and a proof that comes later proves nothing", async () => {
        const first = requestOf();
        await consents.ask(first, NOW);
        await consents.prove(first.requestId, "form", "form", NOW, granted);
        const open = requestOf();
        await consents.ask(open, NOW);
        expect(await consents.revoke(childId, ["chat", "moderation"], entry)).toEqual(["chat"]);
        expect(await statesOf()).toEqual({ voice: "granted v1", chat: "revoked c1" });
        expect(await consents.prove(open.requestId, "form", "form", NOW, granted)).toBeUndefined();
        expect(await consents.revoke(childId, RECIPIENTS, entry)).toEqual(["voice"]);
        expect(await consents.revoke(childId, RECIPIENTS, entry)).toEqual([]);
        expect(await statesOf()).toEqual({ voice: "revoked v1", chat: "revoked c1" });
      });

      test("by code takes so many tries, of the account that asked", async () => {
        const request = requestOf({ method: "email_plus", codeHash: new Uint8Array(32).fill(1) });
        await consents.ask(request, NOW);
        expect(await consents.tryCode(request.requestId, "grace", NOW)).toBeUndefined();
        expect(await consents.tryCode(request.requestId, "ada", request.expiresAt)).toBeUndefined();
        const tries = await Promise.all(
          Array.from({ length: CONSENT_TRIES + 3 }, () => consents.tryCode(request.requestId, "ada", NOW)),
        );
        expect(tries.filter((one) => one !== undefined)).toHaveLength(CONSENT_TRIES);
        expect(tries.find((one) => one !== undefined)).toEqual(request);
      });

      test("asked for a child that is no more leaves nothing", async () => {
        await database.db.deleteFrom("children").where("id", "=", childId).execute();
        await consents.ask(requestOf(), NOW);
        expect(await consents.of(childId)).toEqual([]);
      });

      test.each([
        "update consent_records set state = 'granted'",
        "delete from consent_records",
        "truncate consent_records",
      ])("the database refuses: %s", async (change) => {
        await consents.ask(requestOf(), NOW);
        await expect(sql.raw(change).execute(database.db)).rejects.toThrow(/append-only/);
      });
    });
  });
