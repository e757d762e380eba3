/** Every route of a real cell, asked by everyone there is. Who may is written here by hand: a route that is not written here fails. MISSION C43 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type * as HttpRoom from "../../server/adapters/http.ts";
import type { HttpApp } from "../../server/adapters/http.ts";
import type * as StoresRoom from "../../server/main/stores.ts";
import type { Stores } from "../../server/main/stores.ts";
import { startCell } from "../support/cell.ts";
import { holdToDocument } from "../support/document.ts";
import type { TestCell } from "../support/cell.ts";
import { SCOPES } from "../../server/ports.ts";
import type { Scope } from "../../server/ports.ts";
import { letterTo, newChild, newParent } from "./family.ts";
import type { Parent } from "./family.ts";
import { newToy } from "./support.ts";

// a cell starts, people sign up, and each of some ninety routes is asked by each of seventeen
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const METRICS_TOKEN = "a-token-of-the-metrics-long-enough";

/** What the cell was made of: its routes as they were added, and its stores, to make a toy someone's. */
const made = vi.hoisted(() => ({
  routes: [] as { method: string; url: string; auth: string | undefined }[],
  stores: undefined as unknown,
}));
vi.mock("../../server/adapters/http.ts", async (original) => {
  const real = await original<typeof HttpRoom>();
  const watch = (app: HttpApp): void => {
    app.addHook("onRoute", ({ method, url, config, onRequest }) => {
      // what only says that the method is another
      if ((onRequest as { name?: string } | undefined)?.name === "refuse") return;
      for (const one of [method].flat())
        if (one !== "HEAD") made.routes.push({ method: one, url, auth: config?.auth });
    });
  };
  const openHttp: typeof real.openHttp = (ports, settings, rooms) =>
    // the document first: what each route answers here, to whomever, is held to it
    real.openHttp(ports, settings, [watch, rooms[0]!, holdToDocument, ...rooms.slice(1)]);
  return { ...real, openHttp };
});
vi.mock("../../server/main/stores.ts", async (original) => {
  const real = await original<typeof StoresRoom>();
  const openStores: typeof real.openStores = async (...with_) => {
    const stores = await real.openStores(...with_);
    made.stores = stores;
    return stores;
  };
  return { ...real, openStores };
});

/** a key of each scope; `developer` is the cell's own */
const KEYS = SCOPES.map((scope) => `key of ${scope}` as const);
type Key = (typeof KEYS)[number];
type Principal =
  | (
      | "none"
      | "parent"
      | "another"
      | "former owner"
      | "guardian"
      | "support"
      | "toy"
      | "developer"
      | "metrics"
    )
  | (Key | "revoked key");
const PRINCIPALS: readonly Principal[] = [
  ...(["none", "parent", "another", "former owner", "guardian", "support"] as const),
  ...(["toy", "developer", "metrics", ...KEYS, "revoked key"] as const),
];
/** Whoever holds one of these scopes passes, and so does an admin; other keys are known. */
const keyed = (...scopes: Scope[]) => ({
  pass: [
    "developer",
    ...KEYS.filter((key) => [...scopes, "admin"].some((one) => key.endsWith(` ${one}`))),
  ] as Principal[],
  known: KEYS as Principal[],
});
const PARENTS = ["parent", "another", "former owner"] as const;

/** Who passes the door of a class; `known` are told 403, all others 401. */
const CLASSES = {
  open: { pass: PRINCIPALS, known: [] },
  /** one's own account */
  own: { pass: [...PARENTS, "guardian"], known: ["support"] },
  read: { pass: [...PARENTS, "guardian", "support"], known: [] },
  /** what a person was told is marked as read */
  mark: { pass: [...PARENTS, "guardian"], known: ["support"] },
  /** `change`: of the family; `take`: a copy of all of it */
  change: { pass: PARENTS, known: ["guardian", "support"] },
  take: { pass: PARENTS, known: ["guardian", "support"] },
  /** the operator's alone */
  operate: keyed(),
  keyed: keyed(...SCOPES),
  provision: keyed("devices:provision"),
  telemetry: keyed("telemetry:read"),
  simulate: keyed("conversations:simulate"),
  updates: keyed("firmware:publish", "devices:read"),
  publish: keyed("firmware:publish"),
  audit: keyed("audit:read"),
  watch: { ...keyed("telemetry:read"), pass: [...keyed("telemetry:read").pass, "metrics"] },
} as const satisfies Record<string, { pass: readonly Principal[]; known: readonly Principal[] }>;

