/** A family's conversations over HTTP: listed in pages, read with what was thought of each message, deleted for good; another's are not there. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../server/adapters/sql/database.ts";
import { createRecorder } from "../../../server/family/conversation/record.ts";
import { sqlConversations } from "../../../server/adapters/sql/conversations.ts";
import { RECIPIENTS, TALK_FORGOTTEN } from "../../../server/ports.ts";
import type { TurnVerdict } from "../../../server/ports.ts";
import { chatkitRoutes } from "../../../server/routes/chatkit.ts";
import { startPglite } from "../../support/pglite.ts";
import { familyHouse, newAccount, newChild } from "../family/support.ts";
import type { FamilyHouse } from "../family/support.ts";
import { KEYED, openServer, parentOf } from "./support.ts";

const ALLOW: TurnVerdict = { action: "allow", reason: "", withheld: false };
const PATH = "/api/v1/chatkit/sessions";

let database: Database;
let home: FamilyHouse;
let server: ReturnType<typeof openServer>;
let accountId: string;
let childId: string;
let turns = 0;

beforeAll(async () => {
  database = await startPglite();
});
afterAll(() => database.close());
beforeEach(async () => {
  home = familyHouse(database);
  server = openServer({ at: home.at, rooms: [(to) => chatkitRoutes(to, home.families.history)] });
  accountId = await newAccount(home);
  childId = await newChild(home, accountId);
});

async function ask(method: "GET" | "DELETE", path = "", headers: object = parentOf(accountId)) {
  const answer = await server.app.inject({
    method,
    url: PATH + path,
    headers: { host: "localhost", ...headers },
  });
  const body = (answer.body === "" ? {} : answer.json()) as Record<string, never>;
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: body as Record<string, unknown>,
    text: answer.body,
  };
}

/** A turn with a toy, to its end. */
async function talk(deviceId: string, words: string, verdict = ALLOW) {
  const { meter } = home.at.metrics;
  const recorder = createRecorder({ ...home.at.ports, meter, conversations: sqlConversations(database) });
  const at = home.at.clock.now();
  const turn = { turnId: `turn-${++turns}`, deviceId, childId, at, recipients: new Set(RECIPIENTS) };
  recorder.began(turn);
  recorder.heard(turn, words, verdict);
  recorder.said(turn, "Hello there.", { ...ALLOW, withheld: verdict.withheld });
  recorder.over(turn, "reply");
  await recorder.close();
}

const sessions = async (query = "") => (await ask("GET", query)).body.sessions as Record<string, unknown>[];

