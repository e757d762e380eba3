/** How the toys of a cell fare: gathered for a moment, written in one statement, and told to their families. */
import type { Telemetry } from "@bearlink/sdk/protocol";
import { BATTERY_TOLD_MS, CELL_BEAT_MS, STATUS_AGAIN_MS, STATUS_MS } from "../bounds.ts";
import type {
  Alerts,
  Clock,
  FamilyFeed,
  Log,
  StatusChange,
  ToyActivity,
  ToyStatus,
  ToyStatuses,
} from "../ports.ts";
import { batteryPercent, batteryState } from "./battery.ts";

export interface StatusPorts {
  statuses: ToyStatuses;
  feed: FamilyFeed;
  alerts: Alerts;
  clock: Clock;
  log: Log;
  /** this cell's, new at each start */
  cellId: string;
  activityOf(deviceId: string): ToyActivity | undefined;
}

export interface StatusKeeper {
  joined(deviceId: string): void;
  left(deviceId: string): void;
  telemetry(deviceId: string, telemetry: Telemetry): void;
  talked(deviceId: string, at: number): void;
  /** It was changed elsewhere: its family is told how it stands. */
  changed(deviceId: string): void;
  /** Begins to say that this cell lives. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createStatusKeeper(ports: StatusPorts): StatusKeeper {
  const { statuses, feed, alerts, clock, log, cellId } = ports;
  let gathered = new Map<string, StatusChange>();
  let cancelWrite: (() => void) | undefined;
  let cancelBeat = (): void => undefined;
  let writing = Promise.resolve();
  let stopped = false;

  function note(deviceId: string, change: StatusChange): void {
    if (stopped) return; // what is left of this cell is written as gone, all at once
    gathered.set(deviceId, { ...gathered.get(deviceId), ...change });
    cancelWrite ??= clock.after(STATUS_MS, writeLater);
  }

  function writeLater(): void {
    cancelWrite = undefined;
    // one at a time: a toy that left and came again must not be written the other way round
    writing = writing.then(write);
  }

  async function write(): Promise<void> {
    const changes = gathered;
    gathered = new Map();
    if (changes.size === 0) return;
    try {
      for (const toy of await statuses.keep(cellId, changes, clock.now())) tell(toy);
    } catch (error) {
      log.warn({ error, toys: changes.size }, "how toys fare could not be kept yet");
      // what came meanwhile is newer
      for (const [deviceId, change] of gathered)
        changes.set(deviceId, { ...changes.get(deviceId), ...change });
      gathered = changes;
      cancelWrite ??= clock.after(STATUS_AGAIN_MS, writeLater);
      return;
    }
    await lookAtBatteries(changes).catch((error: unknown) =>
      log.warn({ error }, "a low battery was not told of yet"),
    );
  }

  function tell(toy: ToyStatus): void {
    feed.tell(toy.accountId, { type: "toy", toy, activity: ports.activityOf(toy.deviceId) });
  }

  /** The owner first, and then the mark: who dies between the two tells again, under the same key. MISSION C38 */
  async function lookAtBatteries(changes: ReadonlyMap<string, StatusChange>): Promise<void> {
    const seen = [...changes].flatMap(([deviceId, { batteryMv }]) =>
      batteryMv === undefined ? [] : [{ deviceId, mv: batteryMv, state: batteryState(batteryMv) }],
    );
    const charged = seen.filter(({ state }) => state === "charged").map(({ deviceId }) => deviceId);
    if (charged.length > 0) await statuses.setCharged(charged);
    const low = new Map(
      seen.filter(({ state }) => state === "low").map(({ deviceId, mv }) => [deviceId, mv]),
    );
    if (low.size === 0) return;
    const window = Math.floor(clock.now() / BATTERY_TOLD_MS);
    for (const { deviceId, accountId, childId } of await statuses.newlyLow([...low.keys()])) {
      const mv = low.get(deviceId)!;
      await alerts.raise({
        ...{ accountId, deviceId, childId, kind: "battery_low" },
        // not by the times it was low: a toy may say that as often as it speaks
        dedupeKey: `battery_low:${deviceId}:${window}`,
        details: { battery_mv: mv, battery_percent: batteryPercent(mv) ?? 0 },
      });
      await statuses.setLow([deviceId]);
    }
  }

  async function beat(): Promise<void> {
    cancelBeat = clock.after(CELL_BEAT_MS, () => void beat());
    await statuses
      .beat(cellId, clock.now())
      .catch((error: unknown) => log.warn({ error }, "this cell could not say that it lives"));
  }

  return {
    joined: (deviceId) => note(deviceId, { online: true }),
    left: (deviceId) => note(deviceId, { online: false }),
    telemetry(deviceId, { battery_mv: batteryMv, rssi }) {
      if (batteryMv === undefined && rssi === undefined) return;
      note(deviceId, { ...(batteryMv !== undefined && { batteryMv }), ...(rssi !== undefined && { rssi }) });
    },
    talked: (deviceId, talkedAt) => note(deviceId, { talkedAt }),
    changed: (deviceId) => note(deviceId, {}),
    start: beat,
    async stop() {
      stopped = true;
      cancelBeat();
      cancelWrite?.();
      await writing;
      await statuses
        .gone(cellId)
        .catch((error: unknown) => log.warn({ error }, "this cell left without a word"));
    },
  };
}
