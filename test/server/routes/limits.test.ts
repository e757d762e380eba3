/** Limits as a caller meets them: which statuses, which headers, and whose tier. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpApp } from "../../../server/adapters/http.ts";
import type { Database } from "../../../server/adapters/sql/database.ts";
import { sqlAllowances } from "../../../server/adapters/sql/allowances.ts";
import { sqlFamilies } from "../../../server/adapters/sql/families.ts";
import { tiers } from "../../../server/limiter/tiers.ts";
import { TIERS } from "../../../server/ports.ts";
import { limitRoutes } from "../../../server/routes/limits.ts";
import { startPglite } from "../../support/pglite.ts";
import { house } from "../claim/support.ts";
import { KEYED, openServer, parentOf } from "./support.ts";

const CLASSES = ["address", "credentials", "chat", "models", "admin", "keys"] as const;

/** A route of each class. */
function probes(app: HttpApp): void {
  for (const limit of CLASSES)
    for (const method of ["GET", "POST"] as const)
      app.route({ method, url: `/${limit}`, config: { auth: "parent", limit }, handler: () => ({}) });
  app.get("/open", { config: { auth: "public", limit: "address" } }, () => ({}));
}

function open() {
  const server = openServer({ rooms: [probes] });
  const ask = async (
    url: string,
    headers: object = parentOf("family", { tier: "premium" }),
    method = "GET",
  ) => server.app.inject({ method: method as "GET", url, headers: { ...headers } });
  return { ...server, ask };
}

test("31 GETs on a chat route are 30 and a 429, and another family at the same address goes on", async () => {
  const { ask, at } = open();
  const answers = [];
  for (let i = 0; i < 31; i++) answers.push(await ask("/chat"));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array<number>(30).fill(200), 429]);
  const last = answers.at(-1)!;
  expect(last.json()).toMatchObject({
    error: { code: "RATE_LIMITED", details: { layer: "endpoint", retry_after_s: 2 } },
  });
  expect(last.headers).toMatchObject({
    "retry-after": "2",
    "x-ratelimit-layer": "endpoint",
    "x-ratelimit-limit": "30",
    "x-ratelimit-remaining": "0",
  });
  expect((await ask("/chat", parentOf("another"))).statusCode).toBe(200);
  expect(await at.metrics.text()).toContain('rate_limit_hits_total{layer="endpoint",tier="premium"} 1');
});

test.each(TIERS)("of %s the minute's limit is on every answer, and one more is a 429", async (tier) => {
  const { ask, at } = open();
  const { perMinute } = tiers[tier];
  const headers = parentOf("family", { tier });
  const first = await ask("/address", headers);
  expect(first.headers).toMatchObject({
    "x-ratelimit-limit": String(perMinute),
    "x-ratelimit-remaining": String(perMinute - 1),
    // seconds
    "x-ratelimit-reset": String(at.clock.now() / 1000 + 60),
  });
  // the rest of it from elsewhere
  for (let i = 1; i < perMinute; i++) await at.stores.counters.take("minute:family", perMinute, 60_000);
  const last = await ask("/address", headers);
  expect(last.statusCode).toBe(429);
  expect(last.headers).toMatchObject({ "x-ratelimit-layer": "tier", "x-ratelimit-limit": String(perMinute) });
});

test("refusals and what is not there have the headers too; health has none and is not limited", async () => {
  const { ask } = open();
  for (const [url, status] of [
    ["/open", 200],
    ["/nowhere", 404],
    ["/address", 401],
  ] as const) {
    const answer = await ask(url, {});
    expect(answer.statusCode).toBe(status);
    expect(answer.headers).toMatchObject({ "x-ratelimit-limit": "1000" });
  }
  for (let i = 0; i < 70; i++) {
    const answer = await ask("/healthz", {});
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).not.toHaveProperty("x-ratelimit-limit");
  }
});