/** By method and path: who may ask; and of a route about one thing of a family, a body that would do to another's. */
const TABLE: Record<string, [keyof typeof CLASSES] | [keyof typeof CLASSES, object | undefined]> = {
  "POST /api/v1/esp32/challenge": ["open"],
  "POST /api/v1/pair/claim": ["open"],
  "GET /api/v1/esp32/config": ["open"],
  "GET /api/v1/esp32/firmware": ["open"],
  "GET /api/v1/esp32/firmware/:board/:file": ["open"],
  "GET /api/v1/esp32/private/telemetry": ["telemetry"],
  ...Object.fromEntries(
    ["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => [
      `${method} /api/v1/esp32/private/*`,
      ["operate"],
    ]),
  ),
  "POST /api/v1/toys": ["provision"],
  "GET /api/v1/updates": ["updates"],
  "POST /api/v1/updates": ["publish"],
  "PATCH /api/v1/updates/:board/:version": ["publish"],
  "GET /api/v1/updates/offers/:device_id": ["updates"],
  "POST /api/v1/dev/pair": ["simulate"],
  "GET /api/v1/dev/toys/:device_id/last-turn": ["simulate"],
  "GET /api/v1/dev/migrations": ["operate"],
  "POST /api/v1/support/visits": ["operate"],
  "POST /api/v1/consent/forms/:request_id": ["operate"],
  "GET /api/openapi.json": ["open"],
  "GET /api/asyncapi.json": ["open"],
  "GET /api/docs": ["open"],
  "GET /api/docs.css": ["open"],
  "GET /healthz": ["open"],
  "GET /health": ["open"],
  "GET /readyz": ["open"],
  "GET /metrics": ["watch"],
  "POST /api/v1/auth/register": ["open"],
  "POST /api/v1/auth/verify": ["open"],
  "POST /api/v1/auth/login": ["open"],
  "POST /api/v1/auth/refresh": ["open"],
  "POST /api/v1/auth/logout": ["open"],
  "POST /api/v1/auth/reset": ["open"],
  "POST /api/v1/auth/reset/finish": ["open"],
  "POST /api/v1/auth/invite": ["open"],
  "POST /api/v1/auth/password": ["own"],
  "POST /api/v1/auth/passkeys/login/options": ["open"],
  "POST /api/v1/auth/passkeys/login": ["open"],
  "GET /api/v1/auth/passkeys": ["own"],
  "POST /api/v1/auth/passkeys/options": ["own"],
  "POST /api/v1/auth/passkeys": ["own"],
  "DELETE /api/v1/auth/passkeys/:id": ["own", undefined],
  "POST /api/v1/consent/card": ["open"],
  "GET /api/v1/me": ["own"],
  "PATCH /api/v1/me": ["own"],
  "DELETE /api/v1/me": ["own"],
  "GET /api/v1/me/sessions": ["own"],
  "DELETE /api/v1/me/sessions": ["own"],
  "DELETE /api/v1/me/sessions/:id": ["own", undefined],
  "GET /api/v1/me/limits": ["read"],
  "PATCH /api/v1/me/limits": ["change"],
  "PUT /api/v1/admin/accounts/:account_id/tier": ["operate"],
  "GET /api/v1/me/guardians": ["read"],
  "POST /api/v1/me/guardians": ["change"],
  "DELETE /api/v1/me/guardians/:id": ["change", undefined],
  "GET /api/v1/children": ["read"],
  "POST /api/v1/children": ["change"],
  "GET /api/v1/children/:child_id": ["read", undefined],
  "PATCH /api/v1/children/:child_id": ["change", {}],
  "DELETE /api/v1/children/:child_id": ["change", undefined],
  "GET /api/v1/children/:child_id/consent": ["read", undefined],
  "POST /api/v1/children/:child_id/consent": [
    "change",
    { method: "form", recipients: ["voice"], notice_version: "x" },
  ],
  "POST /api/v1/children/:child_id/consent/confirm": [
    "change",
    { request_id: "0".repeat(32), code: "12345678" },
  ],
  "DELETE /api/v1/children/:child_id/consent": ["change", undefined],
  "GET /api/v1/toys": ["read"],
  "GET /api/v1/toys/:device_id": ["read", undefined],
  "PATCH /api/v1/toys/:device_id": ["change", { volume: 10 }],
  "POST /api/v1/toys/:device_id/restore": ["change", undefined],
  "POST /api/v1/toys/:device_id/unpair": ["change", undefined],
  "POST /api/v1/toys/:device_id/transfer": ["change", undefined],
  // held by consent and a code, whoever's the toy is: routes/family.test.ts
  "POST /api/v1/toys/:device_id/transfer/accept": ["change"],
  "POST /api/v1/pair/windows": ["change"],
  "GET /api/v1/pair/windows/:window_id": ["read", undefined],
  "POST /api/v1/pair/windows/:window_id/words": ["change", { words: ["apple", "owl", "robot"] }],
  "GET /api/v1/chatkit/sessions": ["read"],
  "GET /api/v1/chatkit/sessions/:session_id": ["read", undefined],
  "DELETE /api/v1/chatkit/sessions/:session_id": ["change", undefined],
  "GET /api/v1/credentials": ["read"],
  "POST /api/v1/credentials": ["change"],
  "POST /api/v1/credentials/:id/rotate": ["change", { value: "another" }],
  "DELETE /api/v1/credentials/:id": ["change", undefined],
  "GET /api/v1/tenant/credentials": ["operate"],
  "POST /api/v1/tenant/credentials": ["operate"],
  "POST /api/v1/tenant/credentials/:id/rotate": ["operate"],
  "DELETE /api/v1/tenant/credentials/:id": ["operate"],
  "POST /api/v1/exports": ["take"],
  "GET /api/v1/exports": ["take"],
  "GET /api/v1/exports/:id": ["take", undefined],
  "GET /api/v1/exports/:id/file": ["take", undefined],
  "GET /api/v1/deletions": ["read"],
  "DELETE /api/v1/deletions/:id": ["change", undefined],
  "GET /api/v1/reports": ["read"],
  "GET /api/v1/privacy": ["open"],
  "POST /api/v1/live/tickets": ["read"],
  "GET /api/v1/alerts": ["read"],
  "POST /api/v1/alerts/read": ["mark"],
  "GET /api/v1/keys": ["keyed"],
  "POST /api/v1/keys": ["keyed"],
  "GET /api/v1/keys/:id": ["keyed"],
  "PATCH /api/v1/keys/:id": ["keyed"],
  "DELETE /api/v1/keys/:id": ["keyed"],
  "GET /api/v1/audit": ["audit"],
  "GET /api/v1/audit/suspicious": ["audit"],
  "GET /api/v1/audit/verification": ["audit"],
  "GET /api/v1/audit/me": ["take"],
  "GET /api/v1/audit/me/suspicious": ["take"],
  "GET /api/v1/safety/queue": ["operate"],
  "POST /api/v1/safety/queue/:id/done": ["operate"],
};

