/** Accounts as a browser meets them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { InjectOptions } from "fastify";
import { CREDENTIALS_PER_ADDRESS, FRESH_SIGN_IN_MS } from "../../../server/bounds.ts";
import type { HttpApp } from "../../../server/adapters/http.ts";
import { emailOf } from "../../../server/family/account/email.ts";
import { parentDoor } from "../../../server/family/account/session.ts";
import { may, policy } from "../../../server/family/account/policy.ts";
import { SCOPES } from "../../../server/ports.ts";
import type { Capability, Scope } from "../../../server/ports.ts";
import { authRoutes } from "../../../server/routes/auth.ts";
import { guardianRoutes } from "../../../server/routes/guardians.ts";
import { meRoutes } from "../../../server/routes/me.ts";
import { passkeyRoutes } from "../../../server/routes/passkeys.ts";
import { supportRoutes } from "../../../server/routes/support.ts";
import { accountHouse, PASSWORD, PUBLIC_URL } from "../family/account/support.ts";
import type { AccountHouse } from "../family/account/support.ts";
import { careHouse } from "../family/care/support.ts";
import { KEYED, openServer, parentOf } from "./support.ts";

const HOST = { host: "bears.example.org" };
const NEW_PASSWORD = "eleven quiet lanterns";

let at: AccountHouse;
let app: HttpApp;
/** every route there is, with what it asks */
const routes: { method: string; url: string; auth: string; may: Capability | undefined }[] = [];
beforeAll(async () => {
  at = await accountHouse();
  const { deleting } = careHouse(at).care;
  const ports = { desk: at.desk, deleting, publicUrl: PUBLIC_URL };
  const rooms = [authRoutes, meRoutes, passkeyRoutes, supportRoutes, guardianRoutes].map(
    (room) => (to: HttpApp) => room(to, ports),
  );
  const watched = (to: HttpApp): void => {
    to.addHook("onRoute", ({ method, url, config }) => {
      for (const one of [method].flat())
        routes.push({ method: one, url, auth: config!.auth!, may: config!.may });
    });
  };
  ({ app } = openServer({ at: at.at, parents: parentDoor(at.desk), rooms: [watched, ...rooms] }));
});
afterAll(async () => {
  await app?.close();
  await at?.close();
});
beforeEach(async () => {
  // another minute for the limits by address
  await at.at.clock.advance(60_000);
});

const ask = (method: string, path: string, options: InjectOptions & { body?: object } = {}) =>
  app.inject({
    method: method as "GET",
    url: `/api/v1${path}`,
    ...options,
    headers: { ...HOST, origin: PUBLIC_URL, ...options.headers },
  });
const code = (answer: { json(): unknown }) => (answer.json() as { error?: { code: string } }).error?.code;
const cookieOf = (answer: { headers: Record<string, unknown> }): string =>
  String(answer.headers["set-cookie"]).split(";")[0]!;
const bearing = (answer: { json(): unknown }) => ({
  authorization: `Bearer ${(answer.json() as { access_token: string }).access_token}`,
});

/** A new parent's sign-in, as the browser got it. */
async function signedIn() {
  const email = at.newEmail();
  await ask("POST", "/auth/register", { body: { email, password: PASSWORD, name: "Ada" } });
  const answer = await ask("POST", "/auth/verify", {
    body: { token: at.secretFor(email), password: PASSWORD },
  });
  expect(answer.statusCode).toBe(200);
  return { email, answer, cookie: cookieOf(answer), bearer: bearing(answer) };
}

