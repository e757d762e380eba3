/** The routes of credentials: who may ask them, what they take, and that a value goes in and never out. MISSION B09 */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sqlCredentials } from "../../../server/adapters/sql/credentials.ts";
import type { Database } from "../../../server/adapters/sql/database.ts";
import { credentialRoutes } from "../../../server/routes/credentials.ts";
import { startPglite } from "../../support/pglite.ts";
import { KEYED, openServer, parentOf } from "./support.ts";
import { house } from "../claim/support.ts";

const SECRET = "sk-or-v1-do-not-tell-anybody";
const PATH = "/api/v1/credentials";
let database: Database;
let app: ReturnType<typeof openServer>["app"];
let lines: object[];
let now: number;

beforeAll(async () => {
  database = await startPglite();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("credentials").execute();
  const at = house();
  now = at.clock.now();
  const ports = { ...at.ports, credentials: sqlCredentials(database) };
  ({ app, lines } = openServer({ at, rooms: [(to) => credentialRoutes(to, ports)] }));
});

async function ask(
  method: "GET" | "POST" | "DELETE",
  url: string,
  body?: object,
  headers: object = parentOf("ada"),
) {
  const answer = await app.inject({
    ...{ method, url, headers: { host: "localhost", ...headers } },
    ...(body && {
      payload: JSON.stringify(body),
      headers: { host: "localhost", "content-type": "application/json", ...headers },
    }),
  });
  expect(answer.body).not.toContain(SECRET);
  const json = answer.body === "" ? {} : (answer.json() as Record<string, unknown>);
  return { status: answer.statusCode, headers: answer.headers, body: json };
}
const NEW = { provider: "openrouter", value: SECRET };

test("a key is kept, listed, given a new value and deleted, and its value is in no answer and no line of the log", async () => {
  const expires_at = new Date(now + 86_400_000).toISOString();
  const made = await ask("POST", PATH, { ...NEW, name: "Our key", expires_at });
  expect(made.status).toBe(201);
  expect(made.headers["cache-control"]).toBe("no-store");
  const told = {
    ...{ id: made.body.id, provider: "openrouter", name: "Our key", version: 1, expires_at },
    created_at: new Date(now).toISOString(),
    ...{ rotated_at: null, overlap_until: null, failing_since: null },
  };
  expect(made.body).toEqual(told);
  expect((await ask("GET", PATH)).body).toEqual({ credentials: [told] });
  const rotated = await ask("POST", `${PATH}/${String(told.id)}/rotate`, {
    value: `${SECRET}2`,
    overlap_seconds: 60,
  });
  expect(rotated.status).toBe(200);
  expect(rotated.body).toMatchObject({
    ...{ version: 2, expires_at: null, overlap_until: new Date(now + 60_000).toISOString() },
  });
  expect((await ask("DELETE", `${PATH}/${String(told.id)}`)).status).toBe(204);
  expect((await ask("GET", PATH)).body).toEqual({ credentials: [] });
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

test.each([
  ["no value", { provider: "openrouter" }],
  ["an empty value", { ...NEW, value: "" }],
  ["a value of 4097 characters", { ...NEW, value: "k".repeat(4_097) }],
  ["a value that would break a header", { ...NEW, value: "key\r\nx-evil: 1" }],
  ["a value with a space", { ...NEW, value: "two words" }],
  ["a provider nobody knows", { ...NEW, provider: "hal" }],
  ["an address of the parent's own", { ...NEW, url: "http://169.254.169.254/" }],
  ["an end that has passed", { ...NEW, expires_at: "2020-01-01T00:00:00Z" }],
  ["an end that is no time", { ...NEW, expires_at: "soon" }],
])("%s is refused", async (_, body) => {
  expect((await ask("POST", PATH, body)).status).toBe(422);
});

test.each([
  ["one character", "k"],
  ["4096 characters", "k".repeat(4_096)],
])("a value of %s is taken", async (_, value) => {
  expect((await ask("POST", PATH, { ...NEW, value })).status).toBe(201);
});

test("an overlap is a day at most, and a second key for a provider is refused", async () => {
  const { body } = await ask("POST", PATH, NEW);
  const rotate = (overlap_seconds: number) =>
    ask("POST", `${PATH}/${String(body.id)}/rotate`, { value: "next", overlap_seconds });
  expect((await rotate(86_401)).status).toBe(422);
  expect((await rotate(86_400)).status).toBe(200);
  expect(await ask("POST", PATH, NEW)).toMatchObject({
    status: 409,
    body: { error: { code: "CREDENTIAL_EXISTS" } },
  });
});

test("without a token nothing is told, a guardian reads and changes nothing, another family's is not there", async () => {
  const { body } = await ask("POST", PATH, NEW);
  const id = String(body.id);
  expect((await ask("GET", PATH, undefined, {})).status).toBe(401);
  expect((await ask("GET", PATH, undefined, KEYED)).status).toBe(401);
  const guardian = parentOf("ada", { role: "guardian" });
  expect((await ask("GET", PATH, undefined, guardian)).status).toBe(200);
  expect((await ask("POST", PATH, { ...NEW, provider: "openai" }, guardian)).status).toBe(403);
  expect((await ask("DELETE", `${PATH}/${id}`, undefined, guardian)).status).toBe(403);
  const grace = parentOf("grace");
  expect((await ask("GET", PATH, undefined, grace)).body).toEqual({ credentials: [] });
  expect((await ask("DELETE", `${PATH}/${id}`, undefined, grace)).status).toBe(404);
  expect((await ask("POST", `${PATH}/${id}/rotate`, { value: "next" }, grace)).status).toBe(404);
});

test("the tenant's are the operator's, and no parent's", async () => {
  const tenant = "/api/v1/tenant/credentials";
  expect((await ask("POST", tenant, NEW, KEYED)).status).toBe(201);
  expect((await ask("GET", tenant, undefined, KEYED)).body).toMatchObject({
    credentials: [{ provider: "openrouter" }],
  });
  expect((await ask("GET", tenant)).status).toBe(401);
  expect((await ask("GET", PATH)).body).toEqual({ credentials: [] });
});
