/** Kept conversations, on both databases alike: who may keep what, whose it is, and what is left of it. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sqlChildren } from "../../../../server/adapters/sql/children.ts";
import { sqlConsents } from "../../../../server/adapters/sql/consents.ts";
import { sqlConversations } from "../../../../server/adapters/sql/conversations.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { MAX_CONVERSATION_TURNS, MEMORY_MS } from "../../../../server/bounds.ts";
import { nextConsent } from "../../../../server/family/consent/states.ts";
import type { AuditEntry, KeptConversations, SealedMessage, SealedTurn } from "../../../../server/ports.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const entry: AuditEntry = { at: NOW, action: "tested", outcome: "success", actor: "ada" };
const sealed = new Uint8Array([0, 39, 92, 255]);

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`conversations on ${name}`, () => {
    let database: Database;
    let conversations: KeptConversations;
    let consents: ReturnType<typeof sqlConsents>;
    let children: ReturnType<typeof sqlChildren>;
    let childId: string;
    let made = 0;

    const message = (fields: Partial<SealedMessage> = {}): SealedMessage => ({
      ...{ role: "child", sealedText: sealed, at: NOW, action: "allow", reason: "", ...fields },
    });
    const turnOf = (fields: Partial<SealedTurn> = {}): SealedTurn => {
      const at = fields.at ?? NOW;
      const messages = [message({ at: at + 1 }), message({ role: "bear", at: at + 2 })];
      return {
        turnId: `turn-${++made}`,
        ...{ deviceId: "bear-1", childId, accountId: "ada", at, messages, ...fields },
      };
    };
    const keep = (fields: Partial<SealedTurn> = {}) => conversations.keep(turnOf(fields), `new-${++made}`);
    const listed = async (accountId = "ada", of: string | undefined = childId) =>
      conversations.list(accountId, { childId: of, after: undefined, most: 100 });
    async function consent(recipients: readonly string[]) {
      const requestId = `request-${++made}`;
      const versions = Object.fromEntries(recipients.map((recipient) => [recipient, "v"]));
      const read = { language: "en", digests: {} };
      const rest = { ...read, method: "form", codeHash: undefined, expiresAt: NOW + 1 } as const;
      await consents.ask({ requestId, childId, accountId: "ada", versions, ...rest }, NOW);
      await consents.prove(requestId, "form", "form", NOW, () => entry);
    }
    const rowsOf = async (table: string): Promise<number> => {
      const { rows } = await sql<{ n: number }>`select count(*)::int4 as n from ${sql.table(table)}`.execute(
        database.db,
      );
      return rows[0]!.n;
    };

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      conversations = sqlConversations(database);
      consents = sqlConsents({ db: database.db, next: nextConsent });
      children = sqlChildren(database);
      const accounts = ["ada", "grace", "gone"].map((id) => ({ id, created_at: NOW }));
      await database.db.insertInto("accounts").values(accounts).execute();
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      childId = `child-${++made}`;
      await addChild({});
      await consent(["voice", "transcripts"]);
    });

    async function addChild(fields: { childId?: string; accountId?: string; keepsTranscripts?: boolean }) {
      const child = { childId, accountId: "ada", keepsTranscripts: true, ...fields };
      const rest = { sealedProfile: new Uint8Array([1]), retentionDays: 30, createdAt: NOW };
      await children.add({ ...child, ...rest }, 10_000, entry);
    }

    describe("a turn", () => {
      test("joins those before it within half an hour, of the same child with the same toy", async () => {
        const first = await keep();
        expect(await keep({ at: NOW + MEMORY_MS })).toBe(first);
        const [turn] = await listed();
        expect(turn).toEqual({
          ...{ conversationId: first, childId, deviceId: "bear-1", startedAt: NOW },
          ...{ lastAt: NOW + MEMORY_MS + 2, turns: 2, flagged: false },
        });
        expect(await keep({ at: NOW + 2 * MEMORY_MS + 2 })).not.toBe(first);
        expect(await keep({ at: NOW + 1, deviceId: "bear-2" })).not.toBe(first);
        expect(await listed()).toHaveLength(3);
      });

      test("written twice is there once", async () => {
        const turn = turnOf();
        const id = await conversations.keep(turn, "new-a");
        expect(await conversations.keep(turn, "new-b")).toBe(id);
        expect(await listed()).toMatchObject([{ turns: 1 }]);
        expect(await conversations.messages(id!)).toHaveLength(2);
      });

      test("begins another conversation where one is full", async () => {
        const id = await keep();
        const full = { turns: MAX_CONVERSATION_TURNS };
        await database.db.updateTable("conversations").set(full).where("id", "=", id!).execute();
        expect(await keep({ at: NOW + 1 })).not.toBe(id);
      });

      test("is told with what was thought of it, oldest first, the child before the bear", async () => {
        const id = (await keep({ at: NOW + 10 }))!;
        const messages = [
          message({ role: "bear", at: NOW, action: "allow" }),
          message({ at: NOW, action: "escalate", reason: "danger" }),
        ];
        await keep({ messages });
        const found = await conversations.messages(id);
        expect(found.map(({ role, at, action, reason }) => [role, at - NOW, action, reason])).toEqual([
          ["child", 0, "escalate", "danger"],
          ["bear", 0, "allow", ""],
          ["child", 11, "allow", ""],
          ["bear", 12, "allow", ""],
        ]);
        expect(found[0]!.sealedText).toEqual(sealed);
        expect(await listed()).toMatchObject([{ flagged: true, turns: 2 }]);
      });

      test("of words that nobody could check flags nothing", async () => {
        await keep({ messages: [message({ action: "redirect", reason: "unchecked" })] });
        expect(await listed()).toMatchObject([{ flagged: false }]);
      });
    });

    describe("nothing is kept", () => {
      test.each(["voice", "transcripts"] as const)(
        "without consent to %s, at that very moment",
        async (recipient) => {
          expect(await conversations.keeperOf(childId)).toEqual({ accountId: "ada", keeps: true });
          await consents.revoke(childId, [recipient], entry);
          expect(await conversations.keeperOf(childId)).toEqual({ accountId: "ada", keeps: false });
          expect(await keep()).toBeUndefined();
          expect(await listed()).toEqual([]);
        },
      );

      test("of a child whose parent does not keep it, of one that is gone, and of an account that left", async () => {
        const change = { sealedProfile: new Uint8Array([1]), retentionDays: 30, keepsTranscripts: false };
        await children.change("ada", childId, change, entry);
        expect(await keep()).toBeUndefined();
        expect(await keep({ childId: "child-none" })).toBeUndefined();
        expect(await conversations.keeperOf("child-none")).toBeUndefined();
        expect(await keep({ accountId: "grace" })).toBeUndefined();
        await children.change("ada", childId, { ...change, keepsTranscripts: true }, entry);
        await database.db.updateTable("accounts").set({ deleted_at: NOW }).where("id", "=", "ada").execute();
        expect(await keep()).toBeUndefined();
        await database.db.updateTable("accounts").set({ deleted_at: null }).where("id", "=", "ada").execute();
        expect(await keep()).toBeDefined();
      });

      test("after a revocation, whichever of the two comes first", async () => {
        await keep();
        await Promise.all([
          ...Array.from({ length: 5 }, () => keep()),
          consents.revoke(childId, ["transcripts"], entry),
          ...Array.from({ length: 5 }, () => keep()),
        ]);
        expect(await listed()).toEqual([]);
      });
    });

    describe("a conversation", () => {
      test("is its own family's: listed, found and removed there alone, with its audit row", async () => {
        const id = (await keep())!;
        expect(await listed("grace", undefined)).toEqual([]);
        expect(await listed("grace")).toEqual([]);
        expect(await conversations.find("grace", id)).toBeUndefined();
        expect(await conversations.remove("grace", id, entry)).toBeUndefined();
        const audits = await rowsOf("audit");
        expect(await conversations.find("ada", id)).toMatchObject({ conversationId: id });
        expect(await conversations.remove("ada", id, entry)).toBe("bear-1");
        expect(await conversations.find("ada", id)).toBeUndefined();
        expect(await conversations.messages(id)).toEqual([]);
        expect(await conversations.remove("ada", id, entry)).toBeUndefined();
        expect(await rowsOf("audit")).toBe(audits + 1);
      });

      test("is listed newest first; touched it comes first, and pages have neither gap nor double", async () => {
        for (const toy of ["a", "b", "c", "d", "e"]) await keep({ deviceId: toy });
        await keep({ deviceId: "c", at: NOW + 5 });
        const seen: string[] = [];
        for (let after; ;) {
          const page = await conversations.list("ada", { childId, after, most: 2 });
          seen.push(...page.map(({ deviceId }) => deviceId));
          after = page.at(-1);
          if (page.length < 2) break;
        }
        expect(seen[0]).toBe("c");
        expect([...seen].sort()).toEqual(["a", "b", "c", "d", "e"]);
      });

      test("goes with its child", async () => {
        const id = (await keep())!;
        await database.db.deleteFrom("children").where("id", "=", childId).execute();
        expect(await conversations.messages(id)).toEqual([]);
      });
    });

    test("purging takes all words of one child, and of no other", async () => {
      await keep();
      await keep({ deviceId: "bear-2" });
      const former = childId;
      childId = `child-${++made}`;
      await addChild({});
      await consent(["voice", "transcripts"]);
      await keep();
      expect(await conversations.purge(former)).toBe(2);
      expect(await listed("ada", former)).toEqual([]);
      expect(await listed()).toHaveLength(1);
      expect(await conversations.purge(former)).toBe(0);
    });
  });
