/** What a parent sees as it happens, over two cells: the app is at one, the toy at the other, from the pairing on; and what ends it. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import WebSocket from "ws";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { systemChance } from "../../server/adapters/chance.ts";
import { openDatabase } from "../../server/adapters/sql/database.ts";
import { makeDeveloperKey } from "../../server/keys/developer-key.ts";
import { SecondBear, TYPES } from "../second-bear/bear.ts";
import { startCell } from "../support/cell.ts";
import type { TestCell } from "../support/cell.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import type { TestPostgres } from "../support/postgres.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import type { TestRedis } from "../support/redis.ts";
import { until } from "../support/wait.ts";
import { askAs, consent, newChild, newParent } from "./family.ts";
import type { Parent } from "./family.ts";
import { newBearAt, open, pair, press } from "./pairing.ts";
import type { Family } from "./pairing.ts";
import { newToy, QUESTION } from "./support.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** UP types of PROTOCOL.md §5 */
const TELEMETRY = 0x12;
const missing = [redisMissing, postgresMissing].filter(Boolean).join(", ");

interface Message {
  type: string;
  [field: string]: unknown;
}

describe.skipIf(missing)(`a live feed${missing && ` (skipped: ${missing})`}`, () => {
  let redis: TestRedis;
  let postgres: TestPostgres;
  let database: string;
  let app: TestCell;
  let home: TestCell;
  let parent: Parent;
  let childId: string;
  let bear: SecondBear;

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
    database = await postgres.newTables();
    const env = {
      DATABASE_URL: database,
      REDIS_URL: redis.url,
      BEARLINK_MASTER_KEY: randomBytes(32).toString("hex"),
      BEARLINK_KEY: makeDeveloperKey(systemChance, "test"),
      JWT_SECRET: randomBytes(32).toString("hex"),
    };
    app = await startCell(env);
    home = await startCell(env);
    parent = await newParent(app, "ada");
    childId = await newChild(parent);
    await consent(app, parent, childId);
    const toy = await newToy(app, { paired: false });
    const me = await parent.ask("GET", "/api/v1/me");
    const { db, close } = await openDatabase({ url: database });
    await db
      .updateTable("toys")
      .set({ owner_id: me.body.id as string, child_id: childId })
      .where("device_id", "=", toy.device_id)
      .execute();
    await close();
    const deviceSecret = Buffer.from(toy.device_secret, "hex");
    bear = new SecondBear({ url: home.url, deviceId: toy.device_id, deviceSecret, boot: 1 });
  });
  afterAll(async () => {
    bear?.close();
    await app?.stop();
    await home?.stop();
    await Promise.all([postgres?.remove(), redis?.remove()]);
  });

  async function newTicket(): Promise<string> {
    const { status, body } = await parent.ask("POST", "/api/v1/live/tickets");
    expect(status).toBe(201);
    return body.ticket as string;
  }
  const address = (path = "/ws") => `${app.url.replace("http", "ws")}${path}`;

  /** A feed, and all that it was told. */
  async function watch(ticket: string) {
    const messages: Message[] = [];
    const socket = new WebSocket(address(), ["bearlink.live", ticket]);
    socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
    const closed = once(socket, "close").then(([code]) => code as number);
    await once(socket, "open");
    const sees = (what: string, fits: (message: Message) => boolean, ms?: number) =>
      until(what, () => messages.some(fits), ms);
    return { socket, messages, closed, sees };
  }

  test("shows presence, a turn, a battery and a wish; a ticket opens it once; a logout ends it", async () => {
    const ticket = await newTicket();
    const feed = await watch(ticket);
    await feed.sees("how the toy stands", ({ type }) => type === "ready");
    expect(feed.messages[0]!.toys).toMatchObject([{ online: false, activity: "offline" }]);
    expect(await (await watch(ticket)).closed).toBe(1008);
    const inAddress = new WebSocket(address(`/ws?token=${await newTicket()}`));
    expect((await once(inAddress, "close"))[0]).toBe(1008);

    await bear.claim();
    await bear.connect();
    const toyIs = (field: string, value: unknown) => (message: Message) =>
      message.type === "toy" && (message.toy as Message)[field] === value;
    await feed.sees("the toy on the line", toyIs("online", true));
    const toys = await parent.ask("GET", "/api/v1/toys");
    expect(toys.body.toys).toMatchObject([{ online: true, activity: "idle" }]);

    const turn = bear.speak(QUESTION);
    const stages = () =>
      feed.messages.filter(({ type }) => type === "turn").map(({ stage, text }) => ({ stage, text }));
    expect(await turn.ended).toBe("REPLY_END");
    await feed.sees("the end of the turn", ({ stage }) => stage === "over");
    expect(stages().map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(["began", "heard", "said", "over"]),
    );
    expect(stages().find(({ stage }) => stage === "said")!.text).toMatch(/\w/);
    // its end names where it is kept: there already, with that very turn
    const over = feed.messages.find(({ stage }) => stage === "over")!;
    const kept = await parent.ask("GET", `/api/v1/chatkit/sessions/${String(over.conversation_id)}`);
    expect(kept).toMatchObject({ status: 200, body: { child_id: childId, device_id: bear.deviceId } });
    expect(JSON.stringify(kept.body.messages)).toContain(String(over.turn_id));
    await feed.sees("the toy at rest", toyIs("activity", "idle"));

    bear.sendFrame(TELEMETRY, { payload: Buffer.from(JSON.stringify({ rssi: -58, battery_mv: 3_300 })) });
    await feed.sees(
      "a low battery",
      ({ type, alert }) => type === "alert" && (alert as Message).kind === "battery_low",
    );
    await feed.sees("its voltage", toyIs("battery_mv", 3_300));
    const alerts = await parent.ask("GET", "/api/v1/alerts");
    expect(alerts.body).toMatchObject({ unread: expect.any(Number), next_cursor: null });

    await parent.ask("PATCH", `/api/v1/toys/${bear.deviceId}`, { volume: 33 });
    const told = await bear.hears(
      ({ type, payload }) => type === TYPES.COMMAND && String(payload).includes("volume"),
    );
    expect(JSON.parse(Buffer.from(told.payload).toString())).toMatchObject({ kind: "volume", level: 33 });

    const clock = (ms: number) => new Date(Date.now() + ms).toISOString().slice(11, 16);
    const quiet_hours = { from: clock(-3_600_000), to: clock(3_600_000), time_zone: "UTC" };
    expect(await parent.ask("PATCH", `/api/v1/children/${childId}`, { quiet_hours })).toMatchObject({
      status: 200,
    });
    await until("bedtime", async () => (await bear.speak(QUESTION).ended) === "REFUSED");
    const refused = bear.heard.findLast(({ type }) => type === TYPES.REFUSED)!;
    expect(JSON.parse(Buffer.from(refused.payload).toString())).toEqual({ code: "QUIET_HOURS" });

    bear.close();
    await feed.sees("the toy gone", ({ type, toy }) => type === "toy" && !(toy as Message).online);
    const since = Date.now();
    expect((await parent.ask("POST", "/api/v1/auth/logout")).status).toBe(204);
    expect(await feed.closed).toBe(4001);
    expect(Date.now() - since).toBeLessThan(2_000);
  });

  test("shows a pairing: the window opened at one cell, the words said and the paw pressed at the other", async () => {
    const parent = await newParent(app, "grace");
    const childId = await newChild(parent);
    await consent(app, parent, childId);
    const { bear, code } = await newBearAt(home);
    try {
      const { body } = await parent.ask("POST", "/api/v1/live/tickets");
      const feed = await watch(body.ticket as string);
      await feed.sees("that it is heard", ({ type }) => type === "ready");
      await pair({ parent, childId }, bear, code);
      await feed.sees("the words picked", ({ type, picked }) => type === "window" && picked === true);
      await feed.sees("the bear hers", ({ type, state }) => type === "window" && state === "paired");
      // one family, whichever cell is asked
      for (const { url } of [app, home]) {
        const toys = await askAs(url, parent.headers.authorization.slice(7), "GET", "/api/v1/toys");
        expect(toys.body.toys).toMatchObject([{ device_id: bear.deviceId, child_id: childId, online: true }]);
      }
      bear.speak(QUESTION);
      await feed.sees(
        "its first answer",
        ({ stage, child_id }) => stage === "said" && child_id === childId,
        30_000,
      );
      // and let go at the cell that it is not at
      expect((await parent.ask("POST", `/api/v1/toys/${bear.deviceId}/unpair`)).status).toBe(200);
      await bear.lost;
      expect(await bear.claim()).toMatchObject({ state: "unpaired" });
    } finally {
      bear.close();
    }
  });

  test("two parents at two cells with one code: neither gets the toy", async () => {
    const { bear, code } = await newBearAt(home);
    try {
      const families = await Promise.all(
        [app, home].map(async (cell, at) => {
          const parent = await newParent(cell, `both${at}`);
          const childId = await newChild(parent);
          await consent(cell, parent, childId);
          return { parent, childId };
        }),
      );
      await press(bear);
      const [first, second] = families as [Family, Family];
      const opened = await open(first, bear.deviceId, code);
      expect(opened.status).toBe(201);
      expect((await open(second, bear.deviceId, code)).status).toBe(404);
      const view = await first.parent.ask("GET", `/api/v1/pair/windows/${String(opened.body.window_id)}`);
      expect(view.body).toMatchObject({ state: "cancelled" });
      bear.pressPaw();
      for (const { parent } of families)
        expect((await parent.ask("GET", "/api/v1/toys")).body.toys).toEqual([]);
    } finally {
      bear.close();
    }
  });
});
