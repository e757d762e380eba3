/** Accounts from register to leaving, as the desk does it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  FRESH_SIGN_IN_MS,
  LETTERS_PER_EMAIL,
  RESET_LINK_MS,
  SESSION_IDLE_MS,
  SESSION_LIFE_MS,
  SIGN_IN_WINDOW_MS,
  SIGN_INS_PER_ACCOUNT,
  SIGN_INS_PER_ACCOUNT_AND_ADDRESS,
  VERIFY_LINK_MS,
  REFRESH_AGAIN_MS,
} from "../../../../server/bounds.ts";
import { closeAccount } from "../../../../server/family/account/close.ts";
import {
  addPasskey,
  invitePasskey,
  inviteSignIn,
  removePasskey,
  signInWithPasskey,
} from "../../../../server/family/account/passkey.ts";
import { askReset, changePassword, finishReset } from "../../../../server/family/account/password.ts";
import { register, verify } from "../../../../server/family/account/register.ts";
import {
  endAllSessions,
  endByRefresh,
  endSession,
  parentDoor,
  refresh,
  requireFresh,
} from "../../../../server/family/account/session.ts";
import type { SignedIn } from "../../../../server/family/account/session.ts";
import { signIn } from "../../../../server/family/account/sign-in.ts";
import { openVisit } from "../../../../server/family/account/support.ts";
import type { AuditEntry } from "../../../../server/ports.ts";
import { away } from "../../claim/support.ts";
import { accountHouse, FROM, PASSWORD, PUBLIC_URL } from "./support.ts";
import type { AccountHouse } from "./support.ts";

const SITE = { origin: PUBLIC_URL, name: "bears.example.org" };
const NEW_PASSWORD = "eleven quiet lanterns";
const refused = (code: string) => expect.objectContaining({ code });

let at: AccountHouse;
beforeAll(async () => {
  at = await accountHouse();
});
afterAll(() => at?.close());
beforeEach(async () => {
  at.letters.length = at.silenced.length = 0;
  await at.trail();
});

const principal = ({ accessToken }: SignedIn) => parentDoor(at.desk).principal(accessToken);
const actions = async () => (await at.trail()).map(({ action, outcome }) => `${action} ${outcome}`);

describe("registering", () => {
  test("makes no account before the mail is answered with the password", async () => {
    const email = at.newEmail();
    await register(at.desk, { email, name: "Ada", password: PASSWORD, language: "en" });
    await expect(signIn(at.desk, { email, password: PASSWORD }, FROM)).rejects.toEqual(
      refused("SIGN_IN_REFUSED"),
    );
    const secret = at.secretFor(email)!;
    await expect(verify(at.desk, { secret, password: NEW_PASSWORD }, FROM)).rejects.toEqual(
      refused("SIGN_IN_REFUSED"),
    );
    const signedIn = await verify(at.desk, { secret, password: PASSWORD }, FROM);
    expect(await principal(signedIn)).toMatchObject({ accountId: signedIn.account.id, role: "parent" });
    await expect(verify(at.desk, { secret, password: PASSWORD }, FROM)).rejects.toEqual(
      refused("LINK_REFUSED"),
    );
    expect((await signIn(at.desk, { email, password: PASSWORD }, FROM)).account.email).toBe(email);
  });

  test("an address that has an account gets the same work, and its owner another mail", async () => {
    const { account } = await at.newParent();
    at.letters.length = at.passwords.worked = 0;
    await register(at.desk, { email: at.newEmail(), name: "New", password: NEW_PASSWORD, language: "en" });
    const worked = at.passwords.worked;
    await register(at.desk, { email: account.email, name: "Thief", password: NEW_PASSWORD, language: "en" });
    expect(at.passwords.worked).toBe(2 * worked);
    expect(at.letters.map(({ subject }) => subject)).toEqual([
      "Bearlink: please confirm your address",
      "Bearlink: you have an account already",
    ]);
    expect(at.letters.map(({ text }) => text).join()).not.toContain("Thief");
    expect(at.secretFor(account.email)).toBeUndefined();
    await signIn(at.desk, { email: account.email, password: PASSWORD }, FROM);
  });

  test("who registered another's address first has nothing of theirs afterwards", async () => {
    const email = at.newEmail();
    await register(at.desk, { email, name: "Thief", password: NEW_PASSWORD, language: "en" });
    const thiefsSecret = at.secretFor(email)!;
    await register(at.desk, { email, name: "Ada", password: PASSWORD, language: "en" });
    const { account } = await verify(at.desk, { secret: at.secretFor(email)!, password: PASSWORD }, FROM);
    expect(account.name).toBe("Ada");
    await expect(verify(at.desk, { secret: thiefsSecret, password: NEW_PASSWORD }, FROM)).rejects.toEqual(
      refused("LINK_REFUSED"),
    );
    await expect(signIn(at.desk, { email, password: NEW_PASSWORD }, FROM)).rejects.toEqual(
      refused("SIGN_IN_REFUSED"),
    );
  });

  test("a link does not hold after its day", async () => {
    const email = at.newEmail();
    await register(at.desk, { email, name: "Ada", password: PASSWORD, language: "en" });
    await at.at.clock.advance(VERIFY_LINK_MS);
    const asked = verify(at.desk, { secret: at.secretFor(email)!, password: PASSWORD }, FROM);
    await expect(asked).rejects.toEqual(refused("LINK_REFUSED"));
  });

  test("an address gets so many mails an hour and no more", async () => {
    const email = at.newEmail();
    for (let i = 0; i < LETTERS_PER_EMAIL; i++)
      await register(at.desk, { email, name: "Ada", password: PASSWORD, language: "en" });
    await expect(
      register(at.desk, { email, name: "Ada", password: PASSWORD, language: "en" }),
    ).rejects.toEqual(refused("RATE_LIMITED"));
    await expect(askReset(at.desk, email)).rejects.toEqual(refused("RATE_LIMITED"));
    expect(at.letters).toHaveLength(LETTERS_PER_EMAIL);
  });

  test.each(["short", "aaaaaaaaaaaaaaaa", "x".repeat(129), "me@example.org me@example.org"])(
    "refuses the password %j",
    async (password) => {
      const asked = register(at.desk, { email: "me@example.org", name: "Ada", password, language: "en" });
      await expect(asked).rejects.toMatchObject({ code: "INVALID_REQUEST", details: { path: "password" } });
    },
  );
});

describe("signing in", () => {
  test("fails alike where the password is wrong and where there is no account, with the same work", async () => {
    const { account } = await at.newParent();
    await at.trail();
    const failures = [];
    const work = [];
    for (const email of [account.email, at.newEmail()]) {
      at.passwords.worked = 0;
      failures.push(await signIn(at.desk, { email, password: NEW_PASSWORD }, FROM).catch((error) => error));
      work.push(at.passwords.worked);
    }
    expect(failures[0]).toEqual(failures[1]);
    expect(failures[0]).toMatchObject({ code: "SIGN_IN_REFUSED", details: undefined });
    expect(work).toEqual([1, 1]);
    expect((await at.trail()).map(({ actor, outcome }) => [actor, outcome])).toEqual([
      [account.id, "refused"],
      ["unknown", "refused"],
    ]);
  });

  test("an address may try so often, and the household still signs in from its own", async () => {
    const { account } = await at.newParent();
    const from = { ...FROM, address: "198.51.100.1" };
    const wrong = { email: account.email, password: NEW_PASSWORD };
    for (let i = 0; i < SIGN_INS_PER_ACCOUNT_AND_ADDRESS; i++)
      await expect(signIn(at.desk, wrong, from)).rejects.toEqual(refused("SIGN_IN_REFUSED"));
    await expect(signIn(at.desk, wrong, from)).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { retry_after_s: SIGN_IN_WINDOW_MS / 1000 },
    });
    // nobody learns by the limit which password is right, or that there is an account
    const right = { email: account.email, password: PASSWORD };
    await expect(signIn(at.desk, right, from)).rejects.toEqual(refused("RATE_LIMITED"));
    await signIn(at.desk, right, FROM);
  });

  test("an account that many addresses try is shut to passwords for a while", async () => {
    const email = at.newEmail();
    for (let i = 0; i < SIGN_INS_PER_ACCOUNT; i++)
      await signIn(at.desk, { email, password: PASSWORD }, { ...FROM, address: `198.51.100.${i}` }).catch(
        () => undefined,
      );
    await expect(signIn(at.desk, { email, password: PASSWORD }, FROM)).rejects.toEqual(
      refused("RATE_LIMITED"),
    );
  });

  test("with the counters away nobody signs in", async () => {
    const { account } = await at.newParent();
    const desk = { ...at.desk, signInLimits: away(at.desk.signInLimits) };
    await expect(signIn(desk, { email: account.email, password: PASSWORD }, FROM)).rejects.toEqual(
      refused("UNAVAILABLE"),
    );
  });

  test("is fresh for five minutes", async () => {
    const standing = (await principal(await at.newParent()))!;
    await at.at.clock.advance(FRESH_SIGN_IN_MS - 1);
    expect(() => requireFresh(standing, at.at.clock)).not.toThrow();
    await at.at.clock.advance(1);
    expect(() => requireFresh(standing, at.at.clock)).toThrow(refused("SIGN_IN_AGAIN"));
  });
});

describe("refresh tokens", () => {
  test("work once each; a session lives while it is used", async () => {
    const first = await at.newParent();
    await at.at.clock.advance(SESSION_IDLE_MS - 1);
    const second = await refresh(at.desk, first.refreshToken, FROM);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await at.at.clock.advance(SESSION_IDLE_MS - 1);
    const third = await refresh(at.desk, second.refreshToken, FROM);
    expect(await principal(third)).toMatchObject({ signedInAt: expect.any(Number) as number });
    await at.at.clock.advance(SESSION_IDLE_MS);
    await expect(refresh(at.desk, third.refreshToken, FROM)).rejects.toEqual(refused("UNAUTHORIZED"));
  });

  test("keep no session past its life", async () => {
    let { refreshToken } = await at.newParent();
    const begun = at.at.clock.now();
    let refusal: unknown;
    while (refusal === undefined) {
      await at.at.clock.advance(SESSION_IDLE_MS / 2);
      const next = await refresh(at.desk, refreshToken, FROM).catch(
        (error: unknown) => void (refusal = error),
      );
      if (next) refreshToken = next.refreshToken;
    }
    expect(refusal).toEqual(refused("UNAUTHORIZED"));
    expect(at.at.clock.now() - begun).toBe(SESSION_LIFE_MS);
  });

  test("one whose answer was lost is answered alike, for half a minute and until the next one is used", async () => {
    const first = await at.newParent();
    const lost = await refresh(at.desk, first.refreshToken, FROM);
    await at.at.clock.advance(REFRESH_AGAIN_MS - 1);
    const again = await Promise.all([1, 2].map(() => refresh(at.desk, first.refreshToken, FROM)));
    for (const one of again) expect(one.refreshToken).toBe(lost.refreshToken);
    expect(await principal(again[0]!)).toBeDefined();
    expect(await actions()).not.toContain("refresh_token_reused refused");
    const next = await refresh(at.desk, lost.refreshToken, FROM);
    await expect(refresh(at.desk, first.refreshToken, FROM)).rejects.toEqual(refused("UNAUTHORIZED"));
    expect(await principal(next)).toBeUndefined();
  });

  test("one of an ended session is not answered again", async () => {
    const first = await at.newParent();
    await refresh(at.desk, first.refreshToken, FROM);
    await endAllSessions(at.desk, first.account.id, FROM);
    await expect(refresh(at.desk, first.refreshToken, FROM)).rejects.toEqual(refused("UNAUTHORIZED"));
  });

  test("one that comes a second time ends the session, its access token at once, and tells the parent", async () => {
    const stolen = await at.newParent();
    const thief = await refresh(at.desk, stolen.refreshToken, FROM);
    expect(await principal(thief)).toBeDefined();
    await at.at.clock.advance(REFRESH_AGAIN_MS);
    await expect(refresh(at.desk, stolen.refreshToken, FROM)).rejects.toEqual(refused("UNAUTHORIZED"));
    expect(await principal(thief)).toBeUndefined();
    await expect(refresh(at.desk, thief.refreshToken, FROM)).rejects.toEqual(refused("UNAUTHORIZED"));
    expect((await at.trail()).at(-1)).toMatchObject({
      ...{ action: "refresh_token_reused", outcome: "refused", actor: stolen.account.id },
      ...{ address: FROM.address, reason: "exchanged before" },
    });
    expect(at.letters.at(-1)).toMatchObject({
      to: stolen.account.email,
      subject: "Bearlink: a session was ended",
    });
  });
});

describe("what ends a session ends its token at once, remembered or not:", () => {
  const ends: Record<string, (signedIn: SignedIn) => Promise<unknown>> = {
    "signing out": async (signedIn) => {
      const { sessionId } = (await principal(signedIn))!;
      expect(await endSession(at.desk, signedIn.account.id, sessionId, FROM)).toBe(true);
    },
    "signing out by cookie": ({ refreshToken }) => endByRefresh(at.desk, refreshToken, FROM),
    "signing out everywhere": ({ account }) => endAllSessions(at.desk, account.id, FROM),
    "a new password": ({ account }) =>
      changePassword(at.desk, account, { current: PASSWORD, password: NEW_PASSWORD }, FROM),
    "a password reset": async ({ account }) => {
      await askReset(at.desk, account.email);
      await finishReset(at.desk, { secret: at.secretFor(account.email)!, password: NEW_PASSWORD }, FROM);
    },
    leaving: ({ account }) => closeAccount(at.desk, account.id, FROM.address),
  };

  test.each(Object.keys(ends))("%s", async (how) => {
    const signedIn = await at.newParent();
    const told: string[] = [];
    await at.desk.bus.subscribe("parent-session-ended", (id) => told.push(id));
    const standing = await principal(signedIn);
    expect(standing).toBeDefined();
    await ends[how]!(signedIn);
    expect(await principal(signedIn)).toBeUndefined();
    await expect(refresh(at.desk, signedIn.refreshToken, FROM)).rejects.toEqual(refused("UNAUTHORIZED"));
    expect(told).toContain(standing!.sessionId);
    expect((await at.trail()).at(-1)).toMatchObject({ actor: signedIn.account.id, address: FROM.address });
  });

  test("and a sign-in of the same moment stands", async () => {
    const { account } = await at.newParent();
    await endAllSessions(at.desk, account.id, FROM);
    const again = await signIn(at.desk, { email: account.email, password: PASSWORD }, FROM);
    expect(await principal(again)).toBeDefined();
  });

  test("nobody ends another's", async () => {
    const [mine, theirs] = [await at.newParent(), await at.newParent()];
    const { sessionId } = (await principal(theirs))!;
    expect(await endSession(at.desk, mine.account.id, sessionId, FROM)).toBe(false);
    expect(await principal(theirs)).toBeDefined();
  });
});

describe("passwords", () => {
  test("the former one is asked before a new one, which then is the only one", async () => {
    const { account } = await at.newParent();
    const wrong = { current: NEW_PASSWORD, password: NEW_PASSWORD };
    await expect(changePassword(at.desk, account, wrong, FROM)).rejects.toEqual(refused("SIGN_IN_REFUSED"));
    const right = { current: PASSWORD, password: NEW_PASSWORD };
    expect(await principal(await changePassword(at.desk, account, right, FROM))).toBeDefined();
    await expect(signIn(at.desk, { email: account.email, password: PASSWORD }, FROM)).rejects.toEqual(
      refused("SIGN_IN_REFUSED"),
    );
    await signIn(at.desk, { email: account.email, password: NEW_PASSWORD }, FROM);
    expect(at.letters.at(-1)?.subject).toBe("Bearlink: your password was changed");
  });

  test("a reset link works once, within its hour; where there is no account nothing is sent", async () => {
    const { account } = await at.newParent();
    await askReset(at.desk, account.email);
    const secret = at.secretFor(account.email)!;
    await expect(finishReset(at.desk, { secret, password: "short" }, FROM)).rejects.toEqual(
      refused("INVALID_REQUEST"),
    );
    await finishReset(at.desk, { secret, password: NEW_PASSWORD }, FROM);
    await expect(finishReset(at.desk, { secret, password: PASSWORD }, FROM)).rejects.toEqual(
      refused("LINK_REFUSED"),
    );
    await askReset(at.desk, account.email);
    await at.at.clock.advance(RESET_LINK_MS);
    const late = finishReset(at.desk, { secret: at.secretFor(account.email)!, password: PASSWORD }, FROM);
    await expect(late).rejects.toEqual(refused("LINK_REFUSED"));
    at.letters.length = 0;
    await askReset(at.desk, at.newEmail());
    expect(at.letters).toEqual([]);
  });
});

describe("passkeys", () => {
  const answer = (options: object, id: string, counter = 1) => ({
    id,
    response: { clientDataJSON: (options as { challenge: string }).challenge, signature: String(counter) },
  });
  let added = 0;
  async function withKey() {
    const signedIn = await at.newParent();
    const { options, ticket } = await invitePasskey(at.desk, SITE, signedIn.account);
    const id = `key-${++added}`;
    const asked = { ticket, response: answer(options, id), name: "phone" };
    await addPasskey(at.desk, SITE, signedIn.account, asked, FROM);
    return { ...signedIn, id, asked };
  }

  test("one that was added signs in, and its owner was told", async () => {
    const { id, account } = await withKey();
    expect(at.letters.at(-1)).toMatchObject({ to: account.email, subject: "Bearlink: a passkey was added" });
    const { options, ticket } = await inviteSignIn(at.desk, SITE);
    const signedIn = await signInWithPasskey(at.desk, SITE, { ticket, response: answer(options, id) }, FROM);
    expect(signedIn.account.id).toBe(account.id);
    expect(await principal(signedIn)).toBeDefined();
  });

  test("a ticket is good once, for its purpose, for its person, and for five minutes", async () => {
    const { id, account, asked } = await withKey();
    const other = (await at.newParent()).account;
    const refusal = refused("SIGN_IN_REFUSED");
    await expect(addPasskey(at.desk, SITE, account, asked, FROM)).rejects.toEqual(refusal);
    const mine = await invitePasskey(at.desk, SITE, account);
    const stolen = { ticket: mine.ticket, response: answer(mine.options, "key-x"), name: "x" };
    await expect(addPasskey(at.desk, SITE, other, stolen, FROM)).rejects.toEqual(refusal);
    const crossed = { ticket: mine.ticket, response: answer(mine.options, id) };
    await expect(signInWithPasskey(at.desk, SITE, crossed, FROM)).rejects.toEqual(refusal);
    const { options, ticket } = await inviteSignIn(at.desk, SITE);
    const response = answer(options, id);
    await signInWithPasskey(at.desk, SITE, { ticket, response }, FROM);
    await expect(signInWithPasskey(at.desk, SITE, { ticket, response }, FROM)).rejects.toEqual(refusal);
    const late = await inviteSignIn(at.desk, SITE);
    await at.at.clock.advance(300_000);
    const lateAnswer = { ticket: late.ticket, response: answer(late.options, id, 2) };
    await expect(signInWithPasskey(at.desk, SITE, lateAnswer, FROM)).rejects.toEqual(refusal);
  });

  test("a key whose counter went back, one that is unknown, and one that was removed are refused alike", async () => {
    const { id, account } = await withKey();
    const use = async (key: string, counter: number) => {
      const { options, ticket } = await inviteSignIn(at.desk, SITE);
      const response = answer(options, key, counter);
      return signInWithPasskey(at.desk, SITE, { ticket, response }, FROM).catch((error: unknown) => error);
    };
    await use(id, 7);
    await at.trail();
    const copied = await use(id, 7);
    expect(copied).toMatchObject({ code: "SIGN_IN_REFUSED" });
    expect(await use("key-nobody", 1)).toEqual(copied);
    const { ticket, options } = await inviteSignIn(at.desk, SITE);
    const late = { ticket: `${ticket}x`, response: answer(options, id, 8) };
    await expect(signInWithPasskey(at.desk, SITE, late, FROM)).rejects.toEqual(copied);
    // a ticket that does not hold says nothing of who came with it
    const row = { action: "signed_in", outcome: "refused", address: FROM.address, reason: "passkey" };
    expect(await at.trail()).toMatchObject(
      [account.id, "unknown", "unknown"].map((actor) => ({ ...row, actor })),
    );
    await removePasskey(at.desk, account, id, FROM);
    expect(await use(id, 8)).toEqual(copied);
    await expect(removePasskey(at.desk, account, id, FROM)).rejects.toEqual(refused("NOT_FOUND"));
  });
});

describe("leaving", () => {
  test("silences the toys, frees the address, and says so by mail", async () => {
    const { account } = await at.newParent();
    const close = at.desk.accounts.close;
    const accounts = {
      ...at.desk.accounts,
      close: async (id: string, entry: AuditEntry) => ({
        ...(await close(id, entry))!,
        toys: ["bear-1", "bear-2"],
      }),
    };
    await at.trail();
    await closeAccount({ ...at.desk, accounts }, account.id);
    const shut = { action: "account_closed", actor: "deletion", resource: account.id, address: null };
    expect(await at.trail()).toMatchObject([{ ...shut, accountId: account.id }]);
    expect(at.silenced).toEqual(["bear-1", "bear-2"]);
    expect(at.letters.at(-1)).toMatchObject({
      to: account.email,
      subject: "Bearlink: your account was deleted",
    });
    await expect(signIn(at.desk, { email: account.email, password: PASSWORD }, FROM)).rejects.toEqual(
      refused("SIGN_IN_REFUSED"),
    );
  });
});

describe("support", () => {
  const BY = { ...FROM, key: { id: undefined, actor: "key:0a0b0c0d", expiresAt: Infinity } };

  test("visits with a name and a reason, reads for its time, and the parent sees it and is told", async () => {
    const { account } = await at.newParent();
    const visit = { email: account.email, by: "Grace", reason: "ticket 7: no sound", minutes: 10 };
    const { accessToken, sessionId } = await openVisit(at.desk, visit, BY);
    const door = parentDoor(at.desk);
    expect(await door.principal(accessToken)).toMatchObject({ accountId: account.id, role: "support" });
    const listed = await at.desk.parentSessions.list(account.id, at.at.clock.now());
    expect(listed.find(({ id }) => id === sessionId)).toMatchObject({
      role: "support",
      device: "Support: Grace (ticket 7: no sound)",
    });
    expect(at.letters.at(-1)?.text).toContain("ticket 7: no sound");
    // whoever holds a key may say any name: the trail has the key as well, and what the visit is called later
    expect((await at.trail()).slice(-2)).toMatchObject([
      { action: "support_opened", actor: BY.key.actor, resource: sessionId, accountId: account.id },
      { action: "support_visit", actor: "support:Grace", accountId: account.id },
    ]);
    await at.at.clock.advance(600_000);
    expect(await door.principal(accessToken)).toBeUndefined();
  });

  test("is no longer than its key, and not begun with one that no longer holds", async () => {
    const { account } = await at.newParent();
    const visit = { email: account.email, by: "Grace", reason: "ticket 7: no sound", minutes: 10 };
    const now = at.at.clock.now();
    const short = { ...BY, key: { ...BY.key, expiresAt: now + 60_000 } };
    expect((await openVisit(at.desk, visit, short)).until).toBe(now + 60_000);
    const letters = at.letters.length;
    await at.trail();
    const gone = { ...BY, key: { id: "0a0b0c0d", actor: "key:0a0b0c0d", expiresAt: Infinity } };
    await expect(openVisit(at.desk, visit, gone)).rejects.toEqual(refused("UNAUTHORIZED"));
    expect(await actions()).toEqual([]);
    expect(at.letters).toHaveLength(letters);
  });

  test("is sent away by the parent", async () => {
    const { account } = await at.newParent();
    const visit = { email: account.email, by: "Grace", reason: "ticket 7: no sound", minutes: 10 };
    const { accessToken, sessionId } = await openVisit(at.desk, visit, BY);
    expect(await endSession(at.desk, account.id, sessionId, FROM)).toBe(true);
    expect(await parentDoor(at.desk).principal(accessToken)).toBeUndefined();
  });

  test("finds nobody where there is no such parent", async () => {
    const visit = { email: at.newEmail(), by: "Grace", reason: "ticket 7: no sound", minutes: 10 };
    await expect(openVisit(at.desk, visit, BY)).rejects.toEqual(refused("NOT_FOUND"));
  });
});

test("with the record away nobody is let in, and nobody is told that they signed out", async () => {
  const signedIn = await at.newParent();
  const desk = { ...at.desk, parentSessions: away(at.desk.parentSessions) };
  await expect(parentDoor(desk).principal(signedIn.accessToken)).rejects.toThrow();
  await expect(endAllSessions(desk, signedIn.account.id, FROM)).rejects.toEqual(refused("UNAVAILABLE"));
});
