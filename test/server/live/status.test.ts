/** How toys fare: gathered, written in order, told, and a low battery told once. MISSION C38 */
import { beforeEach, describe, expect, test } from "vitest";
import fc from "fast-check";
import { BATTERY_TOLD_MS, CELL_BEAT_MS, STATUS_AGAIN_MS, STATUS_MS } from "../../../server/bounds.ts";
import { batteryPercent, batteryState } from "../../../server/live/battery.ts";
import { createStatusKeeper } from "../../../server/live/status.ts";
import type { FamilyMessage, NewAlert, StatusChange } from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";
import { silentLog } from "../../support/voice.ts";
import { toyStatus } from "./support.ts";

function statusHouse() {
  const clock = fakeClock();
  const written: [string, StatusChange][][] = [];
  const told: FamilyMessage[] = [];
  const raised: NewAlert[] = [];
  const low = new Set<string>();
  const state = { away: false, alertsAway: false, beats: 0, gone: 0 };
  const keeper = createStatusKeeper({
    ...{ clock, log: silentLog, cellId: "cell-1", activityOf: () => undefined },
    feed: { tell: (_accountId, message) => void told.push(message) },
    alerts: {
      async raise(alert) {
        if (state.alertsAway) throw new Error("away");
        raised.push(alert);
      },
      raiseSoon: () => undefined,
    },
    statuses: {
      async keep(_cellId, changes) {
        if (state.away) throw new Error("away");
        written.push([...changes]);
        return [...changes.keys()].map((deviceId) => toyStatus({ deviceId }));
      },
      list: async () => [],
      family: async () => undefined,
      turnFamily: async () => undefined,
      beat: async () => void state.beats++,
      gone: async () => void state.gone++,
      newlyLow: async (deviceIds) =>
        deviceIds
          .filter((deviceId) => !low.has(deviceId))
          .map((deviceId) => ({ deviceId, accountId: "ada", childId: "child-1" })),
      setLow: async (deviceIds) => deviceIds.forEach((deviceId) => low.add(deviceId)),
      async setCharged(deviceIds) {
        for (const deviceId of deviceIds) low.delete(deviceId);
      },
    },
  });
  return { clock, written, told, raised, state, keeper };
}

let home: ReturnType<typeof statusHouse>;
beforeEach(() => {
  home = statusHouse();
});
const battery = async (mv: number) => {
  home.keeper.telemetry("bear-1", { battery_mv: mv });
  await home.clock.advance(STATUS_MS);
};

describe("how toys fare", () => {
  test("is written once for many toys and many changes, the last one of each, and told", async () => {
    home.keeper.joined("bear-1");
    home.keeper.left("bear-1");
    home.keeper.joined("bear-1");
    home.keeper.telemetry("bear-1", { rssi: -60, battery_mv: 3_900, heap: 1 });
    home.keeper.joined("bear-2");
    home.keeper.telemetry("bear-3", { heap: 1 });
    await home.clock.advance(STATUS_MS);
    expect(home.written).toEqual([
      [
        ["bear-1", { online: true, rssi: -60, batteryMv: 3_900 }],
        ["bear-2", { online: true }],
      ],
    ]);
    expect(home.told).toHaveLength(2);
  });

  test("is written when the record is back, what came meanwhile on top", async () => {
    home.state.away = true;
    home.keeper.joined("bear-1");
    home.keeper.telemetry("bear-1", { rssi: -60 });
    await home.clock.advance(STATUS_MS);
    home.keeper.left("bear-1");
    home.state.away = false;
    await home.clock.advance(STATUS_AGAIN_MS);
    expect(home.written).toEqual([[["bear-1", { online: false, rssi: -60 }]]]);
  });

  test("is believed while the cell says that it lives, and it says so at its end", async () => {
    await home.keeper.start();
    await home.clock.advance(3 * CELL_BEAT_MS);
    expect(home.state.beats).toBe(4);
    await home.keeper.stop();
    home.keeper.left("bear-1");
    expect(home.state.gone).toBe(1);
    expect(home.clock.waiting).toBe(0);
  });
});

describe("a battery", () => {
  test("that is low is told once, until it was charged", async () => {
    for (const mv of [3_300, 3_310, 3_550, 3_490, 3_300]) await battery(mv);
    expect(home.raised).toMatchObject([
      { kind: "battery_low", accountId: "ada", details: { battery_mv: 3_300, battery_percent: 0 } },
    ]);
    await home.clock.advance(BATTERY_TOLD_MS);
    await battery(4_000);
    await battery(3_400);
    expect(home.raised).toHaveLength(2);
    expect(home.raised[0]!.dedupeKey).not.toBe(home.raised[1]!.dedupeKey);
  });

  test("that goes up and down as fast as telemetry comes is told once an hour", async () => {
    const { clock, raised } = home;
    await clock.advance(BATTERY_TOLD_MS - (clock.now() % BATTERY_TOLD_MS));
    for (let i = 0; i < 100; i++) for (const mv of [3_300, 4_000]) await battery(mv);
    expect(new Set(raised.map(({ dedupeKey }) => dedupeKey)).size).toBe(1);
    await clock.advance(BATTERY_TOLD_MS);
    await battery(3_300);
    expect(new Set(raised.map(({ dedupeKey }) => dedupeKey)).size).toBe(2);
  });

  test("is told again where the first time was lost, and once", async () => {
    home.state.alertsAway = true;
    await battery(3_300);
    home.state.alertsAway = false;
    await battery(3_300);
    expect(home.raised).toHaveLength(1);
  });

  test.each([
    [4_300, 100],
    [4_200, 100],
    [3_820, 50],
    [3_300, 0],
    [3_000, 0],
    [900, null],
    [undefined, null],
  ])("of %s mV has %s percent", (mv, percent) => expect(batteryPercent(mv)).toBe(percent));

  test("has more percent the more it has mV; a toy on a cable is never low", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_001, max: 5_000 }), fc.nat(500), (mv, more) => {
        expect(batteryPercent(mv + more)!).toBeGreaterThanOrEqual(batteryPercent(mv)!);
      }),
    );
    expect(batteryState(0)).toBe("charged");
  });
});
