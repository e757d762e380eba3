/** The routes of a family: who may ask them, what they take, and that another family's things are not there. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeExport } from "../../../server/family/care/export.ts";
import type { ExportPorts } from "../../../server/family/care/export.ts";
import { careRoutes } from "../../../server/routes/care.ts";
import { sqlAllowances } from "../../../server/adapters/sql/allowances.ts";
import { openTalkBook } from "../../../server/family/talk.ts";
import { keyIdOf } from "../../../server/keys/developer-key.ts";
import { childrenRoutes } from "../../../server/routes/children.ts";
import { consentRoutes } from "../../../server/routes/consent.ts";
import { pairRoutes } from "../../../server/routes/pair.ts";
import { ownToyRoutes } from "../../../server/routes/toys-of-parent.ts";
import { accountHouse } from "../family/account/support.ts";
import type { AccountHouse } from "../family/account/support.ts";
import { careHouse } from "../family/care/support.ts";
import { CODE, newAccount, newChild, newToy } from "../family/support.ts";
import type { FamilyHouse } from "../family/support.ts";
import { DEVELOPER_KEY, KEYED, openServer, parentOf } from "./support.ts";

let people: AccountHouse;
let home: FamilyHouse;
let app: ReturnType<typeof openServer>["app"];
let accountId: string;
let exporting: ExportPorts;

beforeAll(async () => {
  people = await accountHouse();
});
afterAll(() => people.close());
beforeEach(async () => {
  const house = careHouse(people);
  const { care } = house;
  ({ exporting } = care);
  ({ home } = house);
  const { families } = home;
  ({ app } = openServer({
    at: home.at,
    rooms: [
      (to) => childrenRoutes(to, { ...families, ...care }),
      (to) => careRoutes(to, care),
      (to) => consentRoutes(to, families.consent),
      (to) => ownToyRoutes(to, { ...families, activityOf: () => undefined }),
      (to) => pairRoutes(to, families.windows),
    ],
  }));
  accountId = await newAccount(home);
});

type Method = "GET" | "POST" | "PATCH" | "DELETE";

async function ask(method: Method, url: string, body?: object, headers: object = parentOf(accountId)) {
  const answer = await app.inject({
    method,
    url,
    headers: { host: "localhost", ...headers },
    ...(body && { payload: JSON.stringify(body) }),
  });
  const json = answer.body === "" ? {} : (answer.json() as Record<string, never>);
  const { code } = (json.error ?? {}) as { code?: string };
  return { status: answer.statusCode, headers: answer.headers, body: json as Record<string, unknown>, code };
}

const ROUTES: [Method, string][] = [
  ["GET", "/api/v1/children"],
  ["POST", "/api/v1/children"],
  ["GET", "/api/v1/children/x"],
  ["PATCH", "/api/v1/children/x"],
  ["DELETE", "/api/v1/children/x"],
  ["GET", "/api/v1/children/x/consent"],
  ["POST", "/api/v1/children/x/consent"],
  ["DELETE", "/api/v1/children/x/consent"],
  ["POST", "/api/v1/children/x/consent/confirm"],
  ["GET", "/api/v1/deletions"],
  ["DELETE", "/api/v1/deletions/x"],
  ["GET", "/api/v1/reports"],
  ["GET", "/api/v1/toys"],
  ["GET", "/api/v1/toys/x"],
  ["PATCH", "/api/v1/toys/x"],
  ["POST", "/api/v1/toys/x/restore"],
  ["POST", "/api/v1/toys/x/unpair"],
  ["POST", "/api/v1/toys/x/transfer"],
  ["POST", "/api/v1/toys/x/transfer/accept"],
  ["POST", "/api/v1/pair/windows"],
  ["GET", `/api/v1/pair/windows/${"0".repeat(32)}`],
  ["POST", `/api/v1/pair/windows/${"0".repeat(32)}/words`],
];

describe("every route of a family", () => {
  test.each(ROUTES)("%s %s asks for a parent; a guardian reads and changes nothing", async (method, url) => {
    expect((await ask(method, url, undefined, {})).status).toBe(401);
    expect((await ask(method, url, undefined, KEYED)).status).toBe(401);
    const guardian = await ask(method, url, undefined, parentOf(accountId, { role: "guardian" }));
    if (method === "GET") expect(guardian.status).not.toBe(403);
    else expect(guardian).toMatchObject({ status: 403, code: "FORBIDDEN" });
  });
});

describe("a child", () => {
  test("is made with what was not said filled in, told without a place to keep it, changed, and deleted in a month, now, or not at all", async () => {
    const made = await ask("POST", "/api/v1/children", { nickname: " Pip ", birth_month: "2021-04" });
    expect(made.status).toBe(201);
    expect(made.headers["cache-control"]).toBe("no-store");
    expect(made.body).toMatchObject({
      ...{ nickname: "Pip", birth_month: "2021-04", language: "en", voice: null, interests: [] },
      ...{ quiet_hours: null, filter: "strict", retention_days: 30, keeps_transcripts: true },
    });
    const url = `/api/v1/children/${String(made.body.id)}`;
    const quiet_hours = { from: "20:00", to: "07:00", time_zone: "Europe/Berlin" };
    const changed = await ask("PATCH", url, { quiet_hours, retention_days: 365, voice: "warm" });
    expect(changed.body).toMatchObject({ quiet_hours, retention_days: 365, voice: "warm", nickname: "Pip" });
    expect((await ask("PATCH", url, { quiet_hours: null, voice: null })).body).toMatchObject({
      quiet_hours: null,
      voice: null,
      retention_days: 365,
    });
    expect((await ask("GET", "/api/v1/children")).body.children).toHaveLength(1);
    const stale = parentOf(accountId, { signedInAt: home.at.clock.now() - 300_000 });
    expect(await ask("DELETE", url, undefined, stale)).toMatchObject({ status: 403, code: "SIGN_IN_AGAIN" });
    const asked = await ask("DELETE", url);
    expect(asked).toMatchObject({ status: 202, body: { what: "child", state: "scheduled", receipt: null } });
    expect(Date.parse(String(asked.body.due_at)) - home.at.clock.now()).toBe(30 * 24 * 3_600_000);
    expect((await ask("GET", "/api/v1/deletions")).body.deletions).toEqual([asked.body]);
    expect((await ask("DELETE", `/api/v1/deletions/${String(asked.body.id)}`)).status).toBe(204);
    expect((await ask("DELETE", `${url}?grace=30`)).status).toBe(422);
    const now = await ask("DELETE", `${url}?grace=0`);
    expect(now.body).toMatchObject({ due_at: new Date(home.at.clock.now()).toISOString() });
  });

  test("talks as much as is usual for its age, or less where its parent lowers it", async () => {
    const made = await ask("POST", "/api/v1/children", { nickname: "Pip", birth_month: "2022-06" });
    const none = {
      turns_a_day: null,
      minutes_a_session: null,
      turns_a_session: null,
      model_calls_an_hour: null,
    };
    const usual = { turns_a_day: 200, minutes_a_session: 10, turns_a_session: 50, model_calls_an_hour: 20 };
    expect(made.body).toMatchObject({ age: 4, limits: none, age_limits: usual });
    const url = `/api/v1/children/${String(made.body.id)}`;
    const limits = { model_calls_an_hour: 5, turns_a_day: 10_000 };
    expect((await ask("PATCH", url, { limits })).body).toMatchObject({
      limits: { ...none, ...limits },
      age_limits: usual,
    });
    // what is not said stays
    expect((await ask("PATCH", url, { nickname: "Pop" })).body).toMatchObject({
      limits: { ...none, ...limits },
    });
    expect((await ask("PATCH", url, { limits: {} })).body).toMatchObject({ limits: none, age_limits: usual });
    for (const limits of [{ turns_a_day: -1 }, { turns_a_day: 0.5 }, { turns_a_year: 1 }, null])
      expect((await ask("PATCH", url, { limits })).status).toBe(422);
  });

  test("of a toy is found by it, with how much it may talk; a toy of nobody has none", async () => {
    const made = await ask("POST", "/api/v1/children", {
      ...{ nickname: "Pip", birth_month: "2022-06", limits: { turns_a_session: 3 } },
    });
    const childId = String(made.body.id);
    const { deviceId } = await newToy(home);
    const book = openTalkBook({ ...home.families.children, allowances: sqlAllowances(people.database) });
    expect(await book.of(deviceId, "2027-01")).toBeUndefined();
    await people.database.db
      .updateTable("toys")
      .set({ owner_id: accountId, child_id: childId })
      .where("device_id", "=", deviceId)
      .execute();
    expect(await book.of(deviceId, "2027-01")).toEqual({
      ...{ accountId, childId, tier: "free", monthlyTokens: undefined, tokensUsed: 0 },
      limits: { modelCallsAnHour: 20, minutesASession: 10, turnsASession: 3, turnsADay: 200 },
    });
  });

  test.each([
    ["nickname", ""],
    ["nickname", "x".repeat(41)],
    ["nickname", "a\u202eb"],
    ["birth_month", "2021-13"],
    ["birth_month", "2021-04-01"],
    ["birth_month", "2099-01"],
    ["language", "English"],
    ["retention_days", 0],
    ["retention_days", 366],
    ["interests", Array.from({ length: 21 }, () => "x")],
    ["quiet_hours", { from: "24:00", to: "07:00", time_zone: "UTC" }],
    ["quiet_hours", { from: "20:00", to: "07:00", time_zone: "Mars/Base" }],
    ["filter", "none"],
    ["address", "12 High Street"],
  ])("takes no %s of %j", async (field, value) => {
    const body = { nickname: "Pip", birth_month: "2021-04", [field]: value };
    const answer = await ask("POST", "/api/v1/children", body);
    expect(answer).toMatchObject({ status: 422, code: "INVALID_REQUEST" });
    expect(JSON.stringify(answer.body)).toContain(field);
  });
});

describe("consent", () => {
  test("is read, asked for, proven by the operator's form, and taken back for one recipient", async () => {
    const childId = await newChild(home, accountId, false);
    const url = `/api/v1/children/${childId}/consent`;
    const notice = await ask("GET", url);
    expect(notice.body).toMatchObject({ methods: ["email_plus", "card", "form"] });
    const wish = {
      method: "form",
      recipients: ["voice", "chat"],
      notice_version: notice.body.notice_version,
    };
    expect(await ask("POST", url, { ...wish, notice_version: "old" })).toMatchObject({
      status: 409,
      code: "NOTICE_CHANGED",
    });
    const asked = await ask("POST", url, wish);
    expect(asked.status).toBe(202);
    const form = `/api/v1/consent/forms/${String(asked.body.request_id)}`;
    expect((await ask("POST", form, { reference: "7" })).status).toBe(401);
    expect((await ask("POST", form, { reference: "7" }, KEYED)).body).toEqual({ confirmed: true });
    expect(await ask("POST", form, { reference: "7" }, KEYED)).toMatchObject({ code: "CONSENT_REFUSED" });
    const rows = await home.database.db
      .selectFrom("audit")
      .selectAll()
      .where("account_id", "=", accountId)
      .execute();
    const key = `key:${keyIdOf(DEVELOPER_KEY)}`;
    expect(rows.at(-1)).toMatchObject({ action: "consent_granted", actor: key, reason: "form: voice chat" });
    const after = await ask("DELETE", `${url}?recipient=chat`);
    const states = (after.body.recipients as { recipient: string; state: string }[]).map(
      ({ recipient, state }) => `${recipient} ${state}`,
    );
    expect(states).toEqual(["voice granted", "transcripts none", "speech_in none", "chat revoked"]);
    expect((await ask("DELETE", `${url}?recipient=everyone`)).status).toBe(422);
  });

  test("is read and asked for in German, under a version of its own, and told in German", async () => {
    const childId = await newChild(home, accountId, false);
    const url = `/api/v1/children/${childId}/consent`;
    const [english, german] = [await ask("GET", url), await ask("GET", `${url}?language=de`)];
    expect([english.body.language, german.body.language]).toEqual(["en", "de"]);
    expect(german.body.notice_version).not.toBe(english.body.notice_version);
    expect(german.body.recipients).toContainEqual(
      expect.objectContaining({ recipient: "voice", name: "dieser Bearlink-Server" }),
    );
    const { notice_version } = german.body;
    const asked = await ask("POST", url, { method: "form", recipients: ["voice"], notice_version });
    expect(asked.status).toBe(202);
    const after = await ask("DELETE", `${url}?language=de`);
    expect(after.body).toMatchObject({ language: "de", notice_version });
    expect((await ask("GET", `${url}?language=fr`)).status).toBe(422);
  });

  test("by card is a signed word: without its signature nobody's", async () => {
    const word = { request_id: "0".repeat(32), transaction_id: "tx", at: 1, signature: "0".repeat(64) };
    expect(await ask("POST", "/api/v1/consent/card", word, {})).toMatchObject({
      status: 404,
      code: "CONSENT_REFUSED",
    });
  });
});

describe("a copy of everything", () => {
  test("is asked for freshly signed in, listed, and fetched as a file that nothing keeps; guardians and support have none", async () => {
    await newChild(home, accountId);
    const stale = parentOf(accountId, { signedInAt: home.at.clock.now() - 300_000 });
    expect(await ask("POST", "/api/v1/exports", undefined, stale)).toMatchObject({ code: "SIGN_IN_AGAIN" });
    const asked = await ask("POST", "/api/v1/exports");
    expect(asked).toMatchObject({ status: 202, body: { state: "waiting", size: null } });
    const id = String(asked.body.id);
    expect(await ask("GET", `/api/v1/exports/${id}/file`)).toMatchObject({ status: 404 });
    await makeExport(exporting, id, new AbortController().signal);
    expect((await ask("GET", `/api/v1/exports/${id}`)).body).toMatchObject({ state: "ready" });
    expect((await ask("GET", "/api/v1/exports")).body.exports).toHaveLength(1);
    const file = await ask("GET", `/api/v1/exports/${id}/file`);
    expect(file).toMatchObject({ status: 200, body: { family: accountId, children: [{ nickname: "Pip" }] } });
    expect(file.headers).toMatchObject({
      "cache-control": "no-store",
      "content-disposition": expect.stringMatching(
        /^attachment; filename="bearlink-[\d-]+\.json"$/,
      ) as string,
      "x-content-type-options": "nosniff",
    });
    // its headers alone are nobody's: the trail would say that it was taken
    const bare = await app.inject({
      method: "HEAD",
      url: `/api/v1/exports/${id}/file`,
      headers: parentOf(accountId),
    });
    expect(bare.statusCode).toBe(405);
    for (const role of ["guardian", "support"] as const)
      for (const path of ["", `/${id}`, `/${id}/file`])
        expect(
          await ask("GET", `/api/v1/exports${path}`, undefined, parentOf(accountId, { role })),
        ).toMatchObject({ status: 403 });
    const other = parentOf(await newAccount(home));
    for (const path of [`/${id}`, `/${id}/file`])
      expect(await ask("GET", `/api/v1/exports${path}`, undefined, other)).toMatchObject({ status: 404 });
  });
});

describe("a toy", () => {
  test("is its owner's to see, to let go and to hand on, freshly signed in; to others it is not there", async () => {
    const childId = await newChild(home, accountId);
    const toy = await newToy(home);
    await people.database.db
      .updateTable("toys")
      .set({ owner_id: accountId, child_id: childId })
      .where("device_id", "=", toy.deviceId)
      .execute();
    const url = `/api/v1/toys/${toy.deviceId}`;
    expect((await ask("GET", url)).body).toEqual({
      ...{ device_id: toy.deviceId, child_id: childId, state: "active", firmware_version: "1.0.0" },
      ...{ last_seen: new Date(home.at.clock.now()).toISOString(), microphone_off: false, reset_at: null },
      ...{ name: null, online: false, activity: "offline", battery_mv: null, battery_percent: null },
      ...{ volume: null, rssi: null, last_talk: null },
    });
    const wish = { name: "Pip's bear", volume: 35, microphone_off: true };
    expect(await ask("PATCH", url, wish)).toMatchObject({ status: 200, body: wish });
    expect(await ask("PATCH", url, { volume: 36 })).toMatchObject({ body: { ...wish, volume: 36 } });
    const { sealed_name } = await people.database.db
      .selectFrom("toys")
      .select("sealed_name")
      .where("device_id", "=", toy.deviceId)
      .executeTakeFirstOrThrow();
    expect(Buffer.from(sealed_name!).toString("latin1")).not.toContain("Pip");
    for (const wrong of [{ volume: 101 }, { volume: 3.5 }, { name: "" }, { microphone_off: 1 }, { sound: 1 }])
      expect(await ask("PATCH", url, wrong)).toMatchObject({ status: 422 });
    await home.toys.quarantine(toy.deviceId);
    expect((await ask("GET", url)).body).toMatchObject({ state: "quarantined" });
    const late = parentOf(accountId, { signedInAt: home.at.clock.now() - 300_000 });
    expect(await ask("POST", `${url}/restore`, undefined, late)).toMatchObject({ code: "SIGN_IN_AGAIN" });
    expect((await ask("POST", `${url}/restore`)).body).toMatchObject({ state: "active" });
    const other = await newAccount(home);
    const theirs = await ask("PATCH", url, { volume: 1 }, parentOf(other));
    expect(theirs).toMatchObject({ status: 404, code: "NOT_FOUND" });
    for (const [method, path] of [
      ["GET", url],
      ["POST", `${url}/restore`],
      ["POST", `${url}/unpair`],
      ["POST", `${url}/transfer`],
      ["GET", "/api/v1/toys/bear-none"],
    ] as const)
      expect(await ask(method, path, undefined, parentOf(other))).toMatchObject({
        status: 404,
        code: "NOT_FOUND",
      });
    const stale = parentOf(accountId, { signedInAt: home.at.clock.now() - 300_000 });
    for (const path of [`${url}/unpair`, `${url}/transfer`])
      expect(await ask("POST", path, undefined, stale)).toMatchObject({ code: "SIGN_IN_AGAIN" });
    const offered = await ask("POST", `${url}/transfer`);
    expect(offered).toMatchObject({ status: 201, body: { expires_in: 86_400 } });
    const otherChild = await newChild(home, other);
    const body = { code: offered.body.code, child_id: otherChild };
    const unconsented = await newAccount(home);
    const without = { ...body, child_id: await newChild(home, unconsented, false) };
    expect(await ask("POST", `${url}/transfer/accept`, without, parentOf(unconsented))).toMatchObject({
      code: "CONSENT_REQUIRED",
    });
    expect((await ask("POST", `${url}/transfer/accept`, body, parentOf(other))).body).toEqual({
      paired: true,
    });
    expect((await ask("GET", "/api/v1/toys")).body.toys).toEqual([]);
    expect((await ask("POST", `${url}/unpair`, undefined, parentOf(other))).body).toEqual({ unpaired: true });
  });
});

describe("a pairing window", () => {
  test("takes a code as people type it, and answers with sixteen words", async () => {
    const childId = await newChild(home, accountId);
    const toy = await newToy(home);
    await home.families.start();
    await home.families.news.event(toy.deviceId, "pairing");
    const typed = CODE.toLowerCase().replace(/(.{5})/g, "$1-");
    const opened = await ask("POST", "/api/v1/pair/windows", {
      ...{ device_id: toy.deviceId, pairing_code: typed, child_id: childId },
    });
    expect(opened).toMatchObject({ status: 201, body: { expires_in: 180 } });
    expect(opened.body.choices).toHaveLength(16);
    expect(Object.keys(opened.body).sort()).toEqual(["choices", "expires_in", "window_id"]);
    const url = `/api/v1/pair/windows/${String(opened.body.window_id)}`;
    expect((await ask("GET", url)).body).toEqual({
      ...{ state: "open", picked: false, tries_left: 3, expires_in: 180 },
    });
    for (const words of [
      ["apple", "owl"],
      ["apple", "owl", "Robot"],
      ["a", "b", "c", "d"],
    ])
      expect((await ask("POST", `${url}/words`, { words })).status).toBe(422);
    expect((await ask("GET", url, undefined, parentOf("another"))).status).toBe(404);
  });
});