let cell: TestCell;
let parent: Parent;
const headers = {} as Record<Principal, Record<string, string>>;
/** what stands for a parameter of a path: a thing of the parent's family */
const things: Record<string, string> = {};

/** From an address of its own each time: what is limited by address is another test's. */
async function ask(who: Principal, method: string, path: string, body?: object) {
  const from = [...randomBytes(3)].join(".");
  const answer = await fetch(cell.url + path, {
    method,
    headers: {
      ...headers[who],
      "x-forwarded-for": `10.${from}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: (text.startsWith("{") ? JSON.parse(text) : {}) as Record<string, unknown>,
  };
}

function pathOf(url: string): string {
  return url.replace(/:(\w+)/g, (_, name: string) => {
    const kind = name === "id" ? url.split("/").at(-2)! : name;
    return things[kind === "file" ? "exports" : kind] ?? "0".repeat(32);
  });
}

beforeAll(async () => {
  // whoever asks eighty routes asks too often for any tier
  cell = await startCell({ TRUSTED_PROXIES: "127.0.0.1", METRICS_TOKEN, RATE_LIMIT_ENABLED: "false" });
  const stores = made.stores as Stores;
  const [one, another, former] = await Promise.all(
    ["parent", "another", "former"].map((name) => newParent(cell, name)),
  );
  parent = one!;
  const bearer = (token: unknown) => ({ authorization: `Bearer ${String(token)}` });
  const key = bearer(cell.developerKey);
  Object.assign(headers, {
    none: {},
    parent: one!.headers,
    another: another!.headers,
    "former owner": former!.headers,
    developer: key,
    metrics: bearer(METRICS_TOKEN),
  });
  for (const scope of SCOPES) {
    const made = await ask("developer", "POST", "/api/v1/keys", { name: scope, scopes: [scope] });
    expect(made.status).toBe(201);
    headers[`key of ${scope}`] = bearer(made.body.key);
  }
  const revoked = await ask("developer", "POST", "/api/v1/keys", { name: "gone", scopes: ["admin"] });
  headers["revoked key"] = bearer(revoked.body.key);
  expect((await ask("developer", "DELETE", `/api/v1/keys/${String(revoked.body.id)}`)).status).toBe(204);
  const toy = await newToy(cell, { paired: false });
  headers.toy = bearer(toy.device_secret);
  const familyOf = async (who: Principal) => String((await ask(who, "GET", "/api/v1/me")).body.family_id);

  const formerChild = await newChild(former!);
  await stores.families.pair(toy.device_id, await familyOf("former owner"), formerChild);
  expect((await ask("former owner", "POST", `/api/v1/toys/${toy.device_id}/unpair`)).status).toBe(200);
  const [childId, leaving] = [await newChild(parent), await newChild(parent)];
  const family = await familyOf("parent");
  await stores.families.pair(toy.device_id, family, childId);
  Object.assign(things, { device_id: toy.device_id, child_id: childId });
  things.exports = String((await ask("parent", "POST", "/api/v1/exports")).body.id);
  things.deletions = String((await ask("parent", "DELETE", `/api/v1/children/${leaving}`)).body.id);
  const sessions = (await ask("parent", "GET", "/api/v1/me/sessions")).body.sessions as { id: string }[];
  things.sessions = sessions[0]!.id;

  const visit = { email: parent.email, by: "Grace", reason: "ticket 7: no sound", minutes: 15 };
  headers.support = bearer(
    (await ask("developer", "POST", "/api/v1/support/visits", visit)).body.access_token,
  );
  const email = "guardian@example.org";
  const asked = await ask("parent", "POST", "/api/v1/me/guardians", { email, name: "Gran" });
  expect(asked.status).toBe(201);
  const token = await letterTo(cell.dataDir, email, /#\/invite\/([0-9a-f]{64})/);
  const accepted = await ask("none", "POST", "/api/v1/auth/invite", {
    token,
    password: "a guardian has a long password",
    name: "Gran",
  });
  headers.guardian = bearer(accepted.body.access_token);
  const guardians = (await ask("parent", "GET", "/api/v1/me/guardians")).body.guardians as { id: string }[];
  things.guardians = guardians[0]!.id;
});
afterAll(() => cell?.stop());

test("each route of the cell is written here, and none that is not there", () => {
  // the app's own files, where it was built: anybody's, and read alone
  const isFile = (url: string): boolean => !url.startsWith("/api/") && !(`GET ${url}` in TABLE);
  for (const { method, url, auth } of made.routes.filter((route) => isFile(route.url)))
    expect([url, method, auth]).toEqual([url, "GET", "public"]);
  const routes = made.routes.filter(({ url }) => !isFile(url));
  const there = [...new Set(routes.map(({ method, url }) => `${method} ${url}`))].sort();
  expect(there.length).toBeGreaterThan(60);
  expect(Object.keys(TABLE).sort()).toEqual(there);
});

describe.each(PRINCIPALS)("asked by %s", (who) => {
  test("each route lets in whom it should, before anything is read", async () => {
    for (const [route, [name]] of Object.entries(TABLE)) {
      const [method, url] = route.split(" ") as [string, string];
      const { pass, known } = CLASSES[name] as { pass: readonly Principal[]; known: readonly Principal[] };
      // no route takes this: who passes the door gets no further, and nothing happens
      const { status } = await ask(
        who,
        method,
        `${pathOf(url)}?no_such_field=1`,
        method === "GET" ? undefined : {},
      );
      const seen = status === 401 || status === 403 ? status : "let in";
      const expected = pass.includes(who) ? "let in" : known.includes(who) ? 403 : 401;
      expect([route, seen]).toEqual([route, expected]);
    }
  });
});

test("a visit of support changes nothing: of all that is not read it may open the live feed, and be over", async () => {
  const letIn: string[] = [];
  for (const { method, url, auth } of made.routes) {
    const route = `${method} ${url}`;
    // what is public asks nobody who they are, but for signing out
    if (method === "GET" || auth === "public") continue;
    const { status } = await ask("support", method, pathOf(url), TABLE[route]?.[1] ?? { all: true });
    if (status !== 401 && status !== 403) letIn.push(route);
  }
  expect(letIn).toEqual(["POST /api/v1/live/tickets"]);
});

describe.each(["another", "former owner"] as const)("a thing of a family, asked for by %s", (who) => {
  test("is not there: one 404 for all of it, and it stays as it is", async () => {
    for (const [route, asked] of Object.entries(TABLE)) {
      if (asked.length === 1) continue;
      const [method, url] = route.split(" ") as [string, string];
      const { status } = await ask(who, method, pathOf(url), asked[1]);
      expect([route, status]).toEqual([route, 404]);
    }
    expect((await ask("parent", "GET", `/api/v1/toys/${things.device_id}`)).status).toBe(200);
    expect((await ask("parent", "GET", `/api/v1/children/${things.child_id}`)).status).toBe(200);
    const [deletion] = (await ask("parent", "GET", "/api/v1/deletions")).body.deletions as {
      state: string;
    }[];
    expect(deletion!.state).toBe("scheduled");
    expect((await ask("guardian", "GET", "/api/v1/children")).status).toBe(200);
  });
});
