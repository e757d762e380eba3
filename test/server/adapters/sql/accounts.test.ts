/** Accounts, sessions and passkeys, on both databases alike. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  MAX_PARENT_SESSIONS,
  MAX_PASSKEYS,
  REFRESH_AGAIN_MS,
  SESSION_IDLE_MS,
} from "../../../../server/bounds.ts";
import { sqlParentSessions } from "../../../../server/adapters/sql/account-sessions.ts";
import { sqlAccounts } from "../../../../server/adapters/sql/accounts.ts";
import { sqlConsents } from "../../../../server/adapters/sql/consents.ts";
import { sqlDeletions } from "../../../../server/adapters/sql/deletions.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { sqlFamilies } from "../../../../server/adapters/sql/families.ts";
import { migrateUp } from "../../../../server/adapters/sql/migrate.ts";
import { sqlPasskeys } from "../../../../server/adapters/sql/passkeys.ts";
import { sqlToys } from "../../../../server/adapters/sql/toys.ts";
import { nextConsent } from "../../../../server/family/consent/states.ts";
import type {
  Account,
  Accounts,
  AuditEntry,
  NewParentSession,
  ParentSessions,
  Passkeys,
  Reader,
} from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { places } from "./places.ts";

const NOW = 1_800_000_000_000;
const LATER = NOW + 1_000_000;
const REUSE = { at: NOW, action: "reused", outcome: "refused" } as const;
const readerOf = ({ email, language }: Account): Reader => ({ email, language });
const entryOf = (action = "done"): AuditEntry => ({ at: NOW, action, outcome: "success", actor: "somebody" });

for (const { name, missing, open } of places)
  describe.skipIf(missing)(`accounts on ${name}`, () => {
    let database: Database;
    let accounts: Accounts;
    let sessions: ParentSessions;
    let passkeys: Passkeys;
    let account: Account;
    let made = 0;

    const hash = (of: number = ++made): Uint8Array =>
      new Uint8Array(32).fill(of % 251, 4).fill(of >> 8, 0, 4);
    const newAccount = async (change: Partial<Account> = {}): Promise<Account> => {
      const id = `account-${++made}`;
      const fresh = {
        id,
        email: `${id}@example.org`,
        name: "Ada",
        passwordHash: "$argon2id$…",
        guardianOf: undefined,
        language: "de" as const,
        createdAt: NOW,
        ...change,
      };
      expect(await accounts.open(fresh, entryOf())).toBe(true);
      return fresh;
    };
    const newSession = async (of: Account, change: Partial<NewParentSession> = {}, refresh?: Uint8Array) => {
      const session: NewParentSession = {
        id: `session-${++made}`,
        accountId: of.id,
        role: "parent",
        signedInAt: NOW,
        expiresAt: LATER,
        endsAt: LATER * 2,
        device: "Firefox",
        address: "203.0.113.7",
        ...change,
      };
      await sessions.open(session, entryOf(), refresh);
      return session;
    };

    beforeAll(async () => {
      database = await open();
      await migrateUp(database.db);
      accounts = sqlAccounts(database);
      sessions = sqlParentSessions(database);
      passkeys = sqlPasskeys(database);
    });
    afterAll(() => database?.close());
    beforeEach(async () => {
      account = await newAccount();
    });

    describe("people", () => {
      test("an account is found by its id and by its address, as it was opened", async () => {
        expect(await accounts.find(account.id)).toEqual(account);
        expect(await accounts.findByEmail(account.email)).toEqual(account);
        expect(await accounts.find("nobody")).toBeUndefined();
        expect(await accounts.findByEmail("nobody@example.org")).toBeUndefined();
      });

      test("an address has one account, of many opened at once", async () => {
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, i) =>
            accounts.open({ ...account, id: `twin-${made}-${i}`, email: "t@x" }, entryOf()),
          ),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
      });

      test("a registration holds until it runs out, or its address has an account", async () => {
        const registration = {
          ...{ email: "new@example.org", name: "N", passwordHash: "h" },
          ...{ language: "de" as const, expiresAt: LATER },
        };
        const [first, second] = [hash(), hash()];
        await accounts.addRegistration({ ...registration, tokenHash: first }, NOW);
        await accounts.addRegistration({ ...registration, tokenHash: second }, NOW);
        expect(await accounts.findRegistration(first, NOW)).toEqual({ ...registration, tokenHash: first });
        expect(await accounts.findRegistration(first, LATER)).toBeUndefined();
        await newAccount({ email: registration.email });
        expect(await accounts.findRegistration(first, NOW)).toBeUndefined();
        expect(await accounts.findRegistration(second, NOW)).toBeUndefined();
      });

      test("a person may change the language of their mail, and of a receipt that waits for them", async () => {
        const leaving = { what: "account" as const, accountId: account.id, childId: undefined };
        const wish = { id: `leaves-${account.id}`, leaving, reader: account, at: NOW, dueAt: LATER };
        const deletions = sqlDeletions(database);
        expect((await deletions.schedule(wish, entryOf())).reader).toEqual(readerOf(account));
        await accounts.setLanguage(account.id, "en");
        expect(await accounts.find(account.id)).toEqual({ ...account, language: "en" });
        expect((await deletions.list(account.id))[0]?.reader).toEqual({
          ...readerOf(account),
          language: "en",
        });
        await deletions.forgetReader(wish.id);
        await accounts.setLanguage(account.id, "de");
        expect((await deletions.list(account.id))[0]?.reader).toBeUndefined();
      });

      test("a person may change their name", async () => {
        await accounts.rename(account.id, "Grace");
        expect((await accounts.find(account.id))?.name).toBe("Grace");
      });

      test("a new password ends every session and every link to reset it, of this account alone", async () => {
        const other = await newAccount();
        const mine = await newSession(account);
        const theirs = await newSession(other);
        const reset = hash();
        await accounts.addReset({ tokenHash: reset, accountId: account.id, expiresAt: LATER });
        expect(await accounts.setPassword(account.id, "new", entryOf())).toEqual([mine.id]);
        expect((await accounts.find(account.id))?.passwordHash).toBe("new");
        expect((await accounts.find(other.id))?.passwordHash).toBe(other.passwordHash);
        expect(await sessions.standingOf([mine.id, theirs.id], NOW)).toEqual(new Set([theirs.id]));
        expect(await accounts.findReset(reset, NOW)).toBeUndefined();
      });

      test("a link to reset works once, of many at once, and not after its time", async () => {
        const session = await newSession(account);
        const late = hash();
        await accounts.addReset({ tokenHash: late, accountId: account.id, expiresAt: NOW });
        expect(await accounts.findReset(late, NOW)).toBeUndefined();
        expect(await accounts.resetPassword(late, "late", entryOf())).toBeUndefined();
        const reset = hash();
        await accounts.addReset({ tokenHash: reset, accountId: account.id, expiresAt: LATER });
        expect(await accounts.findReset(reset, NOW)).toEqual({ accountId: account.id });
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, i) => accounts.resetPassword(reset, `new-${i}`, entryOf())),
        );
        expect(answers.filter(Boolean)).toEqual([{ accountId: account.id, ended: [session.id] }]);
      });
    });

    describe("sessions", () => {
      test("one that stands is known with whom it is of", async () => {
        const { id } = await newSession(account);
        expect(await sessions.standing(id, NOW)).toEqual({
          accountId: account.id,
          familyId: account.id,
          role: "parent",
          tier: "free",
          signedInAt: NOW,
        });
        expect(await sessions.standing(id, LATER)).toBeUndefined();
        expect(await sessions.standing("none", NOW)).toBeUndefined();
      });

      test("a guardian's is of the family, and falls with it", async () => {
        const guardian = await newAccount({ guardianOf: account.id });
        const { id } = await newSession(guardian, { role: "guardian" });
        expect(await sessions.standing(id, NOW)).toMatchObject({
          accountId: guardian.id,
          familyId: account.id,
          role: "guardian",
        });
        expect((await accounts.close(account.id, entryOf()))?.ended).toEqual([id]);
        expect(await sessions.standing(id, NOW)).toBeUndefined();
        const { id: later } = await newSession(guardian, { role: "guardian" });
        expect(await sessions.standing(later, NOW)).toBeUndefined();
      });

      test("one is ended by its own account alone, once", async () => {
        const { id } = await newSession(account);
        const other = await newAccount();
        expect(await sessions.end(other.id, id, entryOf())).toBe(false);
        expect(await sessions.standing(id, NOW)).toBeDefined();
        expect(await sessions.end(account.id, id, entryOf())).toBe(true);
        expect(await sessions.end(account.id, id, entryOf())).toBe(false);
        expect(await sessions.standing(id, NOW)).toBeUndefined();
      });

      test("all end at once, and a new one stands in the same moment", async () => {
        const old = [await newSession(account), await newSession(account)].map(({ id }) => id);
        expect((await sessions.endAll(account.id, entryOf())).sort()).toEqual(old.sort());
        const { id } = await newSession(account);
        expect((await sessions.list(account.id, NOW)).map((session) => session.id)).toEqual([id]);
      });

      test("above the bound the oldest end", async () => {
        const first = await newSession(account, { signedInAt: NOW - 2 });
        const second = await newSession(account, { signedInAt: NOW - 1 });
        for (let i = 2; i < MAX_PARENT_SESSIONS; i++) await newSession(account);
        expect(await sessions.standingOf([first.id, second.id], NOW)).toEqual(new Set([first.id, second.id]));
        await newSession(account);
        expect(await sessions.standingOf([first.id, second.id], NOW)).toEqual(new Set([second.id]));
      });

      test("those long out of time go, with their tokens", async () => {
        const token = hash();
        await newSession(account, { expiresAt: NOW }, token);
        await newSession(account, { signedInAt: NOW + SESSION_IDLE_MS + 1, expiresAt: NOW * 2 });
        expect(await sessions.findByRefresh(token)).toBeUndefined();
      });
    });

    describe("refresh tokens", () => {
      test("one is exchanged for the next, and moves the session's end", async () => {
        const [first, second] = [hash(), hash()];
        const session = await newSession(account, {}, first);
        expect(await sessions.rotate(first, second, NOW + 5, LATER + 5, REUSE)).toEqual({
          state: "rotated",
          session: { ...session, usedAt: NOW + 5, expiresAt: LATER + 5 },
        });
        expect(await sessions.findByRefresh(second)).toEqual({
          sessionId: session.id,
          accountId: account.id,
        });
      });

      test("no exchange moves the end past the session's life", async () => {
        const first = hash();
        await newSession(account, { endsAt: LATER + 1 }, first);
        expect(await sessions.rotate(first, hash(), NOW, LATER + 100, REUSE)).toMatchObject({
          session: { expiresAt: LATER + 1 },
        });
      });

      test("its second use ends the session, the newest token with it", async () => {
        const [first, second] = [hash(), hash()];
        const { id } = await newSession(account, {}, first);
        await sessions.rotate(first, second, NOW, LATER, REUSE);
        expect(await sessions.rotate(first, hash(), NOW, LATER, REUSE)).toEqual({
          state: "reused",
          sessionId: id,
          accountId: account.id,
        });
        expect(await sessions.standing(id, NOW)).toBeUndefined();
        expect(await sessions.rotate(second, hash(), NOW, LATER, REUSE)).toEqual({ state: "unknown" });
        expect(await sessions.rotate(first, hash(), NOW, LATER, REUSE)).toEqual({ state: "unknown" });
      });

      test("its second use within half a minute is answered with what was kept for it, until that is used", async () => {
        const [first, second] = [hash(), hash()];
        const sealed = new Uint8Array([1, 2, 255]);
        const { id } = await newSession(account, {}, first);
        const states = (
          await Promise.all(
            Array.from({ length: 8 }, () => sessions.rotate(first, second, NOW, LATER, REUSE, sealed)),
          )
        ).map(({ state }) => state);
        expect(states.filter((state) => state === "rotated")).toHaveLength(1);
        expect(states.filter((state) => state === "again")).toHaveLength(7);
        expect(
          await sessions.rotate(first, hash(), NOW + REFRESH_AGAIN_MS - 1, LATER, REUSE, hash()),
        ).toMatchObject({
          state: "again",
          session: { id },
          sealedNext: sealed,
        });
        await sessions.rotate(second, hash(), NOW + 1, LATER, REUSE, hash());
        expect(await sessions.rotate(first, hash(), NOW + 2, LATER, REUSE, hash())).toMatchObject({
          state: "reused",
        });
        expect(await sessions.standing(id, NOW)).toBeUndefined();
      });

      test("its second use after half a minute ends the session", async () => {
        const first = hash();
        const { id } = await newSession(account, {}, first);
        await sessions.rotate(first, hash(), NOW, LATER, REUSE, hash());
        const late = await sessions.rotate(first, hash(), NOW + REFRESH_AGAIN_MS, LATER, REUSE, hash());
        expect(late).toMatchObject({ state: "reused", sessionId: id });
      });

      test("of many uses at once one is exchanged, and the session does not outlive them", async () => {
        const first = hash();
        const { id } = await newSession(account, {}, first);
        const states = (
          await Promise.all(
            Array.from({ length: 8 }, () => sessions.rotate(first, hash(), NOW, LATER, REUSE)),
          )
        ).map(({ state }) => state);
        expect(states.filter((state) => state === "rotated")).toHaveLength(1);
        expect(states.filter((state) => state === "reused")).toHaveLength(1);
        expect(await sessions.standing(id, NOW)).toBeUndefined();
      });

      test("none is exchanged that nobody issued, after its session ended, or after its time", async () => {
        expect(await sessions.rotate(hash(), hash(), NOW, LATER, REUSE)).toEqual({ state: "unknown" });
        const ended = hash();
        const { id } = await newSession(account, {}, ended);
        await sessions.end(account.id, id, entryOf());
        expect(await sessions.rotate(ended, hash(), NOW, LATER, REUSE)).toEqual({ state: "unknown" });
        const late = hash();
        await newSession(account, {}, late);
        expect(await sessions.rotate(late, hash(), LATER, LATER * 2, REUSE)).toEqual({ state: "unknown" });
      });
    });

    describe("passkeys", () => {
      const key = (change: object = {}) => ({
        id: `key-${++made}`,
        accountId: account.id,
        publicKey: new Uint8Array([0, 1, 254, 255]),
        counter: 0,
        transports: ["internal", "hybrid"],
        name: "phone",
        createdAt: NOW,
        usedAt: undefined,
        ...change,
      });

      test("one is kept as it was added, once, and removed by its own account alone", async () => {
        const passkey = key();
        expect(await passkeys.add(passkey, entryOf())).toBe(true);
        expect(await passkeys.add({ ...passkey, name: "another" }, entryOf())).toBe(false);
        expect(await passkeys.find(passkey.id)).toEqual(passkey);
        expect(await passkeys.list(account.id)).toEqual([passkey]);
        const other = await newAccount();
        expect(await passkeys.remove(other.id, passkey.id, entryOf())).toBe(false);
        expect(await passkeys.remove(account.id, passkey.id, entryOf())).toBe(true);
        expect(await passkeys.find(passkey.id)).toBeUndefined();
      });

      test("an account has so many and no more, however many are added at once", async () => {
        const answers = await Promise.all(
          Array.from({ length: MAX_PASSKEYS + 5 }, () => passkeys.add(key(), entryOf())),
        );
        expect(answers.filter(Boolean)).toHaveLength(MAX_PASSKEYS);
      });

      test.each([
        [0, 0, true],
        [0, 1, true],
        [5, 6, true],
        [5, 5, false],
        [5, 4, false],
        [5, 0, false],
      ])("a counter of %i may be followed by %i: %s", async (before, after, allowed) => {
        const passkey = key({ counter: before });
        await passkeys.add(passkey, entryOf());
        expect(await passkeys.used(passkey.id, after, LATER)).toBe(allowed);
        expect(await passkeys.find(passkey.id)).toMatchObject(
          allowed ? { counter: after, usedAt: LATER } : { counter: before, usedAt: undefined },
        );
      });
    });

    describe("a deleted account", () => {
      test("is found by nobody, frees its address, and leaves a job with that address", async () => {
        const session = await newSession(account);
        await passkeys.add(
          {
            id: `key-${made}`,
            accountId: account.id,
            publicKey: hash(),
            counter: 0,
            transports: [],
            name: "k",
            createdAt: NOW,
            usedAt: undefined,
          },
          entryOf(),
        );
        const reset = hash();
        await accounts.addReset({ tokenHash: reset, accountId: account.id, expiresAt: LATER });
        const guardian = await newAccount({ guardianOf: account.id });
        const { id: reading } = await newSession(guardian, { role: "guardian" });
        const closed = (await accounts.close(account.id, entryOf()))!;
        expect(closed).toMatchObject({
          ...{ owner: readerOf(account), guardians: [readerOf(guardian)], toys: [] },
        });
        expect(closed.ended.sort()).toEqual([reading, session.id].sort());
        expect(await accounts.find(account.id)).toBeUndefined();
        expect(await accounts.findByEmail(account.email)).toBeUndefined();
        expect(await accounts.findReset(reset, NOW)).toBeUndefined();
        expect(await passkeys.list(account.id)).toEqual([]);
        expect(await sessions.standing(session.id, NOW)).toBeUndefined();
        await newAccount({ email: account.email });
        expect(await accounts.close(account.id, entryOf())).toBeUndefined();
      });

      test("names its toys, and none of them hears the child any more", async () => {
        const toys = sqlToys(database);
        const deviceId = `bear-${++made}`;
        await toys.add({ deviceId, sealedPrk: hash(), pairingCodeHash: hash() });
        const families = sqlFamilies({ db: database.db, clock: fakeClock() });
        const consents = sqlConsents({ db: database.db, next: nextConsent });
        const { accountId, childId } = await families.demoFamily();
        await families.pair(deviceId, accountId, childId);
        const granted = async () => (await consents.grants([deviceId])).get(deviceId)?.granted.size;
        expect(await granted()).toBeGreaterThan(0);
        expect((await accounts.close(accountId, entryOf()))?.toys).toContain(deviceId);
        expect(await granted()).toBe(0);
      });
    });

    describe("the trail", () => {
      const passkeyOf = (id: string) => ({
        ...{ id, accountId: account.id, publicKey: hash(), counter: 0, transports: [], name: "phone" },
        ...{ createdAt: NOW, usedAt: undefined },
      });
      const stands = async (id: string) => (await sessions.standing(id, NOW)) !== undefined;
      const passwordIs = async (password: string) =>
        (await accounts.find(account.id))?.passwordHash === password;
      const written = (action: string) =>
        database.db.selectFrom("audit").select(["actor", "resource"]).where("action", "=", action).execute();

      type Write<A = unknown> = (entry: AuditEntry) => Promise<A>;
      /** An act, whether it happened, and the same where it does nothing: where that is not named, a second time. */
      type Act = { act: Write; happened: () => Promise<boolean>; vain?: Write };
      const acts: Record<string, () => Promise<Act>> = {
        "an account opened": async () => {
          const fresh = { ...account, id: `fresh-${++made}`, email: `fresh-${made}@example.org` };
          return {
            act: (entry) => accounts.open(fresh, entry),
            happened: async () => (await accounts.find(fresh.id)) !== undefined,
            vain: (entry) => accounts.open({ ...fresh, id: `late-${made}` }, entry),
          };
        },
        "a password changed": async () => ({
          act: (entry) => accounts.setPassword(account.id, "new", entry),
          happened: () => passwordIs("new"),
          vain: (entry) => accounts.setPassword("nobody", "new", entry),
        }),
        "a password reset": async () => {
          const tokenHash = hash();
          await accounts.addReset({ tokenHash, accountId: account.id, expiresAt: LATER });
          return {
            act: (entry) => accounts.resetPassword(tokenHash, "reset", entry),
            happened: () => passwordIs("reset"),
          };
        },
        "an account closed": async () => ({
          act: (entry) => accounts.close(account.id, entry),
          happened: async () => (await accounts.find(account.id)) === undefined,
        }),
        "a sign-in, a visit of support": async () => {
          const session = { ...(await newSession(account)), id: `session-${++made}` };
          return {
            act: (entry) => sessions.open(session, entry),
            happened: () => stands(session.id),
            vain: (entry) => sessions.open(session, entry).catch(() => undefined),
          };
        },
        "a sign-out": async () => {
          const { id } = await newSession(account);
          return {
            act: (entry) => sessions.end(account.id, id, entry),
            happened: async () => !(await stands(id)),
          };
        },
        "a sign-out everywhere": async () => {
          const { id } = await newSession(account);
          return {
            act: (entry) => sessions.endAll(account.id, entry),
            happened: async () => !(await stands(id)),
          };
        },
        "a refresh token that came twice": async () => {
          const token = hash();
          const { id } = await newSession(account, {}, token);
          await sessions.rotate(token, hash(), NOW, LATER, REUSE);
          return {
            act: (entry) => sessions.rotate(token, hash(), NOW, LATER, entry),
            happened: async () => !(await stands(id)),
          };
        },
        "a passkey added": async () => {
          const passkey = passkeyOf(`key-${++made}`);
          return {
            act: (entry) => passkeys.add(passkey, entry),
            happened: async () => (await passkeys.find(passkey.id)) !== undefined,
          };
        },
        "a passkey removed": async () => {
          const { id } = passkeyOf(`key-${++made}`);
          await passkeys.add(passkeyOf(id), entryOf());
          return {
            act: (entry) => passkeys.remove(account.id, id, entry),
            happened: async () => (await passkeys.find(id)) === undefined,
          };
        },
      };

      test.each(Object.keys(acts))("has %s once, and nothing that was not done", async (called) => {
        const { act, happened, vain = act } = await acts[called]!();
        const unwritable = { ...entryOf(`unwritable ${made}`), outcome: "neither" as "refused" };
        await expect(act(unwritable)).rejects.toThrow(/check/);
        expect(await happened()).toBe(false);
        await act(entryOf(`act ${called}`));
        expect(await happened()).toBe(true);
        await vain(entryOf(`vain ${called}`));
        expect(await written(`act ${called}`)).toHaveLength(1);
        expect(await written(`vain ${called}`)).toEqual([]);
      });

      test("names the session that a second use ended, and whose it was", async () => {
        const token = hash();
        const { id } = await newSession(account, {}, token);
        for (let i = 0; i < 3; i++)
          await sessions.rotate(token, hash(), NOW, LATER, { ...REUSE, action: "twice" });
        expect(await written("twice")).toEqual([{ actor: account.id, resource: id }]);
      });
    });
  });
