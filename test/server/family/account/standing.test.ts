import { beforeEach, expect, test } from "vitest";
import { memoryStores } from "../../../../server/adapters/memory.ts";
import { STANDING_MS } from "../../../../server/bounds.ts";
import { announceEnds } from "../../../../server/family/account/revoke.ts";
import { rememberStanding } from "../../../../server/family/account/standing.ts";
import type { ParentSessions, ParentStanding } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { away, silent } from "../../claim/support.ts";

const STANDING: ParentStanding = {
  accountId: "a",
  familyId: "a",
  role: "parent",
  signedInAt: 1,
  tier: "free",
};
const NOW = 1_000_000;

let record: ParentStanding | undefined;
let asked: number;
/** what happens while SQL is read */
let meanwhile: (() => Promise<void>) | undefined;
const sql = {
  async standing() {
    asked++;
    const read = record;
    await meanwhile?.();
    return read;
  },
} as never as ParentSessions;
const clock = fakeClock();
const { revocations, bus } = memoryStores({ clock });
const standing = (sessions: ParentSessions, now = NOW) => sessions.standing("s", now);

beforeEach(() => {
  [record, asked, meanwhile] = [STANDING, 0, undefined];
});

test("SQL is asked once while no session ends, and again after two seconds", async () => {
  const sessions = rememberStanding(sql, revocations);
  for (const now of [NOW, NOW + 1, NOW + STANDING_MS - 1])
    expect(await standing(sessions, now)).toBe(STANDING);
  expect(asked).toBe(1);
  await standing(sessions, NOW + STANDING_MS);
  expect(asked).toBe(2);
});

test("the end of any session, on any cell, is the end of all that is remembered", async () => {
  const cells = [rememberStanding(sql, revocations), rememberStanding(sql, revocations)];
  for (const sessions of cells) await standing(sessions);
  record = undefined;
  await announceEnds({ bus, revocations, clock, log: silent }, ["s"]);
  for (const sessions of cells) expect(await standing(sessions)).toBeUndefined();
});

test("one that ends while SQL is read is not remembered as it was", async () => {
  const sessions = rememberStanding(sql, revocations);
  meanwhile = async () => {
    record = undefined;
    await announceEnds({ bus, revocations, clock, log: silent }, ["s"]);
  };
  await standing(sessions);
  meanwhile = undefined;
  expect(await standing(sessions)).toBeUndefined();
});

test("a session that does not stand is asked about each time", async () => {
  const sessions = rememberStanding(sql, revocations);
  record = undefined;
  await standing(sessions);
  record = STANDING;
  expect(await standing(sessions)).toBe(STANDING);
});

test("while nobody can say whether a session ended, SQL is asked each time", async () => {
  const sessions = rememberStanding(sql, away(revocations));
  for (let i = 0; i < 3; i++) await standing(sessions);
  expect(asked).toBe(3);
});

test("an end that cannot be told is answered when no cell can remember otherwise", async () => {
  let answered = false;
  const told = announceEnds({ bus, revocations: away(revocations), clock, log: silent }, ["s"]);
  void told.then(() => (answered = true));
  await clock.advance(STANDING_MS - 1);
  expect(answered).toBe(false);
  await clock.advance(1);
  expect(answered).toBe(true);
});