describe("conversations", () => {
  test("ask for a parent; a guardian reads them and deletes none", async () => {
    await talk("bear-a", "hello");
    const [{ id }] = (await sessions()) as [{ id: string }];
    for (const [method, path] of [
      ["GET", ""],
      ["GET", `/${id}`],
      ["DELETE", `/${id}`],
    ] as const) {
      expect((await ask(method, path, {})).status).toBe(401);
      expect((await ask(method, path, KEYED)).status).toBe(401);
      const guardian = await ask(method, path, parentOf(accountId, { role: "guardian" }));
      expect(guardian.status).toBe(method === "GET" ? 200 : 403);
    }
  });

  test("are listed newest first, by child, in pages", async () => {
    await talk("bear-a", "one");
    await home.at.clock.advance(1);
    await talk("bear-b", "two");
    const [b, a] = (await sessions()) as [{ id: string }, { id: string }];
    expect(b).toMatchObject({ device_id: "bear-b", child_id: childId, turns: 1, flagged: false });
    await home.at.clock.advance(1);
    await talk("bear-a", "three");
    expect(await sessions()).toMatchObject([{ id: a.id, turns: 2 }, { id: b.id }]);
    const first = await ask("GET", "?limit=1");
    expect(first.headers["cache-control"]).toBe("no-store");
    expect(first.body).toMatchObject({ sessions: [{ id: a.id }] });
    const second = await ask("GET", `?limit=1&cursor=${String(first.body.next_cursor)}`);
    expect(second.body).toMatchObject({ sessions: [{ id: b.id }], next_cursor: null });
    expect(await sessions(`?child_id=${childId}`)).toHaveLength(2);
    expect(await sessions(`?child_id=${await newChild(home, accountId)}`)).toEqual([]);
    expect((await ask("GET", "?child_id=child-none")).status).toBe(404);
  });

  test.each(["?limit=0", "?limit=101", "?limit=x", "?cursor=abc", `?cursor=${"A".repeat(129)}`, "?page=2"])(
    "%s is not a question",
    async (query) => expect((await ask("GET", query)).status).toBe(422),
  );

  test("are read oldest first, each message with what the safety port thought", async () => {
    await talk("bear-a", "call me at [phone]");
    await talk("bear-a", "how do I make a bomb", {
      action: "redirect",
      reason: "how-to-harm",
      withheld: false,
    });
    const [{ id }] = (await sessions()) as [{ id: string }];
    const read = await ask("GET", `/${id}`);
    expect(read.headers["cache-control"]).toBe("no-store");
    expect(read.body).toMatchObject({ id, child_id: childId, device_id: "bear-a", turns: 2, flagged: true });
    const allowed = { action: "allow", reason: "" };
    expect(read.body.messages).toMatchObject([
      { role: "child", text: "call me at [phone]", safety: allowed },
      { role: "bear", text: "Hello there.", safety: allowed },
      { role: "child", text: "how do I make a bomb", safety: { action: "redirect", reason: "how-to-harm" } },
      { role: "bear", text: "Hello there.", safety: allowed },
    ]);
  });

  test("show nothing of a disclosure of the household, not even that there was one", async () => {
    await talk("bear-a", "hello");
    const before = (await ask("GET")).text;
    await talk("bear-a", "my dad hits me", { action: "escalate", reason: "abuse", withheld: true });
    await talk("bear-c", "my dad hits me", { action: "escalate", reason: "abuse", withheld: true });
    const after = await ask("GET");
    expect(after.text).toBe(before);
    const [{ id }] = after.body.sessions as [{ id: string }];
    expect((await ask("GET", `/${id}`)).text).not.toMatch(/dad|escalate|abuse|withheld/);
  });

  test("that a person looked at one stands in the family's trail, each guardian's look as theirs and support's as such, and nothing of what was said", async () => {
    await talk("bear-a", "marzipan volcano");
    const [{ id }] = (await sessions()) as [{ id: string }];
    await ask("GET", `/${id}`);
    await ask("GET", `/${id}`, parentOf(accountId, { role: "guardian", personId: "gran" }));
    await ask("GET", `/${id}`, parentOf(accountId, { role: "support", sessionId: "visit-1" }));
    const rows = home.at.entries.filter(({ resource }) => resource === id);
    const told = { action: "transcript_viewed", accountId };
    expect(rows).toMatchObject([
      { ...told, actor: accountId, reason: "parent" },
      { ...told, actor: "gran", reason: "guardian" },
      { ...told, actor: "support:visit-1", reason: "support" },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/marzipan/);
  });

  test("are another family's to nobody else: not listed, not found, not deleted", async () => {
    await talk("bear-a", "hello");
    const [{ id }] = (await sessions()) as [{ id: string }];
    const other = parentOf(await newAccount(home));
    expect((await ask("GET", "", other)).body).toEqual({ sessions: [], next_cursor: null });
    expect((await ask("GET", `?child_id=${childId}`, other)).status).toBe(404);
    expect((await ask("GET", `/${id}`, other)).status).toBe(404);
    expect((await ask("DELETE", `/${id}`, other)).status).toBe(404);
    expect((await ask("GET", `/${id}`)).status).toBe(200);
  });

  test("are deleted for good: rows go, the toy forgets, and the audit has the fact alone", async () => {
    await talk("bear-a", "marzipan volcano");
    const forgotten: string[] = [];
    await home.at.stores.bus.subscribe(TALK_FORGOTTEN, (deviceId) => void forgotten.push(deviceId));
    const [{ id }] = (await sessions()) as [{ id: string }];
    expect(await ask("DELETE", `/${id}`)).toMatchObject({ status: 204, text: "" });
    expect((await ask("GET", `/${id}`)).status).toBe(404);
    expect((await ask("DELETE", `/${id}`)).status).toBe(404);
    const left = await database.db
      .selectFrom("messages")
      .selectAll()
      .where("conversation_id", "=", id)
      .execute();
    expect(left).toEqual([]);
    expect(forgotten).toEqual(["bear-a"]);
    const audit = await database.db.selectFrom("audit").selectAll().where("resource", "=", id).execute();
    expect(audit).toMatchObject([{ action: "conversation_deleted", actor: accountId, reason: null }]);
  });
});

test("each of these routes is read 30 times a minute and no more, and changed 10 times at once", async () => {
  const statuses = async (method: "GET" | "DELETE", times: number, path?: string) => {
    const all = [];
    for (let i = 0; i < times; i++) all.push((await ask(method, path)).status);
    return [...new Set(all.slice(0, -1)), all.at(-1)];
  };
  expect(await statuses("GET", 31)).toEqual([200, 429]);
  expect(await statuses("GET", 31, "/nothing")).toEqual([404, 429]);
  expect(await statuses("DELETE", 11, "/nothing")).toEqual([404, 429]);
});
