/** What a feed sends, as JSON: times are RFC 3339, names are in snake_case, and what is not known is null. */
import type { Alert, FamilyMessage, ToyActivity, ToyStatus } from "../ports.ts";
import { batteryPercent } from "./battery.ts";

export interface ToyLive {
  device_id: string;
  online: boolean;
  activity: ToyActivity;
  battery_mv: number | null;
  battery_percent: number | null;
  volume: number | null;
  rssi: number | null;
  last_talk: string | null;
}

export interface AlertView {
  id: string;
  kind: Alert["kind"];
  severity: Alert["severity"];
  device_id: string | null;
  child_id: string | null;
  at: string;
  read: boolean;
  details: Alert["details"];
}

const dateOf = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString();

/** `activity`: of a turn under way, where one is known. */
export function toyLive(status: ToyStatus, activity: ToyActivity | undefined, now: number): ToyLive {
  const online = status.onlineUntil > now;
  const atRest = status.pairingUntil > now ? "pairing" : "idle";
  return {
    device_id: status.deviceId,
    online,
    activity: online ? (activity ?? atRest) : "offline",
    battery_mv: status.batteryMv ?? null,
    battery_percent: batteryPercent(status.batteryMv),
    volume: status.volume ?? null,
    rssi: status.rssi ?? null,
    last_talk: dateOf(status.lastTalkAt),
  };
}

export function alertView(alert: Alert): AlertView {
  return {
    id: alert.id,
    kind: alert.kind,
    severity: alert.severity,
    device_id: alert.deviceId ?? null,
    child_id: alert.childId ?? null,
    at: new Date(alert.at).toISOString(),
    read: alert.read,
    details: alert.details,
  };
}

export function readyText(toys: readonly ToyLive[]): string {
  return JSON.stringify({ type: "ready", toys });
}

export function messageText(message: FamilyMessage, now: number): string {
  return JSON.stringify(bodyOf(message, now));
}

function bodyOf(message: FamilyMessage, now: number): object {
  if (message.type === "toy") return { type: "toy", toy: toyLive(message.toy, message.activity, now) };
  if (message.type === "alert") return { type: "alert", alert: alertView(message.alert) };
  if (message.type === "window") {
    const { windowId, state, picked } = message;
    return { type: "window", window_id: windowId, state, picked };
  }
  const { deviceId, childId, turnId, conversationId, at, ...moment } = message.turn;
  return {
    type: "turn",
    device_id: deviceId,
    child_id: childId,
    conversation_id: conversationId ?? null,
    turn_id: turnId,
    ...moment,
    at: dateOf(at),
  };
}
