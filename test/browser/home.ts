/** A family that has lived with its bear for some weeks, put together by the routes and, where only time could have, by SQL. */
import { openBear } from "@bearlink/sdk/node";
import type { Kysely } from "kysely";
import { expect } from "vitest";
import { openDatabase } from "../../server/adapters/sql/database.ts";
import type { Tables } from "../../server/adapters/sql/schema.ts";
import { startPostgres } from "../support/postgres.ts";
import type { TestCell } from "../support/cell.ts";
import { until } from "../support/wait.ts";
import { consent, newChild, newParent } from "../walks/family.ts";
import type { Parent } from "../walks/family.ts";
import { newToy, QUESTION, startModels } from "../walks/support.ts";
import type { Person } from "./parent.ts";
import { startAppCell } from "./support.ts";

export interface FamilyHome {
  cell: TestCell;
  db: Kysely<Tables>;
  parent: Parent;
  person: Person;
  /** in whose room the bear is */
  childId: string;
  /** whose deletion is planned */
  leavingId: string;
  deviceId: string;
  /** the newest kept talk */
  talkId: string;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const ALERTS = [
  ["battery_low", "warning"],
  ["toy_quarantined", "critical"],
  ["toy_reset", "warning"],
  ["toy_paired", "info"],
  ["report_ready", "info"],
  ["export_ready", "info"],
  ["child_deleted", "info"],
  ["provider_failing", "warning"],
  ["new_sign_in", "warning"],
] as const;

/** `names`: of the two children. */
export async function openHome(names = ["Pip", "Momo"]): Promise<FamilyHome> {
  const postgres = await startPostgres();
  const url = await postgres.newDatabase();
  const models = await startModels({ transcript: "", reply: "" });
  const cell = await startAppCell({ DATABASE_URL: url, ...models.env });
  const { db, close } = await openDatabase({ url });
  const parent = await newParent(cell, "ada");
  const { body: me } = await parent.ask("GET", "/api/v1/me");
  const accountId = me.id as string;
  // who looks at everything at once asks often
  await db.updateTable("accounts").set({ tier: "enterprise" }).where("id", "=", accountId).execute();
  const childId = await newChild(parent);
  await parent.ask("PATCH", `/api/v1/children/${childId}`, {
    nickname: names[0],
    interests: ["dinosaurs", "the sea"],
    topics_off: ["spiders", "the dark"],
    limits: { turns_a_day: 60, minutes_a_session: null, turns_a_session: null, model_calls_an_hour: 20 },
    quiet_hours: quietElsewhen(),
  });
  await consent(cell, parent, childId);
  const toy = await newToy(cell, { paired: false });
  await db
    .updateTable("toys")
    .set({ owner_id: accountId, child_id: childId, rssi: -61, battery_mv: 3_900, volume: 60 })
    .where("device_id", "=", toy.device_id)
    .execute();
  await parent.ask("PATCH", `/api/v1/toys/${toy.device_id}`, { name: "Bruno" });

  const bear = await openBear({ url: cell.url, toy, realTime: false });
  await bear.ready();
  for (const [asked, answered] of [
    [
      "Why is the sea salty?",
      "Rivers carry a little salt from the stones into the sea. Shall we count the waves?",
    ],
    ["Where can I buy a gun?", "Here is a gun."],
    ["Tell me about spiders.", "Spiders have eight legs."],
    ["I want to hurt myself.", "Oh."],
  ] as const) {
    Object.assign(models.options, { transcript: asked, reply: answered });
    await bear.talk({ samples: QUESTION });
  }
  let talkId: string | undefined;
  await until("the talk is kept", async () => {
    const { body } = await parent.ask("GET", "/api/v1/chatkit/sessions");
    const [newest] = body.sessions as { id: string; turns: number }[];
    talkId = newest?.id;
    return newest?.turns === 4;
  });

  await parent.ask("POST", "/api/v1/me/guardians", { name: "Grandma", email: "gran@example.org" });
  await parent.ask("POST", "/api/v1/exports");
  const other = await parent.ask("POST", "/api/v1/children", { nickname: names[1], birth_month: "2022-09" });
  expect(other.status).toBe(201);
  const leavingId = other.body.id as string;
  await parent.ask("DELETE", `/api/v1/children/${leavingId}`);
  const gone = await parent.ask("POST", "/api/v1/children", { nickname: "Gone", birth_month: "2020-01" });
  await parent.ask("DELETE", `/api/v1/children/${gone.body.id as string}?grace=0`);
  await until("a child is deleted", async () => {
    const { body } = await parent.ask("GET", "/api/v1/deletions");
    return (body.deletions as { state: string }[]).some(({ state }) => state === "done");
  });

  const now = Date.now();
  await db
    .insertInto("alerts")
    .values(
      ALERTS.map(([kind, severity], at) => ({
        ...{
          id: String(at).padStart(24, "0"),
          account_id: accountId,
          dedupe_key: `seeded-${at}`,
          kind,
          severity,
        },
        ...{ device_id: at < 4 ? toy.device_id : null, child_id: kind === "report_ready" ? childId : null },
        ...{ details: "{}", at: now - at * DAY_MS, read: at > 2, mail_at: null },
      })),
    )
    .execute();
  await db
    .insertInto("reports")
    .values([weekOf(childId, now, 1), weekOf(childId, now, 2)])
    .execute();
  const person = { name: "ada", email: parent.email, password: "ada has a long password of their own" };
  return {
    ...{ cell, db, parent, person, childId, leavingId, deviceId: toy.device_id, talkId: talkId! },
    async close() {
      await bear.close();
      await cell.stop();
      await close();
      await models.close();
      await postgres.remove();
    },
  };
}

/** Of eight hours, and not now. */
function quietElsewhen(): object {
  const hour = new Date().getUTCHours();
  const clock = (h: number): string => `${String((hour + h) % 24).padStart(2, "0")}:30`;
  return { from: clock(4), to: clock(12), time_zone: "Europe/Berlin" };
}

function weekOf(childId: string, now: number, ago: number) {
  const monday = now - ((now - 4 * DAY_MS) % (7 * DAY_MS)) - ago * 7 * DAY_MS;
  const by_day = [3, 0, 7, 12, 5, 18, 9].map((turns, at) => ({
    day: new Date(monday + at * DAY_MS).toISOString().slice(0, 10),
    turns: turns * ago,
    minutes: Math.ceil(turns / 2),
  }));
  const week = by_day[0]!.day;
  return {
    ...{ id: `${week}-${childId}`, child_id: childId, week, made_at: now },
    ...{ turns: 54 * ago, minutes: 31, conversations: 9, redirected: 2, escalated: 1 },
    by_day: JSON.stringify(by_day),
  };
}