test("two requests of a free family that change something may be under way, and a third when one is done", async () => {
  let finish = (): void => undefined;
  const slow = (app: HttpApp): void =>
    void app.post("/slow", { config: { auth: "parent", limit: "address" } }, async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return {};
    });
  const { app } = openServer({ rooms: [slow, probes] });
  const headers = parentOf("family", { tier: "free" });
  const ask = (url: string) => app.inject({ method: "POST", url, headers });
  const first = ask("/slow");
  while ((await ask("/address")).statusCode !== 200);
  const finishFirst = finish;
  const second = ask("/slow");
  while (finish === finishFirst) await new Promise(setImmediate);
  const third = await ask("/address");
  expect(third.statusCode).toBe(429);
  expect(third.headers).toMatchObject({ "x-ratelimit-layer": "tier", "retry-after": "1" });
  expect((await app.inject({ url: "/address", headers })).statusCode).toBe(200);
  finishFirst();
  expect((await first).statusCode).toBe(200);
  expect((await ask("/address")).statusCode).toBe(200);
  finish();
  await second;
});

describe("with the store away", () => {
  test.each(CLASSES)(
    "%s: reading is open but where it can be guessed at, and changing is shut",
    async (limit) => {
      const { ask, at } = open();
      at.stores.limitStore.decide = () => Promise.reject(new Error("away"));
      const shut = limit === "credentials" || limit === "keys";
      expect((await ask(`/${limit}`)).statusCode).toBe(shut ? 503 : 200);
      expect((await ask(`/${limit}`, undefined, "POST")).statusCode).toBe(503);
    },
  );
});

describe("a family's own limits", () => {
  let database: Database;
  beforeAll(async () => void (database = await startPglite()));
  afterAll(() => database.close());

  async function home() {
    const at = house();
    const allowances = sqlAllowances(database);
    const { accountId } = await sqlFamilies({ ...database, clock: at.clock }).demoFamily();
    const { app } = openServer({ at, rooms: [(to) => limitRoutes(to, { allowances, clock: at.clock })] });
    return { at, app, accountId, allowances };
  }

  test("are told, its cap is set by it, and its tier by whoever runs the cell alone", async () => {
    const { app, accountId, allowances } = await home();
    const parent = parentOf(accountId, { tier: "free" });
    const limits = async (headers: object = parent) =>
      (await app.inject({ url: "/api/v1/me/limits", headers: { ...headers } })).json() as unknown;
    const put = async (headers: object, payload: object, id = accountId) =>
      (
        await app.inject({
          method: "PUT",
          url: `/api/v1/admin/accounts/${id}/tier`,
          headers: { ...headers },
          payload,
        })
      ).statusCode;
    const patch = async (payload: object, headers: object = parent) =>
      (await app.inject({ method: "PATCH", url: "/api/v1/me/limits", headers: { ...headers }, payload }))
        .statusCode;

    expect(await limits()).toEqual({
      tier: "free",
      requests_a_minute: 60,
      requests_an_hour: 1_000,
      requests_a_day: 10_000,
      tokens_a_reply: 4_000,
      at_once: 2,
      monthly_tokens: null,
      tokens_this_month: 0,
      cap_reached: false,
    });
    expect(await patch({ tier: "enterprise" })).toBe(422);
    expect(await patch({ monthly_tokens: 10, tier: "enterprise" })).toBe(422);
    expect(await patch({ monthly_tokens: -1 })).toBe(422);
    expect(await patch({ monthly_tokens: 0 }, parentOf(accountId, { role: "guardian" }))).toBe(403);
    expect(await patch({ monthly_tokens: 10 })).toBe(200);
    await allowances.spend(accountId, "2027-01", 10);
    expect(await limits(parentOf(accountId, { role: "guardian" }))).toMatchObject({
      monthly_tokens: 10,
      tokens_this_month: 10,
      cap_reached: true,
    });
    expect(await patch({ monthly_tokens: null })).toBe(200);
    const rows = await database.db
      .selectFrom("audit")
      .select(["actor", "resource", "address", "reason", "outcome"])
      .where("action", "=", "limits_changed")
      .execute();
    const row = { actor: accountId, resource: accountId, address: "127.0.0.1", reason: "monthly_tokens" };
    expect(rows).toEqual(Array(2).fill({ ...row, outcome: "success" }));

    expect(await put(parent, { tier: "pro" })).toBe(401);
    expect(await put(KEYED, { tier: "gold" })).toBe(422);
    expect(await put(KEYED, { tier: "pro" }, "nobody")).toBe(404);
    expect(await put(KEYED, { tier: "pro" })).toBe(200);
    expect(await limits()).toMatchObject({ tier: "pro", requests_a_minute: 1_000, cap_reached: false });
  });
});
