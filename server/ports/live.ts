/** What a parent sees as it happens: how the toys of a family fare, the turns, and who carries it from cell to cell. */
import type { Alert } from "./alerts.ts";

/** A toy's state as SQL keeps it, so that every cell and one that was started again can tell it. */
export interface ToyStatus {
  deviceId: string;
  childId: string;
  accountId: string;
  /** epoch ms until which its cell's word that it is on the line is believed; 0 where it is not */
  onlineUntil: number;
  /** epoch ms until which it is in pairing mode */
  pairingUntil: number;
  batteryMv: number | undefined;
  rssi: number | undefined;
  /** 0–100, as the parent set it */
  volume: number | undefined;
  /** epoch ms of the last turn */
  lastTalkAt: number | undefined;
}

/** What became of a toy; what is not said stays as it was. */
export interface StatusChange {
  online?: boolean;
  batteryMv?: number;
  rssi?: number;
  /** epoch ms */
  talkedAt?: number;
}

/** Whose a toy is now, how it fares, and what of its turns may be shown. */
export interface ToyFamily {
  status: ToyStatus;
  /** the parent has what is said kept */
  keepsTranscripts: boolean;
}

export interface TurnFamily extends ToyFamily {
  /** the kept conversation that a turn which begins now goes on with; undefined where it begins one, or none is kept */
  conversationId: string | undefined;
}

export interface LowBattery {
  deviceId: string;
  accountId: string;
  childId: string;
}

export interface ToyStatuses {
  /** Keeps what became of these toys of this cell; answers with those that have an owner, as they are after it. */
  keep(cellId: string, changes: ReadonlyMap<string, StatusChange>, now: number): Promise<ToyStatus[]>;
  list(accountId: string): Promise<ToyStatus[]>;
  family(deviceId: string): Promise<ToyFamily | undefined>;
  /** Of a turn that begins `at`. */
  turnFamily(deviceId: string, at: number): Promise<TurnFamily | undefined>;
  /** The cell is there: its toys are believed to be on the line until it has been silent for CELL_LEASE_MS. */
  beat(cellId: string, now: number): Promise<void>;
  /** The cell stops, and with it every line it had. */
  gone(cellId: string): Promise<void>;
  /** Of toys that are low now, those that were not yet. */
  newlyLow(deviceIds: readonly string[]): Promise<LowBattery[]>;
  /** After their owners were told. */
  setLow(deviceIds: readonly string[]): Promise<void>;
  /** Their batteries are well again; the next time is told of too. */
  setCharged(deviceIds: readonly string[]): Promise<void>;
}

/** Values that are taken once, shared by the cells. Rejects where the store is away. */
export interface OneTime {
  keep(key: string, value: string, ms: number): Promise<void>;
  /** The value, to the first who asks within its time; undefined to all others. */
  take(key: string): Promise<string | undefined>;
}

export type ToyActivity = "offline" | "idle" | "pairing" | "listening" | "thinking" | "speaking";
export type TurnStage = "began" | "heard" | "said" | "over";

/** A turn's stage on the feed. */
export interface TurnMoment {
  deviceId: string;
  childId: string;
  turnId: string;
  /** where it is kept: known of a conversation that goes on, and of each once it is written down */
  conversationId?: string;
  stage: TurnStage;
  /** only where the family has what is said kept */
  text?: string;
  safety?: { action: string; reason: string };
  outcome?: string;
  /** epoch ms */
  at: number;
}

/** What reaches the feeds of one family, on whichever cell they are. */
export type FamilyMessage =
  | { type: "toy"; toy: ToyStatus; activity: ToyActivity | undefined }
  | { type: "turn"; turn: TurnMoment }
  | { type: "alert"; alert: Alert }
  | { type: "window"; windowId: string; state: "open" | "paired" | "expired" | "cancelled"; picked: boolean };

export interface FamilyFeed {
  /** Never throws, and is not awaited. */
  tell(accountId: string, message: FamilyMessage): void;
}