describe("registering and signing in", () => {
  test("a parent registers, answers the mail, signs in, and is who they said", async () => {
    const email = at.newEmail();
    const registered = await ask("POST", "/auth/register", {
      body: { email: ` ${email.toUpperCase()} `, password: PASSWORD, name: "Ada" },
    });
    expect([registered.statusCode, registered.json()]).toEqual([202, { status: "mail_sent" }]);
    const verified = await ask("POST", "/auth/verify", {
      body: { token: at.secretFor(email), password: PASSWORD },
    });
    expect(verified.json()).toMatchObject({
      token_type: "Bearer",
      expires_in: 900,
      account: { email, role: "parent" },
    });
    const login = await ask("POST", "/auth/login", { body: { email, password: PASSWORD } });
    const me = await ask("GET", "/me", { headers: bearing(login) });
    expect(me.json()).toEqual({
      id: expect.any(String) as string,
      email,
      name: "Ada",
      role: "parent",
      family_id: (me.json() as { id: string }).id,
      created_at: new Date(at.at.clock.now()).toISOString(),
      language: "en",
      report_mail: true,
    });
  });

  test("what a browser reads is what mails come in; what the app says counts more, and a parent's wish most", async () => {
    const german = { "accept-language": "de-AT,de;q=0.9,en;q=0.5" };
    const register = async (headers: Record<string, string>, more: object = {}) => {
      const email = at.newEmail();
      const body = { email, password: PASSWORD, name: "Ada", ...more };
      expect((await ask("POST", "/auth/register", { headers, body })).statusCode).toBe(202);
      return at.letters.findLast(({ to }) => to === email)!;
    };
    const [english, deutsch] = [
      "Bearlink: please confirm your address",
      "Bearlink: Bitte bestätigen Sie Ihre Adresse",
    ];
    expect((await register({})).subject).toBe(english);
    expect((await register(german, { language: "en" })).subject).toBe(english);
    expect((await register({}, { language: "de" })).subject).toBe(deutsch);
    const { subject, to: email } = await register(german);
    expect(subject).toBe(deutsch);

    // the account is opened in another browser
    const body = { token: at.secretFor(email), password: PASSWORD };
    const headers = bearing(await ask("POST", "/auth/verify", { body }));
    expect((await ask("GET", "/me", { headers })).json()).toMatchObject({
      language: "de",
      report_mail: true,
    });
    const changed = await ask("PATCH", "/me", { headers, body: { language: "en", report_mail: false } });
    expect(changed.json()).toMatchObject({ name: "Ada", language: "en", report_mail: false });
    expect((await ask("GET", "/me", { headers })).json()).toMatchObject({
      language: "en",
      report_mail: false,
    });
    for (const language of ["fr", "", "DE", null, ["de"]])
      expect(code(await ask("PATCH", "/me", { headers, body: { language } }))).toBe("INVALID_REQUEST");
    await ask("POST", "/auth/reset", { headers: german, body: { email } });
    expect(at.letters.at(-1)).toMatchObject({ to: email, subject: "Bearlink: choose a new password" });
  });

  test("register, reset and login answer alike for an address that has an account and one that has none", async () => {
    const { email } = await signedIn();
    const plain = async (path: string, body: object) => {
      const { statusCode, json, headers } = await ask("POST", path, { body });
      const own = {
        ...{ requestId: undefined, date: undefined, "x-request-id": undefined },
        "x-ratelimit-remaining": undefined,
      };
      return { statusCode, ...(json() as object), ...headers, ...own };
    };
    const other = at.newEmail();
    for (const [path, extra] of [
      ["/auth/register", { password: NEW_PASSWORD, name: "X" }],
      ["/auth/reset", {}],
      ["/auth/login", { password: NEW_PASSWORD }],
    ] as const)
      expect(await plain(path, { email, ...extra })).toEqual(await plain(path, { email: other, ...extra }));
  });

  test("an address may try so many credentials a minute", async () => {
    const login = () => ask("POST", "/auth/login", { body: { email: at.newEmail(), password: PASSWORD } });
    for (let i = 0; i < CREDENTIALS_PER_ADDRESS; i++) expect((await login()).statusCode).toBe(401);
    const limited = await login();
    expect([limited.statusCode, limited.headers["retry-after"]]).toEqual([429, "60"]);
  });
});

