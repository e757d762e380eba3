import { describe, expect, test } from "vitest";
import type { HttpApp } from "../../../server/adapters/http.ts";
import { away, house } from "../claim/support.ts";
import { SCOPES } from "../../../server/ports.ts";
import { keyRoutes } from "../../../server/routes/keys.ts";
import { memoryKeys } from "../../support/keys.ts";
import { DEVELOPER_KEY, KEYED, openServer, parentOf } from "./support.ts";

/** Routes that answer with who asks. */
const mirrors = (app: HttpApp): void => {
  for (const auth of ["public", "developer", "metrics", "parent"] as const)
    app.get(`/who/${auth}`, { config: { auth, limit: "address" } }, async (request) => request.principal);
};
const open = (change: Parameters<typeof openServer>[0] = {}) => openServer({ rooms: [mirrors], ...change });

test("a handler is told who asks", async () => {
  const { app, at } = open();
  const ask = async (auth: string, headers: object) =>
    (await app.inject({ url: `/who/${auth}`, headers: { ...headers } })).json() as unknown;
  expect(await ask("public", KEYED)).toEqual({ kind: "none" });
  const own = { kind: "developer", keyId: DEVELOPER_KEY.split("_")[2], scopes: SCOPES };
  expect(await ask("developer", KEYED)).toEqual(own);
  expect(await ask("metrics", { authorization: "Bearer metrics-token" })).toEqual({ kind: "metrics" });
  expect(await ask("metrics", KEYED)).toEqual(own);
  expect(await ask("parent", parentOf("family-1", { role: "guardian" }))).toEqual({
    kind: "parent",
    accountId: "family-1",
    personId: "family-1",
    sessionId: "session",
    role: "guardian",
    signedInAt: at.clock.now(),
    tier: "enterprise",
  });
});

test("a parent's route takes a parent's token alone, from the header alone", async () => {
  const { app } = open();
  const status = async (request: object) => (await app.inject({ url: "/who/parent", ...request })).statusCode;
  const token = parentOf("family-1").authorization.slice("Bearer ".length);
  expect(await status({ headers: parentOf("family-1") })).toBe(200);
  expect(await status({})).toBe(401);
  expect(await status({ headers: KEYED })).toBe(401);
  expect(await status({ headers: { authorization: token } })).toBe(401);
  expect(await status({ headers: { cookie: `token=${token}; __Host-bearlink=${token}` } })).toBe(401);
  expect(await status({ url: `/who/parent?access_token=${token}` })).toBe(401);
});

test("a parent's token opens nothing of a developer's", async () => {
  const { app } = open();
  expect((await app.inject({ url: "/who/developer", headers: parentOf("family-1") })).statusCode).toBe(401);
});

test("where nobody can say whether a session stands, the answer is 503 and not 200", async () => {
  const { app } = open({ parents: away({ principal: async () => undefined }) });
  expect((await app.inject({ url: "/who/parent", headers: parentOf("family-1") })).statusCode).toBe(503);
});

test("a token that does not hold stands in the audit trail, once a minute of an address, and none that was not brought", async () => {
  const { app, at } = open();
  const ask = (auth: string, authorization?: string, remoteAddress = "192.0.2.1") =>
    app.inject({ url: `/who/${auth}`, remoteAddress, headers: { ...(authorization && { authorization }) } });
  await ask("parent");
  expect(at.entries).toEqual([]);
  await ask("parent", "Bearer nobody");
  await ask("parent", "Bearer nobody");
  await ask("developer", "Bearer nobody");
  await ask("parent", "Bearer nobody", "192.0.2.2");
  await at.clock.advance(60_000);
  await ask("parent", "Bearer nobody");
  expect(new Set(at.entries.map(({ reason }) => reason))).toEqual(new Set(["unauthorized"]));
  expect(at.entries.map(({ action, outcome, actor, address }) => [action, outcome, actor, address])).toEqual([
    ["token_refused", "refused", "unknown", "192.0.2.1"],
    ["key_refused", "refused", "unknown", "192.0.2.1"],
    ["token_refused", "refused", "unknown", "192.0.2.2"],
    ["token_refused", "refused", "unknown", "192.0.2.1"],
  ]);
});

