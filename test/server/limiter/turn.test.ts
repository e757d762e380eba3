import { describe, expect, test } from "vitest";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { limitsOf } from "../../../server/family/age-limits.ts";
import { createTurnLimiter } from "../../../server/limiter/turn.ts";
import type { TalkRules, TurnPermit } from "../../../server/ports.ts";
import { fakeClock, settle } from "../../support/clock.ts";
import { countingMeter, silentLog } from "../../support/voice.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const OURS = "bear-7q2m9xk4d8wr3hbn";

function setUp(change: Partial<TalkRules> = {}) {
  const clock = fakeClock();
  const rules: TalkRules = {
    accountId: "family",
    childId: "child",
    tier: "enterprise",
    monthlyTokens: undefined,
    tokensUsed: 0,
    limits: limitsOf(4),
    ...change,
  };
  const spent: string[] = [];
  const told: string[] = [];
  const meter = countingMeter();
  const limiter = createTurnLimiter({
    ...memoryStores({ clock }),
    talk: { of: async (deviceId) => (deviceId === OURS ? rules : undefined) },
    allowances: {
      async spend(accountId, month, tokens) {
        rules.tokensUsed += tokens;
        spent.push(`${accountId} ${month} ${tokens}`);
      },
      tellOnce: async () => told.length === 0,
    },
    clock,
    meter,
    log: silentLog,
    onSpent: (accountId) => void told.push(accountId),
  });
  let turns = 0;
  const begin = (asksModels = true): Promise<TurnPermit> =>
    limiter.begin({ turnId: `turn-${++turns}`, deviceId: OURS, asksModels });
  /** One whole turn; false where it was refused. */
  async function turn(seconds = 1, asksModels = true, tokens = 0): Promise<TurnPermit["state"]> {
    const permit = await begin(asksModels);
    if (permit.state !== "refused") permit.over({ seconds, tokens });
    await settle();
    return permit.state;
  }
  /** How many of `tries` were not refused. */
  async function passing(tries: number, ...how: Parameters<typeof turn>): Promise<number> {
    let passed = 0;
    for (let i = 0; i < tries; i++) if ((await turn(...how)) !== "refused") passed++;
    return passed;
  }
  return { limiter, clock, rules, spent, told, meter, begin, turn, passing };
}

test("a toy without a family gets no turn", async () => {
  const { limiter } = setUp();
  await expect(
    limiter.begin({ turnId: "turn", deviceId: "bear-0000000000000000", asksModels: true }),
  ).rejects.toThrow("a toy without a family took a turn");
});

describe("a child of four", () => {
  test("has 20 turns an hour that ask a model", async () => {
    const { passing, begin, clock, meter } = setUp();
    expect(await passing(25)).toBe(20);
    expect(await begin()).toEqual({ state: "refused", layer: "toy", retryAfterS: 3_600 });
    expect(meter.counts.get("rate_limit_hits_total toy enterprise")).toBe(6);
    await clock.advance(HOUR);
    expect(await passing(25)).toBe(20);
  });

  test("has five where the parent lowered it to five, from now on", async () => {
    const { passing, rules } = setUp();
    expect(await passing(3)).toBe(3);
    rules.limits = limitsOf(4, { ...rules.limits, modelCallsAnHour: 5 });
    expect(await passing(5)).toBe(2);
  });

  test("has 50 turns a session, which ends with a pause of half an hour", async () => {
    const { passing, begin, clock } = setUp();
    expect(await passing(60, 1, false)).toBe(50);
    await clock.advance(29 * MINUTE);
    expect(await begin(false)).toMatchObject({ state: "refused", layer: "toy", retryAfterS: 60 });
    await clock.advance(MINUTE);
    expect(await passing(1, 1, false)).toBe(1);
  });

  test("has ten spoken minutes a session", async () => {
    const { passing, clock } = setUp();
    expect(await passing(10, 120, false)).toBe(5);
    await clock.advance(30 * MINUTE);
    expect(await passing(10, 599, false)).toBe(2);
  });

  test("has 200 turns a day", async () => {
    const { passing, clock } = setUp();
    let passed = 0;
    for (let hour = 0; hour < 12; hour++, await clock.advance(HOUR)) passed += await passing(40, 1, false);
    expect(passed).toBe(200);
  });
});

describe("the family's tier", () => {
  test("is above the age: the lower wins", async () => {
    const { begin } = setUp({ tier: "free" });
    await begin();
    await begin();
    // two turns at once
    expect(await begin()).toMatchObject({ state: "refused", layer: "tier", retryAfterS: 1 });
  });

  test("gives a turn's place back when it is over", async () => {
    const { passing } = setUp({ tier: "free" });
    expect(await passing(5)).toBe(5);
  });

  test("says how much a model may write", async () => {
    expect(await setUp({ tier: "free" }).begin()).toMatchObject({ state: "granted", maxTokens: 4_000 });
  });
});

describe("a month's tokens", () => {
  test("are counted, and once they are used up no model is asked and the family is told once", async () => {
    const { turn, spent, told } = setUp({ monthlyTokens: 100 });
    expect(await turn(1, true, 60)).toBe("granted");
    expect(await turn(1, true, 60)).toBe("granted");
    expect(spent).toEqual(["family 2027-01 60", "family 2027-01 60"]);
    expect(await turn()).toBe("spent");
    expect(await turn()).toBe("spent");
    expect(told).toEqual(["family"]);
    // a bear that asks nobody costs nothing
    expect(await turn(1, false)).toBe("granted");
  });

  test("a cap of 0 leaves none", async () => {
    expect(await setUp({ monthlyTokens: 0 }).turn()).toBe("spent");
  });

  test("turns that ask no model for that reason do not count as calls", async () => {
    const { passing } = setUp({ monthlyTokens: 0 });
    expect(await passing(30)).toBe(30);
  });
});