describe("the refresh cookie", () => {
  test("is of this host alone, and no script's", async () => {
    const { answer } = await signedIn();
    expect(answer.headers["set-cookie"]).toMatch(
      /^__Host-bearlink-refresh=[0-9a-f]{64}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
    );
    expect(answer.payload).not.toContain(cookieOf(answer).split("=")[1]!);
  });

  test("is exchanged for a new one and an access token, from the app's own pages alone", async () => {
    const { cookie } = await signedIn();
    for (const origin of ["https://evil.example", "null", "http://bears.example.org", undefined]) {
      const foreign = await app.inject({
        method: "POST",
        url: "/api/v1/auth/refresh",
        headers: { ...HOST, cookie, ...(origin && { origin }) },
      });
      expect([foreign.statusCode, foreign.headers["set-cookie"]]).toEqual([403, undefined]);
    }
    const refreshed = await ask("POST", "/auth/refresh", { headers: { cookie } });
    expect(refreshed.statusCode).toBe(200);
    expect(cookieOf(refreshed)).not.toBe(cookie);
    expect((await ask("GET", "/me", { headers: bearing(refreshed) })).statusCode).toBe(200);
    // an answer that was lost is given again, until what it gave is used
    const again = await ask("POST", "/auth/refresh", { headers: { cookie } });
    expect([again.statusCode, cookieOf(again)]).toEqual([200, cookieOf(refreshed)]);
    const next = await ask("POST", "/auth/refresh", { headers: { cookie: cookieOf(refreshed) } });
    expect(next.statusCode).toBe(200);
    expect((await ask("POST", "/auth/refresh", { headers: { cookie } })).statusCode).toBe(401);
    expect((await ask("GET", "/me", { headers: bearing(refreshed) })).statusCode).toBe(401);
  });

  test("opens nothing else, neither as a cookie nor as a token", async () => {
    const { cookie } = await signedIn();
    const token = cookie.split("=")[1]!;
    expect((await ask("GET", "/me", { headers: { cookie } })).statusCode).toBe(401);
    expect((await ask("GET", "/me", { headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(401);
    expect((await ask("POST", "/auth/refresh")).statusCode).toBe(401);
    const twice = `${cookie}; ${cookie}`;
    expect((await ask("POST", "/auth/refresh", { headers: { cookie: twice } })).statusCode).toBe(401);
  });

  test("no foreign page signs a parent in", async () => {
    const { email } = await signedIn();
    const foreign = await ask("POST", "/auth/login", {
      body: { email, password: PASSWORD },
      headers: { origin: "https://evil.example" },
    });
    expect([foreign.statusCode, foreign.headers["set-cookie"]]).toEqual([403, undefined]);
  });
});

describe("signing out", () => {
  test("by token ends both tokens at once, and takes the cookie back", async () => {
    const { cookie, bearer } = await signedIn();
    const out = await ask("POST", "/auth/logout", { headers: bearer });
    expect([out.statusCode, out.headers["set-cookie"]]).toEqual([
      204,
      expect.stringMatching(/^__Host-bearlink-refresh=; .*Max-Age=0$/),
    ]);
    expect((await ask("GET", "/me", { headers: bearer })).statusCode).toBe(401);
    expect((await ask("POST", "/auth/refresh", { headers: { cookie } })).statusCode).toBe(401);
  });

  test("by cookie does the same, from the app's own pages alone", async () => {
    const { cookie, bearer } = await signedIn();
    const foreign = await ask("POST", "/auth/logout", {
      headers: { cookie, origin: "https://evil.example" },
    });
    expect(foreign.statusCode).toBe(403);
    expect((await ask("GET", "/me", { headers: bearer })).statusCode).toBe(200);
    expect((await ask("POST", "/auth/logout", { headers: { cookie } })).statusCode).toBe(204);
    expect((await ask("GET", "/me", { headers: bearer })).statusCode).toBe(401);
  });

  test("twice, or with nothing, is no fault", async () => {
    expect((await ask("POST", "/auth/logout")).statusCode).toBe(204);
    expect((await ask("POST", "/auth/logout", { headers: parentOf("nobody") })).statusCode).toBe(204);
  });
});

describe("me", () => {
  test("a name may be changed, and no other field", async () => {
    const { bearer, email } = await signedIn();
    const renamed = await ask("PATCH", "/me", { headers: bearer, body: { name: "Grace Hopper" } });
    expect(renamed.json()).toMatchObject({ name: "Grace Hopper", email });
    expect((await ask("GET", "/me", { headers: bearer })).json()).toMatchObject({ name: "Grace Hopper" });
    for (const body of [
      { email: "x@example.org" },
      { name: "A", role: "admin" },
      { name: " " },
      { name: "a\nb" },
    ])
      expect((await ask("PATCH", "/me", { headers: bearer, body })).statusCode).toBe(422);
  });

  test("sessions are listed with the one that asks; one of them ends, or all", async () => {
    const { email, bearer } = await signedIn();
    const phone = await ask("POST", "/auth/login", {
      body: { email, password: PASSWORD },
      headers: { "user-agent": `Phone\u00e9 ${"x".repeat(300)}` },
    });
    const listed = (await ask("GET", "/me/sessions", { headers: bearer })).json() as {
      sessions: { id: string; current: boolean; device: string }[];
    };
    expect(listed.sessions).toHaveLength(2);
    const other = listed.sessions.find(({ current }) => !current)!;
    expect(other.device).toMatch(/^Phone x+$/);
    expect(other.device).toHaveLength(200);
    expect((await ask("DELETE", `/me/sessions/${other.id}`, { headers: bearer })).statusCode).toBe(204);
    expect((await ask("DELETE", `/me/sessions/${other.id}`, { headers: bearer })).statusCode).toBe(404);
    expect((await ask("GET", "/me", { headers: bearing(phone) })).statusCode).toBe(401);
    expect((await ask("DELETE", "/me/sessions", { headers: bearer })).json()).toEqual({ ended: 1 });
    expect((await ask("GET", "/me", { headers: bearer })).statusCode).toBe(401);
  });

  test("another's session is as if it were not there", async () => {
    const [mine, theirs] = [await signedIn(), await signedIn()];
    const listed = (await ask("GET", "/me/sessions", { headers: theirs.bearer })).json() as {
      sessions: { id: string }[];
    };
    const path = `/me/sessions/${listed.sessions[0]!.id}`;
    expect((await ask("DELETE", path, { headers: mine.bearer })).statusCode).toBe(404);
    expect((await ask("GET", "/me", { headers: theirs.bearer })).statusCode).toBe(200);
  });

  test("a new password ends every session but the one it begins", async () => {
    const { bearer, cookie } = await signedIn();
    const body = { current: PASSWORD, password: NEW_PASSWORD };
    const changed = await ask("POST", "/auth/password", { headers: bearer, body });
    expect(changed.statusCode).toBe(200);
    expect((await ask("GET", "/me", { headers: bearer })).statusCode).toBe(401);
    expect((await ask("POST", "/auth/refresh", { headers: { cookie } })).statusCode).toBe(401);
    expect((await ask("GET", "/me", { headers: bearing(changed) })).statusCode).toBe(200);
  });

  test("a forgotten password is replaced by mail", async () => {
    const { email, bearer } = await signedIn();
    expect((await ask("POST", "/auth/reset", { body: { email } })).statusCode).toBe(202);
    const body = { token: at.secretFor(email), password: NEW_PASSWORD };
    expect((await ask("POST", "/auth/reset/finish", { body })).statusCode).toBe(204);
    expect(code(await ask("POST", "/auth/reset/finish", { body }))).toBe("LINK_REFUSED");
    expect((await ask("GET", "/me", { headers: bearer })).statusCode).toBe(401);
    const login = await ask("POST", "/auth/login", { body: { email, password: NEW_PASSWORD } });
    expect(login.statusCode).toBe(200);
  });

  test("leaving asks for a fresh sign-in, and then everything of it is shut", async () => {
    const { email, bearer, cookie } = await signedIn();
    await at.at.clock.advance(FRESH_SIGN_IN_MS);
    expect(code(await ask("DELETE", "/me", { headers: bearer }))).toBe("SIGN_IN_AGAIN");
    const again = await ask("POST", "/auth/login", { body: { email, password: PASSWORD } });
    const asked = await ask("DELETE", "/me", { headers: bearing(again) });
    expect([asked.statusCode, asked.json()]).toMatchObject([202, { what: "account", state: "scheduled" }]);
    expect((await ask("GET", "/me", { headers: bearing(again) })).statusCode).toBe(200);
    expect((await ask("DELETE", "/me?grace=0", { headers: bearing(again) })).statusCode).toBe(202);
    expect((await ask("GET", "/me", { headers: bearing(again) })).statusCode).toBe(401);
    expect((await ask("POST", "/auth/refresh", { headers: { cookie } })).statusCode).toBe(401);
    expect((await ask("POST", "/auth/login", { body: { email, password: PASSWORD } })).statusCode).toBe(401);
  });
});

describe("guardians", () => {
  const linkTo = (email: string): string =>
    /#\/invite\/([0-9a-f]{64})/.exec(at.letters.filter(({ to }) => to === email).at(-1)!.text)![1]!;

  test("one is asked in the parent's language, and read to in what their own browser says", async () => {
    const parent = await signedIn();
    await ask("PATCH", "/me", { headers: parent.bearer, body: { language: "de" } });
    const invited = async (headers: Record<string, string>, more: object = {}): Promise<string> => {
      const email = at.newEmail();
      await ask("POST", "/me/guardians", { headers: parent.bearer, body: { email, name: "Gran" } });
      expect(at.letters.at(-1)).toMatchObject({
        to: email,
        subject: "Bearlink: Sie sind als Begleitperson eingeladen",
      });
      const body = { token: linkTo(email), password: PASSWORD, name: "Gran", ...more };
      const accepted = await ask("POST", "/auth/invite", { headers, body });
      const me = await ask("GET", "/me", { headers: bearing(accepted) });
      return (me.json() as { language: string }).language;
    };
    expect(await invited({ "accept-language": "de" })).toBe("de");
    expect(await invited({ "accept-language": "de" }, { language: "en" })).toBe("en");
    expect(await invited({})).toBe("en");
  });

  test("one is invited, accepts, reads the family and changes nothing, and is shut out at once", async () => {
    const parent = await signedIn();
    const email = at.newEmail();
    const invited = await ask("POST", "/me/guardians", {
      headers: parent.bearer,
      body: { email, name: "Gran" },
    });
    expect([invited.statusCode, invited.json()]).toMatchObject([
      201,
      { email, name: "Gran", state: "invited" },
    ]);
    const body = { token: linkTo(email), password: NEW_PASSWORD, name: "Granny" };
    const accepted = await ask("POST", "/auth/invite", { body });
    expect([accepted.statusCode, accepted.json()]).toMatchObject([
      200,
      { account: { role: "guardian", email, name: "Granny" } },
    ]);
    expect(code(await ask("POST", "/auth/invite", { body }))).toBe("LINK_REFUSED");
    const guardian = bearing(accepted);
    const listed = (await ask("GET", "/me/guardians", { headers: guardian })).json() as {
      guardians: { id: string }[];
    };
    expect(listed.guardians).toMatchObject([{ email, name: "Granny", state: "active" }]);
    const more = { email: at.newEmail(), name: "More" };
    for (const [method, path, sent] of [
      ["POST", "/me/guardians", more],
      ["DELETE", `/me/guardians/${listed.guardians[0]!.id}`, undefined],
    ] as const)
      expect(code(await ask(method, path, { headers: guardian, ...(sent && { body: sent }) }))).toBe(
        "FORBIDDEN",
      );
    const stranger = await signedIn();
    const path = `/me/guardians/${listed.guardians[0]!.id}`;
    expect(code(await ask("DELETE", path, { headers: stranger.bearer }))).toBe("NOT_FOUND");
    expect((await ask("DELETE", path, { headers: parent.bearer })).statusCode).toBe(204);
    expect((await ask("GET", "/me", { headers: guardian })).statusCode).toBe(401);
    expect((await ask("POST", "/auth/refresh", { headers: { cookie: cookieOf(accepted) } })).statusCode).toBe(
      401,
    );
    expect(at.letters.at(-1)).toMatchObject({ to: email, subject: "Bearlink: you are no longer a guardian" });
  });

  test("an address that has an account gets another mail and the parent the same answer; an invitation is taken back", async () => {
    const [parent, other] = [await signedIn(), await signedIn()];
    const asked = await ask("POST", "/me/guardians", {
      headers: parent.bearer,
      body: { email: other.email, name: "Ann" },
    });
    expect([asked.statusCode, asked.json()]).toMatchObject([201, { state: "invited" }]);
    expect(at.letters.at(-1)).toMatchObject({
      to: other.email,
      subject: "Bearlink: you were invited as a guardian",
    });
    const email = at.newEmail();
    const invited = await ask("POST", "/me/guardians", {
      headers: parent.bearer,
      body: { email, name: "Al" },
    });
    const { id } = invited.json() as { id: string };
    expect((await ask("DELETE", `/me/guardians/${id}`, { headers: parent.bearer })).statusCode).toBe(204);
    const body = { token: linkTo(email), password: NEW_PASSWORD, name: "Al" };
    expect(code(await ask("POST", "/auth/invite", { body }))).toBe("LINK_REFUSED");
  });

  test("one leaves by themselves, which the family's trail has; the family stays", async () => {
    const parent = await signedIn();
    const email = at.newEmail();
    await ask("POST", "/me/guardians", { headers: parent.bearer, body: { email, name: "Gran" } });
    const body = { token: linkTo(email), password: NEW_PASSWORD, name: "Gran" };
    const accepted = await ask("POST", "/auth/invite", { body });
    const guardian = bearing(accepted);
    const { account } = accepted.json() as { account: { id: string; family_id: string } };
    const { id: personId, family_id: accountId } = account;
    const token = guardian.authorization.slice("Bearer ".length);
    const standing = await parentDoor(at.desk).principal(token);
    expect(standing).toMatchObject({ role: "guardian", accountId, personId });
    await at.trail();
    expect((await ask("DELETE", "/me", { headers: guardian })).statusCode).toBe(204);
    const left = { action: "guardian_removed", actor: personId, resource: personId, accountId };
    expect(await at.trail()).toMatchObject([left]);
    expect((await ask("GET", "/me", { headers: guardian })).statusCode).toBe(401);
    expect((await ask("GET", "/me", { headers: parent.bearer })).statusCode).toBe(200);
  });
});

describe("passkeys", () => {
  const browser = (challenge: string, id: string, fields: object) => ({
    id,
    rawId: id,
    type: "public-key",
    authenticatorAttachment: "platform",
    clientExtensionResults: { credProps: { rk: true } },
    response: { clientDataJSON: challenge, ...fields },
  });

  test("one is added after a fresh sign-in, signs in, is listed and removed", async () => {
    const { bearer } = await signedIn();
    const invited = (await ask("POST", "/auth/passkeys/options", { headers: bearer })).json() as {
      options: { challenge: string };
      ticket: string;
    };
    const response = browser(invited.options.challenge, "a-key", { attestationObject: "AA" });
    const body = { ticket: invited.ticket, name: "phone", response };
    const added = await ask("POST", "/auth/passkeys", { headers: bearer, body });
    expect([added.statusCode, added.json()]).toMatchObject([
      201,
      { id: "a-key", name: "phone", used_at: null },
    ]);

    const login = (await ask("POST", "/auth/passkeys/login/options", { body: {} })).json() as typeof invited;
    const answer = browser(login.options.challenge, "a-key", { authenticatorData: "AA", signature: "1" });
    const entered = await ask("POST", "/auth/passkeys/login", {
      body: { ticket: login.ticket, response: answer },
    });
    expect(entered.statusCode).toBe(200);
    expect(cookieOf(entered)).toMatch(/^__Host-/);

    await at.at.clock.advance(FRESH_SIGN_IN_MS);
    expect(code(await ask("DELETE", "/auth/passkeys/a-key", { headers: bearer }))).toBe("SIGN_IN_AGAIN");
    expect(code(await ask("POST", "/auth/passkeys/options", { headers: bearer }))).toBe("SIGN_IN_AGAIN");
    const listed = await ask("GET", "/auth/passkeys", { headers: bearer });
    expect(listed.json()).toMatchObject({
      passkeys: [{ id: "a-key", used_at: expect.any(String) as string }],
    });
  });
});

describe("the policy", () => {
  test("is what it is", () => {
    const roles = ["parent", "guardian", "support"] as const;
    const asked = (role: (typeof roles)[number]) =>
      (Object.keys(policy) as Capability[]).filter((capability) =>
        may(
          {
            kind: "parent",
            accountId: "a",
            personId: "a",
            sessionId: "s",
            role,
            signedInAt: 0,
            tier: "free",
          },
          capability,
        ),
      );
    expect(Object.fromEntries(roles.map((role) => [role, asked(role)]))).toEqual({
      parent: ["account.own", "family.read", "family.mark", "family.change", "family.take", "family.trail"],
      guardian: ["account.own", "family.read", "family.mark"],
      support: ["family.read"],
    });
    const all = Object.keys(policy) as Capability[];
    expect(all.filter((one) => may({ kind: "none" }, one))).toEqual([]);
    expect(all.filter((one) => may({ kind: "metrics" }, one))).toEqual(["cell.metrics"]);
    const asKey = (...scopes: Scope[]) =>
      all.filter((one) => may({ kind: "developer", keyId: "0", scopes, expiresAt: undefined }, one));
    expect(Object.fromEntries(SCOPES.map((scope) => [scope, asKey(scope)]))).toEqual({
      "devices:read": ["keys.manage", "updates.look"],
      "devices:provision": ["keys.manage", "toys.provision"],
      "firmware:publish": ["keys.manage", "updates.look", "updates.publish"],
      "conversations:simulate": ["keys.manage", "turns.simulate"],
      "telemetry:read": ["keys.manage", "toys.look", "cell.metrics"],
      "audit:read": ["audit.read", "keys.manage"],
      admin: all.filter((one) => !/^(account|family)\./.test(one)),
    });
    expect(asKey()).toEqual([]);
  });

  test("every route of a parent refuses guardians and support what they may not, before its body is read", async () => {
    const change = (to: HttpApp): void => {
      const parent = { auth: "parent", limit: "exempt" } as const;
      to.get("/family", { config: parent }, async () => ({}));
      to.post("/family", { config: parent }, async () => ({}));
      to.get("/export", { config: { ...parent, may: "family.change" } }, async () => ({}));
    };
    const { app: named } = openServer({ rooms: [change] });
    const status = async (method: "GET" | "POST", url: string, role: "parent" | "guardian" | "support") =>
      (await named.inject({ method, url, headers: parentOf("family", { role }), payload: "{broken" }))
        .statusCode;
    for (const role of ["guardian", "support"] as const) {
      expect(await status("GET", "/family", role)).toBe(200);
      expect(await status("POST", "/family", role)).toBe(403);
      expect(await status("GET", "/export", role)).toBe(403);
    }
    expect(await status("POST", "/family", "parent")).toBe(422);
    expect(await status("GET", "/export", "parent")).toBe(200);
  });

  test("every route here that is not public needs a capability, and answers 401 without a token and 403 without the right", async () => {
    const { email } = await signedIn();
    const visit = { email, by: "Grace", reason: "ticket 7: no sound", minutes: 15 };
    const opened = await ask("POST", "/support/visits", { headers: KEYED, body: visit });
    expect(opened.statusCode).toBe(201);
    const support = bearing(opened);
    const parents = routes.filter(({ auth }) => auth === "parent");
    expect(parents.length).toBeGreaterThan(8);
    for (const { method, url } of parents) {
      const path = url.replace("/api/v1", "").replace(":id", "0".repeat(32));
      if (!["GET", "POST", "PATCH", "DELETE"].includes(method)) continue;
      expect([url, (await ask(method, path)).statusCode]).toEqual([url, 401]);
      expect([url, (await ask(method, path, { headers: KEYED })).statusCode]).toEqual([url, 401]);
      // all else is a person's own: support reads the family, and not the person
      if (url.startsWith("/api/v1/me/guardians") && method === "GET") continue;
      expect([url, (await ask(method, path, { headers: support })).statusCode]).toEqual([url, 403]);
      await at.at.clock.advance(20_000);
    }
    const parent = await signedIn();
    const asked = await ask("POST", "/support/visits", { headers: parent.bearer, body: visit });
    expect(asked.statusCode).toBe(401);
  });
});

test.each([
  ["POST", "/auth/register", { email: "x", password: PASSWORD, name: "A" }, "email"],
  ["POST", "/auth/register", { email: "a@b.org", password: PASSWORD, name: "A", role: "admin" }, "role"],
  ["POST", "/auth/register", { email: "a@b.org", password: "short", name: "A" }, "password"],
  ["POST", "/auth/register", { email: "a@b.org\nbcc: c@d.org", password: PASSWORD, name: "A" }, "email"],
  ["POST", "/auth/verify", { token: "x", password: PASSWORD }, "token"],
  ["POST", "/auth/login", { email: "a@b.org" }, "password"],
  ["POST", "/auth/login", { email: "a@b.org", password: "x".repeat(513) }, "password"],
  ["POST", "/auth/reset", { email: ["a@b.org"] }, "email"],
  ["POST", "/auth/reset/finish", { token: "0".repeat(64), password: 7 }, "password"],
  ["POST", "/auth/refresh", { refresh_token: "x" }, "refresh_token"],
  ["POST", "/auth/passkeys/login", { ticket: "x", response: { id: "!" } }, "response.id"],
])("%s %s with %j is refused at %s", async (method, path, body, where) => {
  const answer = await ask(method, path, { body });
  expect([answer.statusCode, answer.json()]).toMatchObject([422, { error: { details: { path: where } } }]);
});

test("addresses of mail have one form", () => {
  expect(emailOf(" Ada.Lovelace+bear@Example.ORG ")).toBe("ada.lovelace+bear@example.org");
  for (const text of [
    "",
    "a",
    "@b.org",
    "a@",
    "a@b",
    "a b@c.org",
    "a@b..org",
    ".a@b.org",
    "a@-b.org",
    "a\r\n@b.org",
    "é@b.org",
    `${"a".repeat(65)}@b.org`,
  ])
    expect([text, emailOf(text)]).toEqual([text, undefined]);
});