describe("whoever is known and reaches too far", () => {
  const reaching = (app: HttpApp): void => {
    const limit = "address" as const;
    app.post("/family/:id", { config: { auth: "parent", limit } }, async () => ({}));
    app.get("/family/trail", { config: { auth: "parent", may: "family.trail", limit } }, async () => ({}));
    app.get("/cell", { config: { auth: "developer", limit } }, async () => ({}));
  };

  test("stands in the trail: a guardian, support and a key, each with what they tried and from where, the same once a minute", async () => {
    const keys = memoryKeys();
    const at = house();
    const keyPorts = { ...at.ports, keys, env: "test", sessionsEnded: async () => undefined };
    const { app } = openServer({ at, keys, rooms: [reaching, (to) => keyRoutes(to, keyPorts)] });
    const made = await app.inject({
      ...{ method: "POST", url: "/api/v1/keys", headers: KEYED },
      payload: { name: "auditor", scopes: ["audit:read"] },
    });
    const { id, key } = made.json<{ id: string; key: string }>();
    at.entries.splice(0);
    const asked = async (method: "GET" | "POST", url: string, headers: object, payload?: object) =>
      (await app.inject({ method, url, headers: { ...headers }, ...(payload && { payload }), remoteAddress }))
        .statusCode;
    const remoteAddress = "192.0.2.1";
    const guardian = parentOf("family-1", { role: "guardian", personId: "gran" });
    const support = parentOf("family-1", { role: "support", sessionId: "visit" });
    const auditor = { authorization: `Bearer ${key}` };
    for (const status of [
      await asked("POST", "/family/1?nickname=Pip", guardian),
      await asked("POST", "/family/2", guardian),
      await asked("GET", "/family/trail", guardian),
      await asked("POST", "/family/1", support),
      await asked("GET", "/cell", auditor),
      await asked("POST", "/api/v1/keys", auditor, { name: "more", scopes: ["admin"] }),
    ])
      expect(status).toBe(403);
    expect(await asked("POST", "/family/1", parentOf("family-1"))).toBe(200);
    const entry = { at: at.clock.now(), action: "forbidden", outcome: "refused", address: remoteAddress };
    expect(at.entries).toEqual([
      { ...entry, actor: "gran", accountId: "family-1", reason: "POST /family/:id" },
      { ...entry, actor: "gran", accountId: "family-1", reason: "GET /family/trail" },
      { ...entry, actor: "support:visit", accountId: "family-1", reason: "POST /family/:id" },
      { ...entry, actor: `key:${id}`, reason: "GET /cell" },
      { ...entry, actor: `key:${id}`, reason: "POST /api/v1/keys" },
    ]);
  });

  test("is answered all the same while the trail is away, and the log says so", async () => {
    const at = house();
    at.ports.audit.append = () => Promise.reject(new Error("away"));
    const { app, lines } = openServer({ at, rooms: [reaching] });
    const guardian = parentOf("family-1", { role: "guardian" });
    expect((await app.inject({ method: "POST", url: "/family/1", headers: guardian })).statusCode).toBe(403);
    expect(lines).toContainEqual(expect.objectContaining({ level: "warn", action: "forbidden" }));
  });
});

test("a visit of support is counted by itself, and uses up nothing of its family's", async () => {
  const { app } = open();
  const left = async (more: object) => {
    const { headers } = await app.inject({ url: "/who/parent", headers: parentOf("family-1", more) });
    return Number(headers["x-ratelimit-remaining"]);
  };
  const before = await left({});
  const visit = { role: "support", sessionId: "visit" } as const;
  expect([await left(visit), await left(visit)]).toEqual([before, before - 1]);
  expect(await left({ role: "guardian" })).toBe(before - 1);
});

test("with the limits' store away, reading passes; what can be guessed at, keys and credentials, does not, not even read", async () => {
  const classes = ["address", "chat", "models", "admin", "keys", "credentials"] as const;
  const at = house();
  at.stores.limitStore = away(at.stores.limitStore);
  const rooms = classes.map((limit) => (to: HttpApp): void => {
    const config = { auth: "public", limit } as const;
    to.get(`/limited/${limit}`, { config }, async () => ({}));
    to.post(`/limited/${limit}`, { config }, async () => ({}));
  });
  const { app } = openServer({ at, rooms });
  const status = async (method: "GET" | "POST", limit: string) =>
    (await app.inject({ method, url: `/limited/${limit}` })).statusCode;
  for (const limit of classes) {
    const closed = limit === "keys" || limit === "credentials";
    expect([limit, await status("GET", limit)]).toEqual([limit, closed ? 503 : 200]);
    expect([limit, await status("POST", limit)]).toEqual([limit, 503]);
  }
});
